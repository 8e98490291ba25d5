"""float32 over the first axis: rows that lie across the memory."""

from .calls import FUNCTIONS, RESULTS, Call
from .shapes import FIRST_AXIS, name

SHAPES = {name(shape): shape for shape in FIRST_AXIS}


class FirstAxis(Call):
    params = (FUNCTIONS, list(SHAPES), RESULTS)
    param_names = ("function", "shape", "result")

    def setup(self, function, shape, result):
        self.prepare(function, SHAPES[shape], result, axis=0)

    def time_call(self, *_):
        self.call()
