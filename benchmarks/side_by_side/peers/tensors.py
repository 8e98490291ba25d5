"""Tensors of torch on the memory of NumPy, and back: bfloat16 passes as integers, since torch does not know NumPy's."""

import ml_dtypes
import numpy as np
import torch


def settle(threads: int) -> None:
    torch.set_grad_enabled(False)
    torch.set_num_threads(threads)


def to_tensor(array: np.ndarray) -> torch.Tensor:
    if array.dtype == ml_dtypes.bfloat16:
        return torch.from_numpy(array.view(np.int16)).view(torch.bfloat16)
    return torch.from_numpy(array)


def to_numpy(tensor: torch.Tensor) -> np.ndarray:
    if tensor.is_mkldnn:
        tensor = tensor.to_dense()
    if tensor.dtype == torch.bfloat16:
        return tensor.view(torch.int16).numpy().view(ml_dtypes.bfloat16)
    return tensor.numpy()
