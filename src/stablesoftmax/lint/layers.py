"""Layers, models and losses of Keras, torch.nn and their like, as functions of values."""

from __future__ import annotations

import ast
from typing import Any, cast

from stablesoftmax.lint.arguments import Keywords, axis_of
from stablesoftmax.lint.frames import Frame
from stablesoftmax.lint.names import LOSSES, OPERATIONS, layer_of
from stablesoftmax.lint.operations import apply
from stablesoftmax.lint.values import Value, unknown

__all__ = ["activated", "add_layer", "compiled", "loss_object", "loss_value", "make_layer", "run_layer"]

_TEXT = {"exponential": "exp", "linear": "", "hard_sigmoid": "sigmoid"}
_TARGETS_FIRST = frozenset({"softmax_cross_entropy", "sigmoid_cross_entropy", "sparse_softmax_cross_entropy", "log_loss"})
_EXPECTS = {
    "softmax_logits_loss": ("logits", "softmax"),
    "sigmoid_logits_loss": ("logits", "sigmoid"),
    "probability_loss": ("probabilities", "sigmoid"),
    "log_probability_loss": ("log probabilities", "softmax"),
}


def make_layer(name: str, args: list[Value], keywords: Keywords, library: str, node: ast.AST) -> Value | None:
    """The layer that a constructor makes, or None if the class is not known.

    Parameters
    ----------
    name : str
        The class.
    args, keywords
        Arguments of the constructor.
    library : str
        Whose class it is.
    node : ast.AST
        Where it is made.

    Returns
    -------
    Value or None
    """
    op = layer_of(name)
    if not op:
        return None
    about: dict[str, Any] = {"name": name, "axis": axis_of(keywords.get("dim", keywords.get("axis"))), "layers": []}
    if op == "sequential":
        layers = list(args[0].args) if len(args) == 1 and args[0].op == "tuple" else args
        about["layers"] = [layer.args[1] if layer.op == "tuple" and len(layer.args) == 2 else layer for layer in layers]
        return Value("layer", library=library, node=node, about=about | {"output": None, "op": ""})
    if op == "wrapper":
        return args[0] if args else None
    if op == "activation":
        about["op"] = activation_of(args[0] if args else keywords.get("activation"))
    else:
        about["op"] = op
        about["activation"] = activation_of(
            keywords.get("activation", args[1] if op == "linear" and len(args) > 1 and library == "keras" else None)
        )
        if op in ("softmax", "log_softmax") and args:
            about["axis"] = axis_of(args[0])
    return Value("layer", library=library, node=node, about=about)


def activation_of(value: Value | None) -> str:
    """The operation that an activation argument names, or ""."""
    if value is None:
        return ""
    name = str(value.about.get("text") or value.name).rsplit(".", 1)[-1]
    return _TEXT.get(name, OPERATIONS.get(name, "call" if name and name != "None" else ""))


def run_layer(frame: Frame, layer: Value, value: Value, node: ast.AST) -> Value:
    """A layer, or layers one after the other, applied to a value."""
    for part in layer.about.get("layers", ()):
        if part.op == "layer":
            value = run_layer(frame, part, value, part.node or node)
        elif part.op == "library" and (op := OPERATIONS.get(part.name.rsplit(".", 1)[-1])):
            value = _step(frame, op, value, node, part.library, None)
        else:
            value = unknown(node=node)
    for op in (layer.about.get("op"), layer.about.get("activation")):
        if op:
            value = _step(frame, op, value, node, layer.library, layer.about.get("axis"))
    return value


def _step(frame: Frame, op: str, value: Value, node: ast.AST, library: str, axis: Any) -> Value:
    if op == "call":
        return unknown(node=node)
    made = apply(op, (value,), node, library, axis=axis, layer=True)
    frame.module.check(frame, node, op, made)
    return made


def activated(frame: Frame, value: Value, activation: Value | None, node: ast.AST, library: str) -> Value:
    """The output of a layer that is a function, after its activation."""
    op = activation_of(activation)
    return _step(frame, op, value, node, library, None) if op else value


def add_layer(frame: Frame, model: Value, layer: Value, node: ast.AST) -> None:
    """`model.add(layer)`."""
    before = model.about.get("output") or unknown(node=node)
    model.about["layers"].append(layer)
    model.about["output"] = run_layer(frame, layer, before, node) if layer.op == "layer" else unknown(node=node)


def output_of(frame: Frame, model: Value, node: ast.AST) -> Value:
    """What a model gives for data of which nothing is known."""
    if model.about.get("output") is None:
        model.about["output"] = run_layer(frame, model, unknown(node=node), node)
    return cast(Value, model.about["output"])


def loss_object(name: str, keywords: Keywords, library: str, node: ast.AST) -> Value | None:
    """The loss that a constructor or a name given to `compile` stands for."""
    op = LOSSES.get(name)
    if name == "KLDivLoss":
        op = "log_probability_loss"
    if op is None:
        return None
    logits = keywords.get("from_logits")
    return Value(
        "loss",
        library=library,
        node=node,
        about={"op": op, "name": name, "from_logits": logits is not None and logits.name == "True"},
    )


def loss_value(frame: Frame, node: ast.AST, loss: Value, args: list[Value], keywords: Keywords) -> Value:
    """A loss applied to predictions and targets; the rules see whether they fit.

    Parameters
    ----------
    frame : Frame
        Where the call is.
    node : ast.AST
        The call.
    loss : Value
        The loss.
    args, keywords
        Arguments of the call.

    Returns
    -------
    Value
    """
    op, library, name = loss.about["op"], loss.library, loss.about["name"]
    keys = ("logits", "y_pred", "output", "input", "predictions", "multi_class_labels_")
    prediction = next((keywords[key] for key in keys if key in keywords), None)
    if prediction is None:
        targets_first = op == "keras_loss" or (library == "tensorflow" and name in _TARGETS_FIRST)
        if library == "keras" and name in ("binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy"):
            targets_first = True
        position = 1 if targets_first else 0
        prediction = args[position] if len(args) > position else None
    if prediction is None:
        return unknown(node=node)
    return _checked(frame, node, loss, prediction)


def _checked(frame: Frame, node: ast.AST, loss: Value, prediction: Value) -> Value:
    op = loss.about["op"]
    if op == "keras_loss":
        kind = "sigmoid" if loss.about["name"].lower().startswith("binary") else "softmax"
        expects = "logits" if loss.about["from_logits"] else "probabilities"
    else:
        expects, kind = _EXPECTS[op]
    value = Value("loss_value", (prediction,), 0.0, node=node, library=loss.library,
                  about={"expects": expects, "kind": kind, "name": loss.about["name"]})  # fmt: skip
    frame.module.check(frame, node, "loss_value", value)
    return value


_KERAS_NAMES = {"categorical_crossentropy": "CategoricalCrossentropy", "binary_crossentropy": "BinaryCrossentropy",
                "sparse_categorical_crossentropy": "SparseCategoricalCrossentropy"}  # fmt: skip


def compiled(frame: Frame, node: ast.AST, model: Value, loss: Value | None) -> None:
    """`model.compile(loss=...)`: the output of the model meets the loss."""
    if loss is None:
        return
    if loss.op in ("text", "library"):
        name = str(loss.about.get("text") or loss.name).rsplit(".", 1)[-1]
        named = loss_object(_KERAS_NAMES.get(name, name), {}, "keras", node)
        if named is None:
            return
        loss = named
    if loss.op == "loss" and loss.about["op"] == "keras_loss":
        place = next((keyword.value for keyword in getattr(node, "keywords", ()) if keyword.arg == "loss"), node)
        _checked(frame, place, loss, output_of(frame, model, node))
