"""The softmax family for NumPy: faithful to the last place, the same bits everywhere.

>>> import stablesoftmax as ssm
>>> ssm.softmax([1.0, 2.0, 3.0])
array([0.09003057, 0.24472847, 0.66524096])
"""

from stablesoftmax._bounds import bounds
from stablesoftmax._build import __version__, bits_version, build_info
from stablesoftmax._cross_entropy import cross_entropy, cross_entropy_and_grad
from stablesoftmax._gradients import log_softmax_jvp, log_softmax_vjp, logsumexp_jvp, logsumexp_vjp, softmax_jvp, softmax_vjp
from stablesoftmax._logsumexp import logsumexp
from stablesoftmax._pointwise import log1mexp, log_sigmoid, logaddexp, logit, logsubexp, sigmoid, softplus
from stablesoftmax._softmax import log_softmax, softmax
from stablesoftmax._threads import get_num_threads, num_threads, set_num_threads

__all__ = [
    "__version__",
    "bits_version",
    "bounds",
    "build_info",
    "cross_entropy",
    "cross_entropy_and_grad",
    "get_num_threads",
    "log1mexp",
    "log_sigmoid",
    "log_softmax",
    "log_softmax_jvp",
    "log_softmax_vjp",
    "logaddexp",
    "logit",
    "logsubexp",
    "logsumexp",
    "logsumexp_jvp",
    "logsumexp_vjp",
    "num_threads",
    "set_num_threads",
    "sigmoid",
    "softmax",
    "softmax_jvp",
    "softmax_vjp",
    "softplus",
]
