"""onnxruntime, a model of one operator; out= is its binding of inputs and outputs to memory."""

import numpy as np
import onnxruntime
from onnx import TensorProto, helper
from suites.logits import aligned

from ..cases import Case
from . import Way

OPERATORS = {"softmax": "Softmax", "log_softmax": "LogSoftmax", "logsumexp": "ReduceLogSumExp"}
TYPES = {"float32": TensorProto.FLOAT, "float64": TensorProto.DOUBLE, "float16": TensorProto.FLOAT16}
OPSET, IR = 18, 10  # versions of the format, old enough for several years of onnxruntime


def ways(case: Case, logits: np.ndarray, threads: int) -> dict[str, Way]:
    if case.dtype not in TYPES:
        return {}
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(_model(case), options, providers=["CPUExecutionProvider"])
    out = aligned(case.result_shape, logits.dtype)
    binding = session.io_binding()
    binding.bind_input("x", "cpu", 0, logits.dtype, logits.shape, logits.ctypes.data)
    binding.bind_output("y", "cpu", 0, out.dtype, out.shape, out.ctypes.data)

    def fresh():
        return session.run(None, {"x": logits})[0]

    def into():
        session.run_with_iobinding(binding)
        return out

    return {"fresh": Way(fresh, fresh), "out=": Way(into, into)}


def _model(case: Case) -> bytes:
    x = helper.make_tensor_value_info("x", TYPES[case.dtype], case.shape)
    y = helper.make_tensor_value_info("y", TYPES[case.dtype], case.result_shape)
    operator, constants = OPERATORS[case.function], []
    if case.function == "logsumexp":
        node = helper.make_node(operator, ["x", "axes"], ["y"], keepdims=0)
        constants = [helper.make_tensor("axes", TensorProto.INT64, [1], [case.axis])]
    else:
        node = helper.make_node(operator, ["x"], ["y"], axis=case.axis)
    graph = helper.make_graph([node], "one operator", [x], [y], constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR).SerializeToString()
