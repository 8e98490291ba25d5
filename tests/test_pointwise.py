"""The elementwise functions are faithful, in every dtype, and have the bits of rows of two elements where they are such rows."""

import itertools

import numpy as np
import pytest
from formats import DTYPES, FORMATS, WIDE, assert_same_bits, bits, cast, is_nan
from pointwise import BINARY, FUNCTIONS, UNARY, assert_faithful

import stablesoftmax

BOUNDS = {(row["function"], row["dtype"]): row for row in stablesoftmax.bounds()}
POLES = {"log1mexp": [0.0, -0.0], "logit": [0.0, -0.0, 1.0]}


def call(name, *operands):
    with np.errstate(all="raise"):
        return getattr(stablesoftmax, name)(*operands)


def check(name, *operands, context=""):
    """Faithful, silent, and no further off than the table says was ever observed."""
    bound = BOUNDS[name, operands[0].dtype.name]
    slack = 2.0 ** bound["absolute_exponent"] if bound["absolute_exponent"] else 0.0
    worst = assert_faithful(name, *operands, got=call(name, *operands), slack=slack, context=context)
    if not slack:
        assert worst <= bound["observed"], f"{name} {operands[0].dtype}: {worst:.4f} ulp: raise `observed` in the table"


def in_domain(name, x):
    """The finite elements at which a function of one operand is finite."""
    with np.errstate(invalid="ignore"):
        wide = x.astype(np.float64)
    if name == "logit":
        return x[(wide > 0) & (wide < 1)]
    return x[(wide < 0) & np.isfinite(wide)] if name == "log1mexp" else x[np.isfinite(wide)]


def everything(dtype):
    """Every octave of the format, both signs, ordinary values, and values near 1/2 and near log 2."""
    fmt, rng = FORMATS[dtype], np.random.default_rng(60)
    octaves = np.arange(fmt.lowest, fmt.highest + 1)
    octaves = np.repeat(octaves, max(1, 400 // octaves.size) if octaves.size < 400 else 1)
    sizes = np.ldexp(rng.uniform(1, 2, octaves.size), octaves)
    near = np.concatenate(
        [
            0.5 * (1 + np.ldexp(rng.uniform(-1, 1, 60), -np.arange(60))),
            rng.uniform(-1, 0, 100),
            -np.log(2) * rng.uniform(0.9, 1.1, 60),
        ]
    )
    tail = {"float16": 17, "bfloat16": 92, "float32": 104, "float64": 746}[dtype]
    parts = (sizes, -sizes, rng.normal(0, 4, 300), rng.uniform(-tail, tail, 300), near, rng.uniform(0, 1, 100), [fmt.max, -fmt.max])
    with np.errstate(over="ignore", under="ignore"):
        return cast(np.concatenate(parts), dtype)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("name", UNARY)
def test_every_half(name, dtype):
    x = np.arange(65_536, dtype=np.uint16).view(FORMATS[dtype].dtype)
    check(name, in_domain(name, x))


@pytest.mark.parametrize("dtype", WIDE)
@pytest.mark.parametrize("name", UNARY)
def test_every_octave(name, dtype):
    check(name, in_domain(name, everything(dtype)))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", BINARY)
def test_pairs(name, dtype):
    """Any two numbers, near ones, and ones whose sum or difference of exponentials is near 1."""
    rng = np.random.default_rng(61)
    x = everything(dtype)
    x = x[np.isfinite(x.astype(np.float64))]
    wide = x.astype(np.float64)
    with np.errstate(over="ignore", under="ignore"):
        others = {
            "any": rng.permutation(wide),
            "near": wide - np.abs(wide) * rng.choice([1e-1, 1e-4, 1e-8, 1e-15], wide.size),
            "apart by a few": wide - rng.exponential(3, wide.size),
        }
    for what, other in others.items():
        with np.errstate(over="ignore", under="ignore"):
            y = cast(np.clip(other, -FORMATS[dtype].max, FORMATS[dtype].max), dtype)
        high, low = (np.where(x >= y, x, y), np.where(x >= y, y, x)) if name == "logsubexp" else (x, y)
        kept = (high > low) | (name == "logaddexp")
        check(name, high[kept], low[kept], context=what)
    a = np.concatenate([np.ldexp(rng.uniform(1, 2, 60), rng.integers(-60, 2, 60)), rng.uniform(0, 30, 100)])
    for shift in (0.0, 1e-7, -1e-3, 0.1):
        if name == "logaddexp":
            high, low = cast(-a, dtype), cast(np.log(-np.expm1(-a)) + shift, dtype)
        else:
            high = cast(a, dtype)
            with np.errstate(divide="ignore"):
                low = cast(a + np.log(-np.expm1(-a)) + shift, dtype)
        kept = np.isfinite(low.astype(np.float64)) & ((low < high) | (name == "logaddexp"))
        check(name, high[kept], low[kept], context=f"{shift} from 1")


@pytest.mark.parametrize("dtype", WIDE)
@pytest.mark.parametrize("seed", range(3))
def test_bits_of_rows_of_two(dtype, seed):
    """softmax, log_softmax and logsumexp of the two elements: also where they leave the vectors of the elementwise functions."""
    rng, n = np.random.default_rng(62 + seed), 20_000
    fmt = FORMATS[dtype]
    parts = [
        rng.choice([-1, 1], n) * 2.0 ** rng.uniform(fmt.lowest, fmt.highest, n),
        *(scale * rng.uniform(-1, 1, n) for scale in (1.0, 10.0, 150.0, 800.0, 1.2e5, 3e13)),
        [0.0, -0.0, fmt.max, -fmt.max, fmt.tiny, -fmt.tiny, -np.inf],
    ]
    x = cast(np.concatenate(parts), dtype)
    rows = np.stack([x, np.zeros_like(x)], axis=1)
    assert_same_bits(call("sigmoid", x), stablesoftmax.softmax(rows)[:, 0], "sigmoid")
    assert_same_bits(call("softplus", x), stablesoftmax.logsumexp(rows, axis=1), "softplus")
    assert_same_bits(call("log_sigmoid", x) + 0.0, stablesoftmax.log_softmax(rows)[:, 0] + 0.0, "log_sigmoid")  # -0 + 0 is 0
    p = rng.uniform(0.01, 0.99, n)
    pairs = [
        (x, rng.permutation(x)),
        (x, (x - rng.exponential(1, x.size) * rng.choice([1, 1e-5, 30], x.size)).astype(dtype)),
        (cast(np.log(p), dtype), cast(np.log1p(-p) + rng.choice([0, 1e-8, 1e-3, 0.1], n), dtype)),
    ]
    for a, b in pairs:
        expected = stablesoftmax.logsumexp(np.stack([a, b], axis=1), axis=1)
        assert_same_bits(call("logaddexp", a, b), expected, "logaddexp")
        assert_same_bits(call("logaddexp", b, a), expected, "logaddexp, operands exchanged")


@pytest.mark.parametrize("dtype", DTYPES)
def test_special_values(dtype):
    def answers(name, *operands):
        with np.errstate(all="ignore"):
            return getattr(stablesoftmax, name)(*(cast(o, dtype) for o in operands))

    inf, fmt = np.inf, FORMATS[dtype]
    cases = {
        "sigmoid": ([-inf, -fmt.max, -0.0, 0.0, fmt.max, inf], [0.0, 0.0, 0.5, 0.5, 1.0, 1.0]),
        "log_sigmoid": ([-inf, -fmt.max, fmt.max, inf], [-inf, -fmt.max, -0.0, -0.0]),
        "softplus": ([-inf, -fmt.max, fmt.max, inf], [0.0, 0.0, fmt.max, inf]),
        "log1mexp": ([-inf, -fmt.max, 0.0, -0.0], [-0.0, -0.0, -inf, -inf]),
        "logit": ([0.0, -0.0, 0.5, 1.0], [-inf, -inf, 0.0, inf]),
    }
    for name, (x, expected) in cases.items():
        assert_same_bits(answers(name, x), cast(expected, dtype), name)
    a = [-inf, inf, inf, -inf, inf, fmt.max, 1.0, -inf, 0.0, -0.0]
    b = [-inf, inf, -inf, inf, 1.0, -fmt.max, -inf, 1.0, -fmt.max, -fmt.max]
    assert_same_bits(answers("logaddexp", a, b), cast([-inf, inf, inf, inf, inf, fmt.max, 1.0, 1.0, 0.0, 0.0], dtype))
    a = [-inf, inf, inf, fmt.max, 1.0, 1.0, fmt.tiny, 0.0]
    b = [-inf, -inf, 1.0, -fmt.max, -inf, 1.0, fmt.tiny, -0.0]
    assert_same_bits(answers("logsubexp", a, b), cast([-inf, inf, inf, fmt.max, 1.0, -inf, -inf, -inf], dtype))
    for name, x in {"log1mexp": [fmt.tiny, 1.0, inf], "logit": [-fmt.tiny, 2.0, -1.0, -inf, inf]}.items():
        assert is_nan(answers(name, x)).all()
    assert is_nan(answers("logsubexp", [inf, 1.0, -inf, 1.0], [inf, 2.0, 0.0, inf])).all()
    for name, rank in itertools.chain(((n, 1) for n in UNARY), ((n, 2) for n in BINARY)):
        for operands in ([[np.nan]],) if rank == 1 else ([[np.nan], [1.0]], [[inf], [np.nan]], [[np.nan], [np.nan]]):
            assert (bits(answers(name, *operands)) == fmt.nan).all(), name


@pytest.mark.parametrize("dtype", DTYPES)
def test_events(dtype):
    """Invalid where a nan is made out of none, divide by zero at a pole; never overflow, underflow, or anything for a nan."""
    fmt, inf = FORMATS[dtype], np.inf
    silent = {name: [-1.0, -fmt.tiny, -fmt.max, np.nan, -inf] for name in ("sigmoid", "log_sigmoid", "softplus", "log1mexp")}
    silent |= {name: [*silent[name], 1.0, fmt.max, inf] for name in ("sigmoid", "log_sigmoid", "softplus")}
    for name, values in {**silent, "logit": [fmt.tiny, 0.5, np.nan]}.items():
        for n in (1, 40):  # alone, and among as many as fill vectors
            call(name, np.repeat(cast(values, dtype), n))
    for a, b in itertools.product([-inf, 0.0, 1.0, -fmt.max, fmt.max, np.nan, inf], repeat=2):
        call("logaddexp", cast([a], dtype), cast([b], dtype))
        if a > b or np.isnan(a) or np.isnan(b) or a == b == -inf:
            call("logsubexp", cast([a], dtype), cast([b], dtype))
    events = [
        *(("divide", name, [pole]) for name, poles in POLES.items() for pole in poles),
        ("divide", "logsubexp", [1.0], [1.0]),
        ("invalid", "log1mexp", [1.0]),
        *(("invalid", "logit", [p]) for p in (2.0, -1.0, -inf, inf)),
        ("invalid", "logsubexp", [1.0], [2.0]),
        ("invalid", "logsubexp", [inf], [inf]),
    ]
    for event, name, *operands in events:
        arrays = [cast(o, dtype) for o in operands]
        with np.errstate(all="raise", **{event: "ignore"}):
            getattr(stablesoftmax, name)(*arrays)
        message = {"divide": "divide by zero", "invalid": "invalid value"}[event]
        with (
            np.errstate(all="ignore", **{event: "raise"}),
            pytest.raises(FloatingPointError, match=f"{message} encountered in {name}"),
        ):
            getattr(stablesoftmax, name)(*arrays)


@pytest.mark.parametrize("dtype", DTYPES)
def test_symmetries(dtype):
    """Faithful results keep the order of the exact ones wherever those are numbers: at 0, at the ends, and as signs."""
    x = everything(dtype)
    x = x[np.isfinite(x.astype(np.float64))]
    assert (call("sigmoid", x) <= 1).all()
    assert (call("log_sigmoid", x) <= 0).all()
    assert (np.signbit(call("log_sigmoid", x).astype(np.float64))).all()
    assert (call("softplus", x) >= np.where(x > 0, x, 0)).all()
    p = in_domain("logit", x)
    assert (np.sign(call("logit", p).astype(np.float64)) == np.sign(p.astype(np.float64) - 0.5)).all()


def test_names():
    assert all(isinstance(getattr(stablesoftmax, name), np.ufunc) for name in FUNCTIONS)
