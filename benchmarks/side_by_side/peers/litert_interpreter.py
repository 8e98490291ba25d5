"""XNNPACK, through LiteRT: a model of one operator, written here since no converter is needed for that.

XNNPACK takes float32 over the last axis; LiteRT gives other operators to kernels of its own.
"""

import flatbuffers
import numpy as np
from ai_edge_litert import interpreter as litert
from ai_edge_litert import schema_py_generated as schema

from ..cases import Case
from . import Way


def ways(case: Case, logits: np.ndarray, threads: int) -> dict[str, Way]:
    if (case.function, case.dtype, case.axis) != ("softmax", "float32", -1):
        return {}
    interpreter = litert.Interpreter(model_content=_model(case.shape), num_threads=threads)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], logits)
    result = interpreter.get_output_details()[0]["index"]

    def to_numpy():
        interpreter.invoke()
        return interpreter.get_tensor(result)

    return {"out=": Way(interpreter.invoke, to_numpy)}


def _model(shape: tuple[int, ...]) -> bytes:
    code = schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.SOFTMAX
    code.version = 1

    softmax = schema.OperatorT()
    softmax.opcodeIndex, softmax.inputs, softmax.outputs = 0, [0], [1]
    softmax.builtinOptionsType = schema.BuiltinOptions.SoftmaxOptions
    softmax.builtinOptions = schema.SoftmaxOptionsT()
    softmax.builtinOptions.beta = 1.0

    graph = schema.SubGraphT()
    graph.name, graph.inputs, graph.outputs, graph.operators = b"main", [0], [1], [softmax]
    graph.tensors = [_tensor(b"x", shape, 1), _tensor(b"y", shape, 2)]

    model = schema.ModelT()
    model.version, model.description = 3, b"softmax"
    model.operatorCodes, model.subgraphs = [code], [graph]
    model.buffers = [schema.BufferT() for _ in range(3)]  # the first one is empty by convention
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _tensor(name: bytes, shape: tuple[int, ...], buffer: int) -> schema.TensorT:
    tensor = schema.TensorT()
    tensor.name, tensor.shape, tensor.buffer = name, list(shape), buffer
    tensor.type = schema.TensorType.FLOAT32
    return tensor
