"""float32 over the last axis: short rows, rows in the caches, rows beyond them."""

from .calls import FUNCTIONS, RESULTS, Call
from .shapes import LAST_AXIS, name

SHAPES = {name(shape): shape for shape in LAST_AXIS}


class LastAxis(Call):
    params = (FUNCTIONS, list(SHAPES), RESULTS)
    param_names = ("function", "shape", "result")

    def setup(self, function, shape, result):
        self.prepare(function, SHAPES[shape], result)

    def time_call(self, *_):
        self.call()
