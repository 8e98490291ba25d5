"""The softmax family for NumPy: faithful to the last place, the same bits everywhere.

>>> import stablesoftmax as ssm
>>> ssm.softmax([1.0, 2.0, 3.0])
array([0.09003057, 0.24472847, 0.66524096])
"""

import importlib
import typing

from stablesoftmax._binary_cross_entropy import binary_cross_entropy, binary_cross_entropy_and_grad
from stablesoftmax._bounds import bounds
from stablesoftmax._build import __version__, bits_version, build_info
from stablesoftmax._cross_entropy import cross_entropy, cross_entropy_and_grad
from stablesoftmax._csr import csr_log_softmax, csr_logsumexp, csr_softmax
from stablesoftmax._gradients import log_softmax_jvp, log_softmax_vjp, logsumexp_jvp, logsumexp_vjp, softmax_jvp, softmax_vjp
from stablesoftmax._gumbel_softmax import gumbel_softmax
from stablesoftmax._hmm import hmm_forward, hmm_forward_backward, viterbi
from stablesoftmax._information import entropy_from_logits, kl_divergence_from_logits
from stablesoftmax._log_weights import effective_sample_size, logmeanexp, logvarexp, normalize_log_weights
from stablesoftmax._logcumsumexp import logcumsumexp
from stablesoftmax._logmatmulexp import logmatmulexp
from stablesoftmax._logsumexp import logsumexp
from stablesoftmax._pointwise import log1mexp, log_sigmoid, logaddexp, logit, logsubexp, sigmoid, softplus
from stablesoftmax._sample import sample
from stablesoftmax._segment_softmax import segment_log_softmax, segment_logsumexp, segment_softmax
from stablesoftmax._softmax import log_softmax, softmax
from stablesoftmax._sparse import entmax, entmax15, sparsemax
from stablesoftmax._sparse_vjp import entmax15_vjp, entmax_alpha_vjp, entmax_vjp, sparsemax_vjp
from stablesoftmax._state import LogSumExp
from stablesoftmax._threads import get_num_threads, num_threads, set_num_threads
from stablesoftmax._top_k import top_k
from stablesoftmax._verify import verify

__all__ = [
    "LogSumExp",
    "Watch",
    "__version__",
    "binary_cross_entropy",
    "binary_cross_entropy_and_grad",
    "bits_version",
    "bounds",
    "build_info",
    "clip_by_global_norm",
    "clip_by_value",
    "cross_entropy",
    "cross_entropy_and_grad",
    "csr_log_softmax",
    "csr_logsumexp",
    "csr_softmax",
    "effective_sample_size",
    "entmax",
    "entmax15",
    "entmax15_vjp",
    "entmax_alpha_vjp",
    "entmax_vjp",
    "entropy_from_logits",
    "explain",
    "get_num_threads",
    "glorot_normal",
    "glorot_uniform",
    "gumbel_softmax",
    "he_normal",
    "he_uniform",
    "hmm_forward",
    "hmm_forward_backward",
    "kl_divergence_from_logits",
    "lecun_normal",
    "log1mexp",
    "log_sigmoid",
    "log_softmax",
    "log_softmax_jvp",
    "log_softmax_vjp",
    "logaddexp",
    "logcumsumexp",
    "logit",
    "logmatmulexp",
    "logmeanexp",
    "logsubexp",
    "logsumexp",
    "logsumexp_jvp",
    "logsumexp_vjp",
    "logvarexp",
    "loss_scale",
    "normalize_log_weights",
    "num_threads",
    "orthogonal",
    "sample",
    "segment_log_softmax",
    "segment_logsumexp",
    "segment_softmax",
    "set_num_threads",
    "sigmoid",
    "softmax",
    "softmax_jvp",
    "softmax_vjp",
    "softplus",
    "sparsemax",
    "sparsemax_vjp",
    "top_k",
    "verify",
    "viterbi",
]

# Imported when they are named: modules that few need, and functions by their modules.
_ON_DEMAND = ["autograd", "dask", "jax", "scipy", "torch", "xarray"]
_LATER = {
    "Watch": "stablesoftmax.doctor.watch",
    "clip_by_global_norm": "stablesoftmax.doctor.clipping",
    "clip_by_value": "stablesoftmax.doctor.clipping",
    "explain": "stablesoftmax.doctor.explaining",
    "glorot_normal": "stablesoftmax.doctor.initialisers",
    "glorot_uniform": "stablesoftmax.doctor.initialisers",
    "he_normal": "stablesoftmax.doctor.initialisers",
    "he_uniform": "stablesoftmax.doctor.initialisers",
    "lecun_normal": "stablesoftmax.doctor.initialisers",
    "loss_scale": "stablesoftmax.doctor.scaling",
    "orthogonal": "stablesoftmax.doctor.orthogonal_weights",
}


if typing.TYPE_CHECKING:  # the two lists again, with types: by __getattr__ any name, misspelt or not, would have the type Any
    from stablesoftmax import autograd as autograd
    from stablesoftmax import dask as dask
    from stablesoftmax import jax as jax
    from stablesoftmax import scipy as scipy
    from stablesoftmax import torch as torch
    from stablesoftmax import xarray as xarray
    from stablesoftmax.doctor.clipping import clip_by_global_norm, clip_by_value
    from stablesoftmax.doctor.explaining import explain
    from stablesoftmax.doctor.initialisers import glorot_normal, glorot_uniform, he_normal, he_uniform, lecun_normal
    from stablesoftmax.doctor.orthogonal_weights import orthogonal
    from stablesoftmax.doctor.scaling import loss_scale
    from stablesoftmax.doctor.watch import Watch
else:

    def __getattr__(name: str) -> typing.Any:
        if name in _LATER:
            globals()[name] = found = getattr(importlib.import_module(_LATER[name]), name)
            return found
        if name in _ON_DEMAND:
            return importlib.import_module(f"stablesoftmax.{name}")
        raise AttributeError(f"module 'stablesoftmax' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_ON_DEMAND, *_LATER})
