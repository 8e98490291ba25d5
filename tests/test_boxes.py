"""How arrays that are not in memory are cut: every element once, in whole grains, in no more memory than allowed."""

import math

import numpy as np
import pytest
from budget import cases

from stablesoftmax import _boxes
from stablesoftmax._boxes import boxes, pieces, run_grain


def some_case(rng):
    shape = tuple(rng.integers(0 if rng.random() < 0.05 else 1, 30, rng.integers(0, 5)).tolist())
    axes = tuple(np.flatnonzero(rng.random(len(shape)) < 0.5).tolist())
    grain = tuple(int(rng.integers(1, 12)) for _ in shape)
    return shape, axes, grain, int(rng.integers(1, 5000)), int(rng.integers(1, 5))


def test_every_element_once(monkeypatch):
    monkeypatch.setattr(_boxes, "_LEAST", 16)
    rng, wholes = np.random.default_rng(1), 0
    for _ in range(cases(500)):
        shape, axes, grain, most, threads = some_case(rng)
        plan = boxes(shape, axes, grain, tuple(rng.permutation(len(shape)).tolist()), most, threads)
        seen, outer_seen = np.zeros(shape, int), np.zeros(shape, int)
        for outer in plan.outer():
            assert all(outer[axis] == slice(0, shape[axis]) for axis in axes)
            outer_seen[outer] += 1
            parts = list(plan.parts(outer))
            for at in parts:
                seen[at] += 1
                size = math.prod(piece.stop - piece.start for piece in at)
                assert size <= most or size <= math.prod(grain)
                assert all(p.start % g == 0 and (p.stop % g == 0 or p.stop == n) for p, g, n in zip(at, grain, shape, strict=True))
            if plan.whole:
                assert parts in ([outer], [])
        assert (seen == 1).all()
        assert (outer_seen == 1).all()
        wholes += plan.whole
    assert 0 < wholes < cases(500)


def test_rows_in_parts_are_not_too_many(monkeypatch):
    monkeypatch.setattr(_boxes, "_MOST_ROWS", 100)
    plan = boxes((1000, 50, 70), (0,), (1, 1, 10), (0, 1, 2), 5_000, 2)
    assert not plan.whole
    assert plan.box[1] * plan.box[2] <= 100
    assert plan.box[0] > 1


@pytest.mark.parametrize(
    ("shape", "elements", "grain"),
    [
        ((), 5, ()),
        ((7,), 5, (5,)),
        ((7,), 9, (7,)),
        ((5, 100, 7), 16, (1, 3, 7)),
        ((5, 100, 7), 10_000, (5, 100, 7)),
        ((3, 0), 4, (3, 1)),
    ],
)
def test_runs(shape, elements, grain):
    order = tuple(range(len(shape)))
    assert run_grain(shape, order, elements) == grain
    assert run_grain(shape[::-1], order[::-1], elements) == grain[::-1]


def test_the_order_in_memory_decides_where_boxes_grow():
    """A file in Fortran order is cut as its transpose is."""
    shape = (30_000, 2000, 50)
    for axes in ((0,), (1,), (2,), (0, 2), (0, 1, 2)):
        for most in (10_000, 1_000_000, 100_000_000):
            mirrored = tuple(2 - axis for axis in axes[::-1])
            here = boxes(shape, axes, run_grain(shape, (0, 1, 2), 4096), (0, 1, 2), most, 2)
            there = boxes(shape[::-1], mirrored, run_grain(shape[::-1], (2, 1, 0), 4096), (2, 1, 0), most, 2)
            assert (there.box[::-1], there.whole) == (here.box, here.whole)


def test_pieces():
    assert pieces(0, 3) == []
    assert pieces(7, 3) == [slice(0, 3), slice(3, 6), slice(6, 7)]
