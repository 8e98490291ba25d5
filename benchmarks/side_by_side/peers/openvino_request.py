"""OpenVINO, a model of one operator, on memory that it is lent; it has no operator for logsumexp."""

import ml_dtypes
import numpy as np
import openvino
from openvino import opset13
from suites.logits import aligned

from ..cases import Case
from . import Way

TYPES = {"float32": openvino.Type.f32, "float16": openvino.Type.f16, "bfloat16": openvino.Type.bf16}


def ways(case: Case, logits: np.ndarray, threads: int) -> dict[str, Way]:
    if case.function == "logsumexp" or case.dtype not in TYPES:
        return {}
    type_, axis = TYPES[case.dtype], case.axis % len(case.shape)
    x = opset13.parameter(list(case.shape), type_)
    model = openvino.Model([getattr(opset13, case.function)(x, axis)], [x], case.function)
    options = {
        "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": 1,
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": "bf16" if case.dtype == "bfloat16" else "f32",
    }
    request = openvino.Core().compile_model(model, "CPU", options).create_infer_request()
    if case.dtype == "bfloat16":  # which cannot be lent as an array of NumPy: memory of its own, filled as integers
        given, result = (openvino.Tensor(type_, openvino.Shape(list(case.shape))) for _ in range(2))
        given.data.view(np.int16)[...] = logits.view(np.int16)
        out = result.data.view(np.int16).view(ml_dtypes.bfloat16)
    else:
        out = aligned(case.shape, logits.dtype)
        given, result = openvino.Tensor(logits, shared_memory=True), openvino.Tensor(out, shared_memory=True)
    request.set_input_tensor(given)
    request.set_output_tensor(result)

    def into():
        request.infer(share_inputs=True, share_outputs=True)
        return out  # and keeps it: lent memory does not belong to the request

    return {"out=": Way(into, into)}
