"""The other dtypes, on a few shapes."""

from .calls import FUNCTIONS, RESULTS, Call
from .shapes import FEW, name

SHAPES = {name(shape): shape for shape in FEW}


class Dtypes(Call):
    params = (FUNCTIONS, list(SHAPES), ["float64", "float16", "bfloat16"], RESULTS)
    param_names = ("function", "shape", "dtype", "result")

    def setup(self, function, shape, dtype, result):
        self.prepare(function, SHAPES[shape], result, dtype=dtype)

    def time_call(self, *_):
        self.call()
