"""Cross entropy over Dask arrays: the losses of rows, then their exact sum, by integers, over all chunks."""

from typing import Any

import dask.array as da
import numpy as np

from stablesoftmax import _native, _parts
from stablesoftmax._arguments import cast, floating, reduced_dtype, reduced_shape, result_dtype
from stablesoftmax._cross_entropy import cross_entropy as cross_entropy_in_memory
from stablesoftmax._dask_arguments import Lazy, as_lazy, as_lazy_mask, one_a_row, whole_axes
from stablesoftmax._dask_passes import TOTAL, Part, Passes, Rows, blocks, join_totals, summary_part, tree, words
from stablesoftmax._environment import neutral
from stablesoftmax._layout import Array
from stablesoftmax._targets import as_class_weight, as_labels, as_normalizer, as_number, class_axis, misfit, refuse_ignored

_FLOAT64 = np.dtype(np.float64)
_ROW = np.dtype([("loss", "f8"), ("weight", "f8")])
_LARGEST = np.dtype([("losses", "f8"), ("weights", "f8")])
_SUMS = np.dtype([("losses", TOTAL), ("weights", TOTAL), ("infinite", "f8")])


def _checked(labels: Array, *, classes: int, shape: tuple[int, ...], ignored: int | None) -> Array:
    return as_labels("cross_entropy", labels, classes, labels.shape, shape, ignored)


def _summary_with_logit(
    x: Array, labels: Array, mask: Array | None, *, rows: Rows, estimated: bool, block_info: Any = None
) -> Array:  # fmt: skip
    """Pass 1, and the logit of the label of each row as far as it lies in this chunk."""
    found = summary_part(x, mask, rows=rows, estimated=estimated)
    part, axis = Part(rows, x, mask), rows.axes[0]
    if not x.shape[axis]:
        found["logit"] = -np.inf
        return found
    local = part.per_row(labels) - block_info[0]["array-location"][axis][0]
    here = (local >= 0) & (local < x.shape[axis])
    index = np.where(here, local, 0)[..., None]
    if part.mask is not None:
        here = here & np.take_along_axis(part.mask, index, -1)[..., 0]
    logits = cast(np.take_along_axis(part.x, index, -1)[..., 0], np.dtype(np.float64))
    found["logit"] = np.where(here, logits, -np.inf).reshape(part.shape)
    return found


def _losses_of_parts(records: Array, totals: Array, labels: Array, *, rows: Rows) -> Array:
    summary = _parts.Summary(*(records[name] for name in _parts.Summary._fields))
    ignored = labels < 0
    summary = summary._replace(nan=summary.nan | ignored)  # no "invalid value" for rows that do not count
    losses = _parts.cross_entropy(rows.computing, summary, words(totals["total"]), records["logit"])
    return np.where(ignored, 0.0, losses).reshape(labels.shape)


def _losses_of_rows(x: Array, targets: Array, mask: Array | None, *, axis: int, soft: bool, options: Any) -> Array:
    """The losses of whole rows, the axis of the classes kept with length 1."""
    rows = targets if soft else targets.squeeze(axis)
    where = True if mask is None else mask
    losses = cross_entropy_in_memory(x, rows, axis, where=where, reduction="none", dtype=np.float64, **options)
    return np.expand_dims(np.asarray(losses), axis)


def _weighted(losses: Array, labels: Array, *, weight: Array | None, soft: bool) -> Array:
    """Each loss with what its row counts for."""
    found = np.empty(losses.shape, _ROW)
    of_rows = (labels >= 0).astype(np.float64) if weight is None else np.where(labels < 0, 0.0, weight[labels])
    found["weight"] = of_rows
    found["loss"] = losses if soft else np.where(of_rows == 0, 0.0, losses)
    return found


def _unweighted(losses: Array) -> Array:
    found = np.ones(losses.shape, _ROW)
    found["loss"] = losses
    return found


@neutral
def _each(records: Array, *, axis: int, soft: bool, result: Any) -> Array:
    losses, weights = records["loss"], records["weight"]
    return cast(losses if soft else np.where(weights == 0, 0.0, losses * weights), result).squeeze(axis)


def _factors(records: Array, soft: bool) -> tuple[Array, Array, Array]:
    """Losses, what they are multiplied with, and the weights whose sum a mean divides by."""
    losses, weights = np.ascontiguousarray(records["loss"]).reshape(-1), np.ascontiguousarray(records["weight"]).reshape(-1)
    return losses, np.ones_like(weights) if soft else weights, weights


def _largest(records: Array, *, soft: bool) -> Array:
    losses, factors, weights = _factors(records, soft)
    found = np.empty((1,) * records.ndim, _LARGEST)
    found["losses"] = _native.part_largest_product(losses, factors)
    found["weights"] = _native.part_largest_product(weights, np.ones_like(weights))
    return found


def _join_largest(a: Array, b: Array) -> Array:
    joined = np.empty_like(a)
    for name in _LARGEST.names or ():
        joined[name] = np.maximum(a[name], b[name])  # a nan stays one
    return joined


def _sums(records: Array, largest: Array, *, soft: bool) -> Array:
    losses, factors, weights = _factors(records, soft)
    found = np.zeros((1,) * records.ndim, _SUMS)
    most = largest.reshape(-1)[0]
    found["losses"] = _native.part_products(losses, factors, most["losses"]).view(TOTAL)[0]
    found["weights"] = _native.part_products(weights, np.ones_like(weights), most["weights"]).view(TOTAL)[0]
    if not np.isfinite(most["losses"]):
        found["infinite"] = _native.dot(losses, factors)
    return found


def _join_sums(a: Array, b: Array) -> Array:
    joined = np.empty_like(a)
    fields = ["losses", "weights"]
    for name in fields:
        joined[name] = join_totals(a[fields], b[fields])[name]
    with np.errstate(invalid="ignore"):
        joined["infinite"] = a["infinite"] + b["infinite"]
    return joined


@neutral
def _reduced(sums: Array, largest: Array, *, mean: bool, divisor: float | None, result: Any) -> Array:
    """The sum, or the mean, rounded once."""
    found, most = sums.reshape(-1)[:1], largest.reshape(-1)[0]
    finite = np.isfinite(most["losses"])
    total = float(_native.dot_of(words(found["losses"])[0], most["losses"]) if finite else found["infinite"][0])
    if mean:
        over = float(_native.dot_of(words(found["weights"])[0], most["weights"])) if divisor is None else divisor
        if over == 0:
            _native.raise_invalid("cross_entropy")
            return np.asarray(np.nan, result)
        total /= over
    return np.asarray(cast(np.asarray(total), result))


@neutral
def cross_entropy(
    logits: Any, targets: Any, axis: Any, weight: Any, label_smoothing: Any, ignore_index: int | None, where: Any, reduction: str,
    normalizer: Any, dtype: Any, read_again: bool,
) -> Lazy:  # fmt: skip
    """See stablesoftmax.dask.cross_entropy."""
    name = "cross_entropy"
    x = as_lazy(name, logits, "logits")
    along = class_axis(name, axis, x.shape)
    axes, own, classes = (along,), floating(x.dtype), x.shape[along]
    outer = reduced_shape(x.shape, (along,))
    result = result_dtype(name, x, dtype, reduced_dtype(own))
    divisor = as_normalizer(name, reduction, normalizer)
    smoothing = as_number(name, "label_smoothing", label_smoothing, 0, 1, "between 0 and 1")
    mask = as_lazy_mask(name, where, x)
    given = targets if isinstance(targets, da.Array) else da.asarray(np.asarray(targets))
    hard = given.dtype.kind in "iu"
    if given.shape != (outer if hard else x.shape) or given.dtype.kind == "b":
        raise misfit(name, given, outer, x.shape)
    if not hard:
        refuse_ignored(name, ignore_index)
    weight = as_class_weight(name, weight, classes)
    soft = not hard or smoothing > 0
    whole = whole_axes(x, axes)
    if soft and not whole:
        raise ValueError(
            f"{name}: with probabilities or label_smoothing every class of a row counts, and axis {along} lies in "
            f"{x.numblocks[along]} chunks; use logits.rechunk({{{along}: -1}})"
        )
    kept = tuple((1,) if a == along else c for a, c in enumerate(x.chunks))
    if hard:
        labels = da.expand_dims(given, along).rechunk(kept)
        labels = labels.map_blocks(
            _checked, classes=classes, shape=x.shape, ignored=ignore_index, dtype=np.int64, meta=np.empty((0,) * x.ndim, np.int64)
        )  # fmt: skip
    if whole:
        options = {"weight": weight if soft else None, "label_smoothing": smoothing, "ignore_index": -1 if hard else None}
        wanted = labels if hard else given.rechunk(x.chunks)
        losses = blocks(
            _losses_of_rows, x, wanted, mask, dtype=_FLOAT64, like=x, kept=axes, axis=along, soft=not hard, options=options
        )  # fmt: skip
    else:
        rows = Rows(axes, own)
        passes = Passes(x, mask, one_a_row(name, "temperature", 1.0, x, axes), rows, read_again)
        records = passes.summaries(False, labels, function=_summary_with_logit)
        totals = passes.totals(records, of_rest=True)
        losses = blocks(_losses_of_parts, records, totals, labels, dtype=_FLOAT64, like=records, rows=rows)
    if hard:
        terms = blocks(_weighted, losses, labels, dtype=_ROW, like=losses, weight=weight, soft=soft)
    else:
        terms = blocks(_unweighted, losses, dtype=_ROW, like=losses)
    if reduction == "none":
        return terms.map_blocks(_each, axis=along, soft=soft, result=result, drop_axis=along, dtype=result)
    every = tuple(range(x.ndim))
    largest = tree(blocks(_largest, terms, dtype=_LARGEST, like=terms, kept=every, soft=soft), every, _join_largest)
    sums = tree(blocks(_sums, terms, largest, dtype=_SUMS, like=terms, kept=every, soft=soft), every, _join_sums)
    options = {"mean": reduction == "mean", "divisor": divisor, "result": result}
    return da.map_blocks(_reduced, sums, largest, drop_axis=list(every), dtype=result, **options)
