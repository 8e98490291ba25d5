"""Measures this library and every installed peer side by side, in one run.

    python benchmarks/peers.py --threads 1 --cases 'softmax float32'
    python benchmarks/peers.py --pictures docs/images

See README.md beside this file for how to read what it prints.
"""

import argparse
import json
import os
import platform
import warnings
from dataclasses import asdict
from pathlib import Path


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure stablesoftmax and its peers side by side, in one run.")
    parser.add_argument("--threads", type=int, default=1, metavar="N", help="threads of every peer (default: 1)")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--cases", default="", metavar="REGEX", help="only the cases whose names match, as in 'float32 1024x1024'")
    what.add_argument("--pictures", type=Path, metavar="FOLDER", help="measure the cases of the two pictures and draw them there")
    parser.add_argument("--peers", default="", metavar="REGEX", help="only the peers whose names match, and ours")
    parser.add_argument("--seconds", type=float, default=3.0, metavar="BUDGET", help="for the rounds of a case (default: 3)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything that was measured there as well")
    parser.add_argument("--list", action="store_true", help="print the names of the cases and stop")
    return parser.parse_args()


def settle(threads: int) -> None:
    """As many threads and processors for everybody; before anything is imported, since that is when these are read."""
    for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
        os.environ[variable] = str(threads)
    os.environ.update(JAX_PLATFORMS="cpu", JAX_ENABLE_X64="1")
    if hasattr(os, "sched_setaffinity"):  # jax, for one, takes a thread a processor whatever it is told
        processors = sorted(os.sched_getaffinity(0))[-threads:]
        os.sched_setaffinity(0, processors)
        if len(processors) < threads:
            print(f"{threads} threads have to share {len(processors)} processor(s): times mean little")
    warnings.filterwarnings("ignore")  # of peers, about the logits; results are validated


def processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def main() -> None:
    options = arguments()
    settle(options.threads)
    import re

    from side_by_side import run, table
    from side_by_side.cases import BY_LENGTH, ERROR_BY_SPEED, TABLE

    cases = [*BY_LENGTH, ERROR_BY_SPEED] if options.pictures else [case for case in TABLE if re.search(options.cases, case.name)]
    if options.list or not cases:
        print("\n".join(case.name for case in cases) or f"no case matches {options.cases!r}")
        return
    peers, versions = run.load(options.peers)
    print(f"{processor()}; {', '.join(f'{name} {version}' for name, version in versions.items())}\n", flush=True)
    measured = []
    for case in cases:
        measured.append(run.measure(case, peers, options.threads, options.seconds))
        print(table.of_case(measured[-1]) + "\n", flush=True)
    print(table.summary(measured))
    if options.json:
        everything = {"processor": processor(), "versions": versions, "measured": [asdict(one) for one in measured]}
        options.json.write_text(json.dumps(everything, indent=1) + "\n", encoding="utf-8")
    if options.pictures:
        from side_by_side import pictures

        *by_length, error_by_speed = measured
        pictures.draw(options.pictures, by_length, error_by_speed, processor())


if __name__ == "__main__":
    main()
