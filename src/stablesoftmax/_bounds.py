"""The error bounds as data: one table in the extension, read by tests and documentation."""

from typing import Any

from stablesoftmax import _native


def bounds() -> list[dict[str, Any]]:
    """The guaranteed error of each function and dtype.

    A result differs from the exact one for the exact inputs by less than ``ulp`` units in its last place, subnormal results
    included, plus ``2**absolute_exponent`` times the sum of the absolute values of what cancelled where
    ``absolute_exponent`` is not 0.

    Returns
    -------
    list of dict
        Rows with ``function``, ``dtype``, ``domain``, ``ulp``, ``absolute_exponent``, ``source`` (how the bound is known:
        "derived" on paper, see docs/design/errors.md, or "exhausted"), ``observed`` (the largest error met) and ``worst``
        (where it was met).

    Examples
    --------
    >>> import stablesoftmax as ssm
    >>> all(row["observed"] < row["ulp"] <= 1 for row in ssm.bounds())
    True
    """
    return _native.bounds()
