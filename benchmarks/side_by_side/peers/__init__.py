"""One peer a module: `ways(case, logits, threads)` gives the ways in which the peer can be called, {} where it has none.

A way is called "fresh" if every call makes the memory of its result, "out=" if that memory is there already.
"""

import importlib
import importlib.metadata
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

OURS = "stablesoftmax"

# name: (module, packages that it imports; the version of the first is reported)
PEERS = {
    OURS: ("ours", ["stablesoftmax"]),
    "numpy": ("numpy_shift", ["numpy"]),
    "scipy": ("scipy_special", ["scipy"]),
    "torch": ("torch_dense", ["torch"]),
    "oneDNN": ("torch_onednn", ["torch"]),
    "jax": ("jax_jit", ["jax"]),
    "onnxruntime": ("onnxruntime_session", ["onnxruntime", "onnx"]),
    "OpenVINO": ("openvino_request", ["openvino"]),
    "XNNPACK": ("litert_interpreter", ["ai-edge-litert", "flatbuffers"]),
    "numba": ("numba_loops", ["numba"]),
}


@dataclass
class Way:
    call: Callable[[], object]
    result: Callable[[], np.ndarray]  # calls, and gives the result to NumPy


def installed(name: str) -> tuple[Callable[..., dict[str, Way]], str]:
    """The `ways` of a peer and its version; ImportError if a package is missing."""
    module, packages = PEERS[name]
    versions = [importlib.metadata.version(package) for package in packages]
    return importlib.import_module(f"{__name__}.{module}").ways, versions[0]
