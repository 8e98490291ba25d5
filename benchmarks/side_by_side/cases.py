"""What is measured: a function of logits of a shape and dtype, over an axis."""

from dataclasses import dataclass

from suites.shapes import CACHED, FEW, FIRST_AXIS, LAST_AXIS, UNCACHED, name


@dataclass(frozen=True)
class Case:
    function: str
    shape: tuple[int, int]
    axis: int = -1
    dtype: str = "float32"
    deviation: float = 3.0  # of the logits

    @property
    def name(self) -> str:
        return f"{self.function} {self.dtype} {name(self.shape)} axis={self.axis}"

    @property
    def elements(self) -> int:
        return self.shape[0] * self.shape[1]

    @property
    def result_shape(self) -> tuple[int, ...]:
        if self.function != "logsumexp":
            return self.shape
        return (self.shape[0],) if self.axis == -1 else (self.shape[1],)


TABLE = [
    *(Case("softmax", shape) for shape in LAST_AXIS),
    *(Case("softmax", shape, axis=0) for shape in FIRST_AXIS),
    *(Case("softmax", shape, dtype=dtype) for dtype in ("float64", "float16", "bfloat16") for shape in FEW),
    *(Case(function, shape) for function in ("log_softmax", "logsumexp") for shape in [*FEW, CACHED[0], UNCACHED[-1]]),
]

# For the pictures. Lengths off the multiples of a vector are in the majority, as they are in life.
LENGTHS = [2, 3, 5, 10, 20, 32, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 30_000, 100_000, 300_000, 1_000_000]
BY_LENGTH = [Case("softmax", (max(1, (1 << 18) // length), length)) for length in LENGTHS]
ERROR_BY_SPEED = Case("softmax", (1024, 1024), deviation=10.0)
