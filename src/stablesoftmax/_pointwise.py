"""The elementwise functions: real NumPy ufuncs with the loops of the native core. What they have in common is documented once."""

import numpy as np

from stablesoftmax import _native

_PARAMETERS = """array_like
    float16, bfloat16 (of ml_dtypes), float32 or float64; integers and bool are computed in float64. Any strides, alignment,
    byte order; nested lists and scalars too.
out : ndarray, optional
    Where the result goes; it may overlap the operands in any way.
where : array_like of bool, default True
    Elements to compute. The others of `out` keep what they hold, as with every ufunc; without `out` they are undefined.
dtype : dtype, optional
    To compute in and to return: operands are cast to it first, as by every ufunc. The other keywords, and methods like `at`,
    are those of :class:`numpy.ufunc`.

Returns
-------
ndarray or scalar
    Of the broadcast shape of the operands and of their dtype; a scalar for scalars.

Raises
------
TypeError
    For complex, longdouble, object, string and datetime operands.
ValueError
    For operands, or an `out`, that do not broadcast.
"""
_BITS = "*Bits*: a result depends on the operands of its element and on nothing else: not on place, strides, batch or SIMD level"
_ONE_ULP = "error < 1 ulp, subnormal results included; see :func:`bounds`"
_LOG_DIFFERENCES = "M. Mächler, *Accurately computing log(1 - exp(-|a|))*, vignette of the R package Rmpfr (2012)."
_LOG_SUMS = """P. Blanchard, D. J. Higham, N. J. Higham, *Accurately computing the log-sum-exp and softmax functions*, IMA J. Numer.
Anal. 41 (2021)."""


def _ufunc(name: str, summary: str, notes: str, references: str, examples: str, operands: str = "x") -> np.ufunc:
    sections = {"Notes": notes, "References": references, "Examples": examples}
    text = "\n".join(f"{heading}\n{'-' * len(heading)}\n{body.strip()}\n" for heading, body in sections.items())
    return _native.elementwise_ufunc(name, f"{summary}\n\nParameters\n----------\n{operands} : {_PARAMETERS}\n{text}")


sigmoid = _ufunc(
    "sigmoid",
    r"Logistic function :math:`1/(1 + e^{-x})` of each element.",
    f"""
*Accuracy*: {_ONE_ULP}. {_BITS}; they are those of ``softmax([x, 0])[0]``.
*Special values*: -inf gives 0, inf gives 1, nan gives nan. Underflow to 0 is silent.
""",
    _LOG_SUMS,
    """
>>> import numpy as np
>>> import stablesoftmax as ssm
>>> ssm.sigmoid([-800.0, -1.0, 0.0, 40.0])
array([0.        , 0.26894142, 0.5       , 1.        ])
>>> ssm.sigmoid(np.float32(-100))
np.float32(3.8e-44)
""",
)

log_sigmoid = _ufunc(
    "log_sigmoid",
    r"Logarithm of the logistic function, :math:`-\log(1 + e^{-x})`, of each element.",
    f"""
*Accuracy*: {_ONE_ULP}. {_BITS}; they are those of ``log_softmax([x, 0])[0]``, but for the sign of zero.
*Special values*: -inf gives -inf, nan gives nan; where nothing is left of the result, as at inf, it is -0.0. No
floating-point event is raised.
""",
    _LOG_SUMS,
    """
>>> import stablesoftmax as ssm
>>> ssm.log_sigmoid([-1000.0, 0.0, 50.0])
array([-1.00000000e+03, -6.93147181e-01, -1.92874985e-22])
""",
)

softplus = _ufunc(
    "softplus",
    r"Softplus :math:`\log(1 + e^x)` of each element.",
    f"""
*Accuracy*: {_ONE_ULP}. {_BITS}; they are those of ``logsumexp([x, 0])``.
*Special values*: -inf gives 0, inf gives inf, nan gives nan. No floating-point event is raised.
""",
    _LOG_SUMS,
    """
>>> import stablesoftmax as ssm
>>> ssm.softplus([-50.0, 0.0, 1000.0])
array([1.92874985e-22, 6.93147181e-01, 1.00000000e+03])
""",
)

log1mexp = _ufunc(
    "log1mexp",
    r"Logarithm of one less an exponential, :math:`\log(1 - e^x)`, of each element, x <= 0.",
    f"""
*Accuracy*: {_ONE_ULP}. {_BITS}.
*Special values*: nan gives nan, x > 0 gives nan (invalid), 0 gives -inf (divide by zero, as the logarithm of 0 does), -inf gives
-0.0.
""",
    _LOG_DIFFERENCES,
    """
>>> import stablesoftmax as ssm
>>> ssm.log1mexp([-1e-20, -0.5, -50.0])
array([-4.60517019e+01, -9.32752130e-01, -1.92874985e-22])
""",
)

logit = _ufunc(
    "logit",
    r"Inverse of the logistic function, :math:`\log(x/(1 - x))`, of each element.",
    f"""
*Accuracy*: {_ONE_ULP}. Near 1/2, where the logarithm cancels, too. {_BITS}.
*Special values*: 0 gives -inf and 1 gives inf (divide by zero, as the logarithm of 0 does), -0.0 being 0; all else outside (0, 1),
-inf and inf included, gives nan (invalid), nan gives nan.
""",
    _LOG_DIFFERENCES,
    """
>>> import stablesoftmax as ssm
>>> ssm.logit([1e-300, 0.25, 0.5, 0.75])
array([-690.7755279 ,   -1.09861229,    0.        ,    1.09861229])
""",
)

logaddexp = _ufunc(
    "logaddexp",
    r"Logarithm of a sum of exponentials, :math:`\log(e^{x_1} + e^{x_2})`, of each pair of elements.",
    f"""
*Accuracy*: error < 1 ulp + 2**-100 (the second part matters only where the sum is close to 1 and the result close to 0); see
:func:`bounds`. {_BITS}; they are those of ``logsumexp([x1, x2])``, in either order, in the dtype of the operands.
*Special values*: -inf and -inf give -inf, inf and anything but nan gives inf, nan gives nan. No floating-point event is raised.
``logaddexp.reduce`` rounds after each element, :func:`logsumexp` once; of nothing it is -inf.
""",
    _LOG_SUMS,
    """
>>> import numpy as np
>>> import stablesoftmax as ssm
>>> ssm.logaddexp(1000.0, 1000.0)
np.float64(1000.6931471805599)
>>> ssm.logaddexp(*np.float32([-0.3566749, -1.2039728]))
np.float32(2.0400536e-08)
""",
    operands="x1, x2",
)

logsubexp = _ufunc(
    "logsubexp",
    r"Logarithm of a difference of exponentials, :math:`\log(e^{x_1} - e^{x_2})`, of each pair of elements, x1 >= x2.",
    f"""
*Accuracy*: error < 1 ulp + 2**-100 (the second part matters only where the difference is close to 1 and the result close to 0); see
:func:`bounds`. {_BITS}.
*Special values*: x1 < x2 gives nan (invalid). Equal operands give -inf: finite ones with "divide by zero", as the logarithm of 0
does, -inf and -inf without; inf and inf give nan (invalid). nan gives nan.
""",
    _LOG_DIFFERENCES,
    """
>>> import stablesoftmax as ssm
>>> ssm.logsubexp([1000.0, 1e-300], [999.0, 0.0])
array([ 999.54132485, -690.7755279 ])
""",
    operands="x1, x2",
)
