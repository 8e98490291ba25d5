"""One thread and two, on shapes that are worth sharing and on one that is not."""

from .calls import FUNCTIONS, Call
from .shapes import UNCACHED, name

SHAPES = {name(shape): shape for shape in [(1000, 3), (1024, 1024), *UNCACHED]}


class Threads(Call):
    params = (FUNCTIONS, list(SHAPES), [1, 2])
    param_names = ("function", "shape", "threads")

    def setup(self, function, shape, threads):
        self.prepare(function, SHAPES[shape], "out=", threads=threads)

    def time_call(self, *_):
        self.call()
