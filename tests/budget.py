"""How much the randomised tests do: STABLESOFTMAX_TEST_SCALE=10 makes ten times as many cases of each."""

import os

SCALE = float(os.environ.get("STABLESOFTMAX_TEST_SCALE", "1"))


def cases(count):
    return max(1, round(count * SCALE))
