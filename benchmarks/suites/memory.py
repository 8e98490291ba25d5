"""The peak of memory: logits take 64 MB and so does a result, so what a call takes beside them shows."""

from .calls import FUNCTIONS, RESULTS, Call

ROWS = {"4096x4096": ((4096, 4096), -1), "4096x4096, axis 0": ((4096, 4096), 0), "1x16777216": ((1, 1 << 24), -1)}


class Memory(Call):
    params = (FUNCTIONS, list(ROWS), RESULTS)
    param_names = ("function", "rows", "result")

    def setup(self, function, rows, result):
        shape, axis = ROWS[rows]
        self.prepare(function, shape, result, axis=axis)

    def peakmem_call(self, *_):
        self.call()
