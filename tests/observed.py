"""The largest errors of functions whose bounds have parts of their own, measured against exact arithmetic.

    python tests/observed.py [SCALE]     prints what the table of bounds says under `observed`, for each function and dtype

`cases(name, dtype, rng)` yields results, the exact values as balls, and what the bound allows beside its ulps: 2^terms_exponent
times the sizes that the domain of the row names. tests/test_bounds.py holds a few hundred rows to what the table says.
"""

import sys

import numpy as np
from balls import balls, beyond, exponentials, total
from flint import arb, ctx
from formats import DTYPES, FORMATS, cast, reduced
from sparse_oracle import vjp_balls

import stablesoftmax as ssm

TABLE = {(row["function"], row["dtype"]): row for row in ssm.bounds()}
LENGTHS = (1, 2, 2, 3, 5, 8, 17, 33, 64, 130)


def a_row(rng, dtype, n):
    """Logits of any spread: ordinary, confident, at the edge of underflow, equal."""
    x = rng.standard_normal(n) * rng.choice(
        [1e-4, 0.1, 1.0, 8.0, 40.0, 300.0] if dtype == "float64" else [1e-4, 0.1, 1.0, 8.0, 40.0]
    )
    if rng.random() < 0.3:
        x[rng.integers(n)] += rng.choice([5.0, 17.0, 40.0, 80.0])
    return cast(x + rng.choice([0.0, 0.0, 3.0, -100.0]), dtype)


def a_gradient(rng, dtype, n):
    """Ordinary, of every size, nearly equal (the difference cancels), sparse."""
    kind = rng.integers(4)
    g = rng.standard_normal(n)
    if kind == 1:
        g *= np.exp(np.minimum(rng.standard_normal(n) * 4, 6))
    elif kind == 2:
        g = 1 + g * 2.0**-8
    elif kind == 3:
        g *= rng.random(n) < 0.3
    return cast(g, dtype)


def distribution(x):
    terms, top = exponentials(x)
    everything = total(terms)
    return [t / everything for t in terms], terms, top


def losses_of(x):
    """-log p of every element."""
    _, terms, top = distribution(x)
    rest = total(t for i, t in enumerate(terms) if i != top).log1p()
    return [arb(float(x[top])) - arb(float(v)) + rest for v in x]


def _labels(name, dtype, rng, n):
    x, label = a_row(rng, dtype, n), int(rng.integers(n))
    if name == "cross_entropy":
        yield ssm.cross_entropy(x, label), [losses_of(x)[label]], [0]
    else:
        scale = float(rng.choice([1.0, 1 / 3, 0.1, 1e-5, 1.99]))
        _, gradient = ssm.cross_entropy_and_grad(x, label, normalizer=1 / scale)
        scale = arb(1.0 / (1 / scale))
        p, terms, _ = distribution(x)
        p[label] = -total(t for i, t in enumerate(terms) if i != label) / total(terms)
        yield gradient, [v * scale for v in p], [0] * n


def _probabilities(name, dtype, rng, n):
    x, t = a_row(rng, dtype, n), np.abs(a_gradient(rng, dtype, n))
    if not t.any():
        return
    exact_t = balls(t)
    if name.startswith("cross_entropy("):
        yield ssm.cross_entropy(x, t), [total(a * b for a, b in zip(exact_t, losses_of(x), strict=True))], [0]
    else:
        p, mass = distribution(x)[0], total(exact_t)
        _, gradient = ssm.cross_entropy_and_grad(x, t)
        lost = mass * arb(2) ** (51 - 1074)  # of a subnormal probability
        sizes = [a * mass + b + lost for a, b in zip(p, exact_t, strict=True)]
        yield gradient, [a * mass - b for a, b in zip(p, exact_t, strict=True)], sizes


def _binary(name, dtype, rng, n):
    x = a_row(rng, dtype, n)
    sure = "(probabilities)" not in name
    t = cast(rng.integers(0, 2, n) if sure else rng.random(n), dtype)
    exact_x, exact_t = balls(x), balls(t)
    loss, gradient = ssm.binary_cross_entropy_and_grad(x, t, reduction="none")
    up, down = [v.exp().log1p() for v in exact_x], [(-v).exp().log1p() for v in exact_x]
    if "grad" in name:
        p = [1 / (1 + (-v).exp()) for v in exact_x], [1 / (1 + v.exp()) for v in exact_x]
        parts = [((1 - b) * a, b * c) for a, c, b in zip(*p, exact_t, strict=True)]
        yield gradient, [a - b for a, b in parts], [0 if sure else a + b for a, b in parts]
    else:
        yield loss, [b * d + (1 - b) * u for u, d, b in zip(up, down, exact_t, strict=True)], [0] * n


def _jacobian(name, dtype, rng, n):
    x, g = a_row(rng, dtype, n), a_gradient(rng, dtype, n)
    of_softmax = name.startswith("softmax")
    y = (ssm.softmax if of_softmax else ssm.log_softmax)(x)
    p, exact_g = balls(y) if of_softmax else [v.exp() for v in balls(y)], balls(g)
    got = getattr(ssm, name)(y, g)
    if name == "log_softmax_vjp":
        mass, size = total(exact_g), total(abs(v) for v in exact_g)
        wanted = [b - a * mass for a, b in zip(p, exact_g, strict=True)]
        # what is below e^-126 counts as 0; float64: what is subnormal is rounded first
        lost = size * arb(2) ** (55 - 1074 if dtype == "float64" else -155)
        yield got, wanted, [abs(b) + a * size + lost for a, b in zip(p, exact_g, strict=True)]
        return
    mean = total(a * b for a, b in zip(p, exact_g, strict=True))
    size = total(abs(a * b) for a, b in zip(p, exact_g, strict=True))
    if of_softmax:
        yield (
            got,
            [a * (b - mean) for a, b in zip(p, exact_g, strict=True)],
            [n * a * (abs(b) + size) for a, b in zip(p, exact_g, strict=True)],
        )
    else:
        yield got, [b - mean for b in exact_g], [abs(b) + size for b in exact_g]


def _of_logsumexp(name, dtype, rng, n):
    x = a_row(rng, dtype, n)
    p = distribution(x)[0]
    if name == "logsumexp_vjp":
        gain = cast(rng.choice([1.0, -0.75, 1 / 77, 2.0**-20, 1.98]), dtype)
        yield ssm.logsumexp_vjp(x, gain), [v * arb(float(gain)) for v in p], [0] * n
    else:
        v = a_gradient(rng, dtype, n)
        products = [a * b for a, b in zip(p, balls(v), strict=True)]
        yield ssm.logsumexp_jvp(x, v), [total(products)], [total(abs(b) for b in products)]


def _sparse_gradient(name, dtype, rng, n):
    alpha = {"sparsemax_vjp": 2.0, "entmax15_vjp": 1.5}.get(name) or float(rng.choice([1.0, 1.125, 1.75, 2.5, 4.0]))
    y, g = ssm.entmax(a_row(rng, dtype, n), alpha), a_gradient(rng, dtype, n)
    counted = np.where(y.astype(float) > 0, g.astype(float), 0.0)
    wanted, s = vjp_balls(y, counted, alpha)
    wanted = [arb(0) if v is None else v for v in wanted]
    got = getattr(ssm, name)(*((y, g, alpha) if name == "entmax_vjp" else (y, g)))
    yield got, wanted, [v * arb(float(np.abs(counted).max())) for v in s]


def _signed(name, dtype, rng, n):
    x, w = a_row(rng, dtype, n), a_gradient(rng, dtype, n)
    terms, top = exponentials(x)
    products = [a * b for a, b in zip(terms, balls(w), strict=True)]
    value = total(products)
    if value > 0:
        yield ssm.logsumexp(x, weights=w), [arb(float(x[top])) + value.log()], [total(abs(v) for v in products) / value]


def _with_sink(name, dtype, rng, n):
    x, sink = a_row(rng, dtype, n), float(cast(rng.standard_normal() * 8, dtype))
    got = (ssm.softmax if name.startswith("softmax") else ssm.log_softmax)(x, sink=sink)
    both = np.append(x, cast(sink, dtype))
    if name.startswith("softmax"):
        yield got, distribution(both)[0][:-1], [0] * n
    else:
        yield got, [-v for v in losses_of(both)[:-1]], [0] * n


def _fast_product(name, dtype, rng, n):
    a, b = (cast(rng.standard_normal(shape) * rng.choice([0.1, 1.0, 30.0]), dtype) for shape in ((1, n), (n, 1)))
    sums = [u + v for u, v in zip(balls(a), balls(b), strict=True)]
    top = max(sums, key=lambda v: float(v.mid()))
    spread = sum(min(float(v.max() - v.min()), 1300.0) for v in (a.astype(float), b.astype(float)))
    yield ssm.logmatmulexp(a, b, method="fast")[0], [top + total((v - top).exp() for v in sums).log()], [arb(n + 8 + spread)]


FUNCTIONS = {
    "binary_cross_entropy": _binary,
    "binary_cross_entropy(probabilities)": _binary,
    "binary_cross_entropy_and_grad": _binary,
    "binary_cross_entropy_and_grad(probabilities)": _binary,
    "cross_entropy": _labels,
    "cross_entropy(probabilities)": _probabilities,
    "cross_entropy_and_grad": _labels,
    "cross_entropy_and_grad(probabilities)": _probabilities,
    "entmax15_vjp": _sparse_gradient,
    "entmax_vjp": _sparse_gradient,
    "log_softmax(sink)": _with_sink,
    "log_softmax_jvp": _jacobian,
    "log_softmax_vjp": _jacobian,
    "logmatmulexp(fast)": _fast_product,
    "logsumexp(signed weights)": _signed,
    "logsumexp_jvp": _of_logsumexp,
    "logsumexp_vjp": _of_logsumexp,
    "softmax(sink)": _with_sink,
    "softmax_jvp": _jacobian,
    "softmax_vjp": _jacobian,
    "sparsemax_vjp": _sparse_gradient,
}
REDUCING = {"binary_cross_entropy", "cross_entropy", "logmatmulexp(fast)", "logsumexp(signed weights)", "logsumexp_jvp"}


def largest(name, dtype, rng, rows, terms_exponent):
    """The largest error in ulps beside its terms, over so many random rows, and the length of the row where it was."""
    ctx.prec = 700
    fmt = FORMATS[reduced(FORMATS[dtype].dtype).name] if name.removesuffix("(probabilities)") in REDUCING else FORMATS[dtype]
    worst, where = 0.0, 0
    for k in range(rows):
        n = LENGTHS[k % len(LENGTHS)]
        for got, wanted, sizes in FUNCTIONS[name](name, dtype, rng, n):
            slack = [arb(2) ** terms_exponent * size if terms_exponent else arb(0) for size in sizes]
            error = float(beyond(np.atleast_1d(got), wanted, slack, fmt).max())
            if error > worst:
                worst, where = error, n
    return worst, where


if __name__ == "__main__":
    scale = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    for name in FUNCTIONS:
        for dtype in DTYPES:
            exponent = TABLE[name, dtype]["terms_exponent"]
            error, n = largest(name, dtype, np.random.default_rng(7), round(1500 * scale), exponent)
            print(f"{name:45} {dtype:9} {error:.4f} n = {n}", flush=True)
