"""The softmax family for NumPy: faithful to the last place, the same bits everywhere.

>>> import stablesoftmax as ssm
>>> ssm.softmax([1.0, 2.0, 3.0])
array([0.09003057, 0.24472847, 0.66524096])
"""

from stablesoftmax._bounds import bounds
from stablesoftmax._build import __version__, bits_version, build_info
from stablesoftmax._gumbel_softmax import gumbel_softmax
from stablesoftmax._logsumexp import logsumexp
from stablesoftmax._sample import sample
from stablesoftmax._softmax import log_softmax, softmax
from stablesoftmax._threads import get_num_threads, num_threads, set_num_threads
from stablesoftmax._top_k import top_k

__all__ = [
    "__version__",
    "bits_version",
    "bounds",
    "build_info",
    "get_num_threads",
    "gumbel_softmax",
    "log_softmax",
    "logsumexp",
    "num_threads",
    "sample",
    "set_num_threads",
    "softmax",
    "top_k",
]
