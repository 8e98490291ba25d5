"""The golden bits of `verify`: a short SHA-256 for each function, way of calling and dtype.

    python tests/make_verify.py --check     compare this installation with src/stablesoftmax/_promises/golden_bits.py
    python tests/make_verify.py --write     make them the golden ones: only together with a new bits_version and its reason

--check ends with exit code 1 where they differ.
"""

import pathlib
import sys

import numpy as np

import stablesoftmax
from stablesoftmax._promises import drawing, golden_bits, hidden_markov, samples, sampling
from stablesoftmax._promises.golden import golden

FILE = pathlib.Path(__file__).parents[1] / "src" / "stablesoftmax" / "_promises" / "golden_bits.py"
HEAD = '''"""Made by tests/make_verify.py: the first sixteen digits of the SHA-256 of results for fixed operands."""

BITS_VERSION = {version}

GOLDEN: dict[str, str] = {{
{lines}
}}
'''


def row_of(check, *arguments):
    (row,) = check(*arguments)
    return row


def found():
    """{name and dtype: digest} of this installation."""
    digests = {}
    with np.errstate(all="ignore"):
        for dtype in samples.formats().values():
            rows = [(s.name, row_of(golden, s, dtype, 0)) for s in sampling.SUBJECTS if s.bits]
            rows += [(n, row_of(hidden_markov.HIDDEN_MARKOV_CHECKS[-1], n, dtype, 0)) for n in hidden_markov.HIDDEN_MARKOV]
            rows += [(n, row_of(drawing.drawing_checks(n)[-1], n, dtype, 0)) for n in drawing.DRAWING]
            digests |= {f"{name} {dtype.name}": row["worst"][:16] if row["failures"] else row["bound"] for name, row in rows}
    return dict(sorted(digests.items()))


def main(option):
    digests = found()
    if option == "--write":
        lines = "\n".join(f'    "{key}": "{value}",' for key, value in digests.items())
        FILE.write_text(HEAD.format(version=stablesoftmax.bits_version, lines=lines))
        return 0
    golden_ones = golden_bits.GOLDEN
    different = sorted(key for key in golden_ones.keys() | digests.keys() if golden_ones.get(key) != digests.get(key))
    print(f"{len(digests)} digests, {len(different)} different", *different, sep="\n")
    return int(bool(different))


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in ("--check", "--write"):
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
