"""The elementwise functions: real NumPy ufuncs, whose loops and docstrings are made by the native core (register_pointwise.cpp)."""

from stablesoftmax._native import log1mexp, log_sigmoid, logaddexp, logit, logsubexp, sigmoid, softplus

__all__ = ["log1mexp", "log_sigmoid", "logaddexp", "logit", "logsubexp", "sigmoid", "softplus"]
