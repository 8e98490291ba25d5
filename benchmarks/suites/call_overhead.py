"""What a call costs whatever its logits: three elements."""

import numpy as np

import stablesoftmax

from .calls import FUNCTIONS, call


class CallOverhead:
    params = (FUNCTIONS, ["array", "list", "array, out="])
    param_names = ("function", "logits")

    def setup(self, function, logits):
        array = np.array([1, 2, 3], np.float32)
        compute = getattr(stablesoftmax, function)
        self.call = {
            "array": lambda: compute(array),
            "list": lambda: compute([1.0, 2.0, 3.0]),
            "array, out=": call(function, array, "out="),
        }[logits]

    def time_call(self, *_):
        self.call()
