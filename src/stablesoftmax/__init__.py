"""The softmax family for NumPy: faithful to the last place, the same bits everywhere.

>>> import stablesoftmax as ssm
>>> ssm.softmax([1.0, 2.0, 3.0])
array([0.09003057, 0.24472847, 0.66524096])
"""

from stablesoftmax._bounds import bounds
from stablesoftmax._build import __version__, bits_version, build_info
from stablesoftmax._logsumexp import logsumexp
from stablesoftmax._softmax import log_softmax, softmax
from stablesoftmax._sparse import entmax, entmax15, sparsemax
from stablesoftmax._sparse_vjp import entmax15_vjp, entmax_alpha_vjp, entmax_vjp, sparsemax_vjp
from stablesoftmax._threads import get_num_threads, num_threads, set_num_threads

__all__ = [
    "__version__",
    "bits_version",
    "bounds",
    "build_info",
    "entmax",
    "entmax15",
    "entmax15_vjp",
    "entmax_alpha_vjp",
    "entmax_vjp",
    "get_num_threads",
    "log_softmax",
    "logsumexp",
    "num_threads",
    "set_num_threads",
    "softmax",
    "sparsemax",
    "sparsemax_vjp",
]
