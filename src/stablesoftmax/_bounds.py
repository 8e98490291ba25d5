"""The error bounds as data: one table in the extension, read by tests and documentation."""

from typing import Any

from stablesoftmax import _native


def bounds() -> list[dict[str, Any]]:
    """The guaranteed error of each function and dtype.

    A result differs from the exact one for the exact inputs by less than ``ulp`` units in its last place, subnormal results
    included, plus ``2**absolute_exponent`` where that is not 0: logsumexp of a row that is nearly a normalised distribution
    cancels, and rows of more than 2**22 elements add n * 2**-123 there. Small results of sparsemax and entmax15 are differences.
    Where ``terms_exponent`` is not 0, ``2**terms_exponent`` times the size of what is added up comes on top, as ``domain`` says:
    gradients are differences that may cancel. Sums and means of losses, and a few exceptions at the end of the range, have a line
    in the docstring of their function. :func:`sample` and :func:`top_k` have no errors of this kind.

    Returns
    -------
    list of dict
        Rows with ``function``, ``dtype`` (of the input), ``domain``, ``ulp``, ``absolute_exponent``, ``terms_exponent``, ``source``
        (how the bound is known: derived on paper, docs/design/errors.md, with the error of a term exhausted where it says so),
        ``observed`` (the largest error met, beyond the part of the terms) and ``worst`` (where it was met).

    Examples
    --------
    >>> import stablesoftmax as ssm
    >>> all(row["observed"] < row["ulp"] for row in ssm.bounds())
    True
    """
    return _native.bounds()
