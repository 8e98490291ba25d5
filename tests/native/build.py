"""Builds the native test harness, or another program of this folder, without the build system of the package.

    python tests/native/build.py OUT [--compiler c++] [--flags=-O3] [--program harness]

The flags of the levels and of the floating-point arithmetic are read from the meson files, so there is one list of them.
What is under test is compiled for each compiler and set of flags; the rest of the harness once for each processor family.
"""

import argparse
import ast
import os
import re
import shlex
import subprocess
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
NATIVE = ROOT / "src" / "native"


def floating_point() -> list[str]:
    """The flags that keep one sequence of IEEE operations."""
    return _literal(ROOT / "meson.build", r"^floating_point = (\[.*?\])")


def levels(processor: str) -> dict[str, list[str]]:
    """The levels of a processor family, lowest first, and the flags of each."""
    return _literal(NATIVE / "meson.build", rf"cpu_family\(\) == '{processor}'\s+level_args = (\{{.*?\}})")


def family(compiler: str) -> str:
    """The processor family that a compiler makes code for."""
    return _run(compiler, "-dumpmachine").split("-")[0]


def build(out: Path, compiler: str = "c++", flags: str = "-O3", program: str = "harness") -> Path:
    """Compile and link one program into `out`, what is already there and newer than every source excepted; return its path."""
    processor = family(compiler)
    own = out / re.sub(r"\W+", "_", f"{program}_{compiler}_{flags}")
    shared = out / f"shared_{processor}"
    for folder in (own, shared):
        folder.mkdir(parents=True, exist_ok=True)
    given = shlex.split(flags)
    light = ["-O1" if flag == "-O3" else flag for flag in given]  # for what no processor runs, and what takes a minute at -O3
    steps = [
        (own / name, source, [*(light if name == "level_simulated512" else given), *args])
        for name, source, args in _under_test(processor, program)
    ]
    if program == "harness":
        names = sorted(p.stem for p in HERE.glob("check_*.cpp") if p.stem not in ("check_math", "check_complex"))
        steps += [(shared / name, HERE / f"{name}.cpp", ["-O1"]) for name in [*names, "main"]]
    defines = [f"-DSTABLESOFTMAX_HAS_{name}" for name in levels(processor)]
    usual = ["-std=c++17", "-Wall", "-Wextra", "-Wno-psabi", *floating_point(), *defines]

    def compile_one(step: tuple[Path, Path, list[str]]) -> str:
        name, source, args = step
        target = name.with_suffix(".o")
        if not target.exists() or target.stat().st_mtime < _newest_source():
            _run_into(target, compiler, *usual, *args, "-c", str(source))
        return str(target)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        objects = list(pool.map(compile_one, steps))
    libraries = ["-lquadmath"] if processor == "x86_64" else []
    _run_into(own / program, compiler, *shlex.split(flags), *objects, *libraries, "-pthread")
    return own / program


def _under_test(processor: str, program: str) -> list[tuple[str, Path, list[str]]]:
    """Name, source and flags of the objects that are compiled for each set of flags."""
    flags = levels(processor)
    lowest, common = next(iter(flags)), "avx2" if "avx2" in flags else next(iter(flags))
    headers = {name: NATIVE / "simd" / f"{name}.h" for name in flags} | {"simulated512": HERE / "simulated512.h"}

    def seeing(name: str) -> list[str]:
        return [*flags.get(name, flags[common]), f"-DLEVEL={name}", f'-DLEVEL_HEADER="{headers[name]}"']

    if program != "harness":
        return [(program, HERE / f"{program}.cpp", seeing(common))]
    return [
        *((f"level_{name}", NATIVE / "isa" / f"{name}.cpp", args) for name, args in flags.items()),
        ("level_simulated512", HERE / "simulated512.cpp", flags[common]),
        *((f"vocabulary_{name}", HERE / "vocabulary.cpp", seeing(name)) for name in headers),
        ("check_math", HERE / "check_math.cpp", seeing(lowest)),
        ("check_complex", HERE / "check_complex.cpp", []),
        ("dispatch", NATIVE / "dispatch.cpp", []),
        ("scratch", NATIVE / "scratch.cpp", []),
        ("sparse", HERE / "sparse.cpp", []),
    ]


def _literal(file: Path, pattern: str) -> Any:
    """A list or dict that meson and Python write alike."""
    found = re.search(pattern, file.read_text(), re.MULTILINE | re.DOTALL)
    if not found:
        raise ValueError(f"{file} has nothing like {pattern}")
    return ast.literal_eval(found[1])


@cache
def _newest_source() -> float:
    folders = (HERE, NATIVE)
    return max(p.stat().st_mtime for folder in folders for p in folder.rglob("*") if p.suffix in (".cpp", ".h", ".py", ".build"))


def _run_into(target: Path, compiler: str, *args: str) -> None:
    """Makes a file, whole at once: another process may be using the one before, or making it too."""
    part = target.with_name(f"{target.name}.{os.getpid()}")
    _run(compiler, *args, "-o", str(part))
    part.replace(target)


def _run(compiler: str, *args: str) -> str:
    done = subprocess.run([*shlex.split(compiler), *args], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{shlex.join([compiler, *args])} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--compiler", default="c++")
    parser.add_argument("--flags", default="-O3")
    parser.add_argument("--program", default="harness", choices=["harness", "exhaust"])
    options = parser.parse_args()
    print(build(options.out, options.compiler, options.flags, options.program))
