"""Which function a name means: libraries, their aliases, and the operation each function computes."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator

__all__ = ["AUTODIFF", "CALLABLES", "LOSSES", "METHODS", "OPERATIONS", "VIEW_METHODS", "Imports", "layer_of", "library_of"]

AUTODIFF = frozenset({"torch", "tensorflow", "keras", "jax"})
"""Libraries where a gradient is computed, so that an infinite slope matters even where the value is finite."""

_LIBRARIES = {
    "numpy": "numpy", "cupy": "numpy", "autograd.numpy": "numpy", "dask.array": "numpy",
    "scipy.special": "scipy", "scipy.linalg": "scipy", "scipy.spatial.distance": "scipy", "scipy.misc": "scipy",
    "torch": "torch", "tensorflow": "tensorflow", "keras": "keras", "tensorflow.keras": "keras", "jax": "jax", "flax": "jax",
    "math": "math", "statistics": "math", "theano.tensor": "theano", "stablesoftmax": "stablesoftmax", "tensorflow_probability": "",
    "mxnet.nd": "torch", "paddle": "torch", "mlx.core": "numpy", "pytensor.tensor": "theano", "random": "random",
    "builtins": "builtins",
}  # fmt: skip
_NOT = (
    "torch.distributions.",
    "tensorflow.distributions.",
    "tensorflow.summary.",
    "numpy.ma.",
    "jax.scipy.stats.",
    "torch.fx.",
    "tensorflow.test.",
)
_CONVENTIONS = {
    "np": "numpy", "numpy": "numpy", "onp": "numpy", "cp": "cupy", "sp": "scipy", "scipy": "scipy", "special": "scipy.special",
    "torch": "torch", "nn": "torch.nn", "F": "torch.nn.functional", "tf": "tensorflow", "tensorflow": "tensorflow",
    "keras": "keras", "K": "keras.backend", "layers": "keras.layers", "ops": "keras.ops", "jax": "jax", "jnp": "jax.numpy",
    "math": "math", "random": "random",
}  # fmt: skip

OPERATIONS: dict[str, str] = {}
"""The last part of a function's name -> the operation."""


def _table(op: str, names: str) -> None:
    OPERATIONS.update(dict.fromkeys(names.split(), op))


_table("exp", "exp exp_")
_table("log", "log log_ ln log2 log10")
for _name in ["log1p", "expm1", "square", "abs", "neg", "tanh", "sin", "cos", "softplus", "elu", "relu6", "digamma", "lgamma"]:
    _table(_name, _name)
_table("tan", "tan")
_table("exp2", "exp2")
_table("neg", "negative neg")
_table("abs", "abs absolute fabs abs_")
_table("sqrt", "sqrt sqrt_")
_table("rsqrt", "rsqrt")
_table("reciprocal", "reciprocal")
_table("relu", "relu relu_ ReLU")
_table("sigmoid", "sigmoid expit hard_sigmoid sigmoid_ logistic")
_table("log_sigmoid", "log_sigmoid logsigmoid log_expit")
_table("softmax", "softmax sparsemax")
_table("log_softmax", "log_softmax logsoftmax")
_table("logsumexp", "logsumexp reduce_logsumexp log_sum_exp")
_table("logaddexp", "logaddexp")
_table("sum", "sum reduce_sum nansum fsum segment_sum unsorted_segment_sum")
_table("mean", "mean reduce_mean nanmean average fmean")
_table("max", "max amax reduce_max nanmax segment_max unsorted_segment_max")
_table("min", "min amin reduce_min nanmin")
_table("prod", "prod reduce_prod")
_table("var", "var reduce_variance nanvar variance pvariance")
_table("std", "std reduce_std nanstd stdev pstdev")
_table("moments", "moments var_mean std_mean")
_table("norm", "norm vector_norm")
_table("distance", "pairwise_distance cdist euclidean")
_table("add", "add add_n")
_table("sub", "sub subtract")
_table("mul", "mul multiply outer")
_table("div", "div divide true_divide truediv realdiv")
_table("pow", "pow power float_power")
_table("square", "squared_difference")
_table("maximum", "maximum fmax")
_table("minimum", "minimum fmin")
_table("clip", "clip clip_by_value clamp clamp_ clip_ clamp_min clamp_max")
_table("where", "where select switch")
_table("round", "round floor ceil rint trunc")
_table("rank", "bucketize searchsorted digitize")
_table("nonzero", "flatnonzero nonzero argwhere")
_table("accumulated", "cumsum")
_table("det", "det")
_table("cdf", "cdf sf ndtr")
_table("density", "pdf pmf prob")
_table("unit", "normalize l2_normalize")
_table("spectrum", "fft rfft fft2 rfft2 fftn rfftn stft")
_table("eigen", "eigh eig")
_table("singular", "svd")
_table("qr", "qr")
_table("null_space", "null_space orth")
_table("largest", "topk top_k")
_table("solved", "solve solve_triangular tridiagonal_solve triangular_solve cho_solve lstsq solve_banded")
_table("matmul", "matmul dot mm bmm tensordot einsum mv xw_plus_b addmm inner vdot batch_dot")
_table("linear", "linear conv1d conv2d conv3d conv2d_transpose dense bias_add fully_connected convolution2d")
_table("cast", "cast asarray array tensor as_tensor convert_to_tensor float32 float64 float16 bfloat16 float_ int32 int64 uint8 "
               "to_float to_double ascontiguousarray constant FloatTensor Variable")  # fmt: skip
_table("view", "reshape transpose squeeze unsqueeze expand_dims ravel flatten identity stop_gradient swapaxes moveaxis permute "
               "permute_dimensions broadcast_to tile repeat stack concatenate concat hstack vstack cat atleast_2d atleast_1d "
               "copy flip Print block_until_ready with_sharding_constraint device_put lax_stop sort nan_to_num_ roll "
               "split chunk unbind array_split diag_part diagonal gather gather_nd take take_along_axis index_select "
               "masked_select batch_flatten boolean_gather")  # fmt: skip
_table("dropout", "dropout alpha_dropout")
_table("nan_to_num", "nan_to_num nan_to_num_")
_table(
    "compare",
    "sequence_mask equal not_equal greater less greater_equal less_equal logical_and logical_or eq ne gt lt ge le isin isclose",
)
_table("isnan", "isnan is_nan isfinite isinf is_finite")
_table("one_hot", "one_hot to_categorical OneHotEncoder")
_table("count", "bincount histogram confusion_matrix count_nonzero")
_table("zeros", "zeros zeros_like zeros_initializer")
_table("ones", "ones ones_like")
_table("uniform", "rand random_sample random uniform random_uniform rand_like ranf uniform_")
_table("gaussian", "randn randn_like standard_normal normal random_normal truncated_normal")
_table("triangle", "tril triu band_part tri")
_table("eye", "eye")
_table("full", "full full_like fill")
_table("arange", "arange range")
_table("acos", "arccos acos")
_table("xlogy", "xlogy entr rel_entr xlog1py")
_table("gelu", "gelu swish silu leaky_relu selu")
_table("sigmoid_logits_loss", "sigmoid_cross_entropy_with_logits binary_cross_entropy_with_logits "
                              "weighted_cross_entropy_with_logits sigmoid_binary_cross_entropy sigmoid_cross_entropy")  # fmt: skip
_table("softmax_logits_loss", "softmax_cross_entropy_with_logits softmax_cross_entropy_with_logits_v2 softmax_cross_entropy "
                              "sparse_softmax_cross_entropy_with_logits sparse_softmax_cross_entropy cross_entropy "
                              "softmax_cross_entropy_with_integer_labels")  # fmt: skip
_table("keras_loss", "binary_crossentropy categorical_crossentropy sparse_categorical_crossentropy")
_table("probability_loss", "binary_cross_entropy log_loss")
_table("log_probability_loss", "nll_loss")
METHODS = frozenset(
    """
    abs add add_ amax amin astype bfloat16 bmm byte cast cdf ceil chunk clamp clamp_ clamp_max clamp_min clip clip_ clone
    contiguous copy cos cpu cuda cumsum det detach diagonal div div_ dot double eq eval exp exp_ expand expand_as
    expand_dims expm1 fill_diagonal flatten float floor gather ge gt half index_select int isnan item le log log10 log1p
    log2 log_ log_softmax logsigmoid logsumexp long lt masked_fill masked_fill_ masked_select matmul max maximum mean min
    minimum mm mul mul_ nan_to_num ne neg nonzero norm numpy pdf permute pmf pow prob prod ravel reciprocal relu relu_
    repeat requires_grad_ reshape round rsqrt sf sigmoid sigmoid_ sin softmax softplus sort split sqrt sqrt_ square squeeze
    squeeze_ std sub sub_ sum swapaxes t take tanh to tolist topk train transpose tril triu type type_as unbind uniform_
    unsqueeze values var view view_as
    """.split()  # noqa: SIM905
)
"""Methods that arrays and tensors have."""

VIEW_METHODS = frozenset(
    """
    chunk clone contiguous copy cpu cuda detach diagonal eval expand expand_as expand_dims flatten gather index_select item
    masked_select numpy permute ravel repeat requires_grad_ reshape sort split squeeze squeeze_ swapaxes t take tolist train
    transpose type_as unbind unsqueeze values view view_as
    """.split()  # noqa: SIM905
)

CALLABLES = frozenset({"softmax", "log_softmax", "sigmoid", "logsumexp", "expit", "softplus", "relu", "log_sigmoid", "logsigmoid"})
"""Names that mean the same wherever they come from."""


_LAYERS: dict[str, str] = {
    "Softmax": "softmax", "Softmax2d": "softmax", "LogSoftmax": "log_softmax", "Sigmoid": "sigmoid", "LogSigmoid": "log_sigmoid",
    "ReLU": "relu", "ReLU6": "relu6", "Tanh": "tanh", "Softplus": "softplus", "ELU": "elu", "Linear": "linear",
    "LazyLinear": "linear",
    "Dense": "linear", "Conv1d": "linear", "Conv2d": "linear", "Conv3d": "linear", "Conv1D": "linear", "Conv2D": "linear",
    "Conv3D": "linear", "ConvTranspose2d": "linear", "Conv2DTranspose": "linear", "Bilinear": "linear", "Dropout": "dropout",
    "Dropout2d": "dropout", "Flatten": "view", "Identity": "view", "Reshape": "view", "Unflatten": "view", "Permute": "view",
    "TimeDistributed": "wrapper", "Activation": "activation", "Sequential": "sequential", "LeakyReLU": "gelu", "GELU": "gelu",
    "BatchNorm1d": "normalized", "BatchNorm2d": "normalized", "LayerNorm": "normalized", "BatchNormalization": "normalized",
    "LayerNormalization": "normalized", "Cropping2D": "view", "UpSampling2D": "view", "ZeroPadding2D": "view",
    "DataParallel": "wrapper",
}  # fmt: skip
LOSSES: dict[str, str] = {
    "CrossEntropyLoss": "softmax_logits_loss", "BCEWithLogitsLoss": "sigmoid_logits_loss", "NLLLoss": "log_probability_loss",
    "BCELoss": "probability_loss", "MultiLabelSoftMarginLoss": "sigmoid_logits_loss", "SparseCategoricalCrossentropy": "keras_loss",
    "CategoricalCrossentropy": "keras_loss", "BinaryCrossentropy": "keras_loss",
}  # fmt: skip


def layer_of(name: str) -> str:
    """The operation of a layer class, or ""."""
    return _LAYERS.get(name, "")


@functools.cache
def library_of(dotted: str) -> str:
    """The library of a dotted name, or "" if none of those known.

    Parameters
    ----------
    dotted : str
        For example "torch.nn.functional.softmax".

    Returns
    -------
    str
    """
    if f"{dotted}.".startswith(_NOT):
        return ""
    parts = dotted.split(".")
    for length in range(min(len(parts), 3), 0, -1):
        library = _LIBRARIES.get(".".join(parts[:length]))
        if library is not None:
            return library
    return ""


class Imports:
    """The imported names of a module, and the conventional aliases for what it does not import (a notebook's cell, a snippet)."""

    def __init__(self, tree: ast.Module) -> None:
        self.names: dict[str, str] = {}
        self.stars: list[str] = []
        for node in _statements(tree.body):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    self.names[alias.asname or alias.name.split(".")[0]] = alias.name if alias.asname else alias.name.split(".")[0]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                for alias in node.names:
                    if alias.name == "*":
                        self.stars.append(node.module)
                    else:
                        self.names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    self.names[alias.asname or alias.name] = f"?.{node.module or ''}.{alias.name}"

    def has(self, word: str) -> bool:
        """Whether a word stands in the name of something that is imported."""
        return any(word in dotted for dotted in self.names.values())

    def resolve(self, name: str) -> str:
        """The dotted name that a bare name stands for, or ""."""
        if name in self.names:
            return _canonical(self.names[name])
        if name in _CONVENTIONS:
            return _CONVENTIONS[name]
        for star in self.stars:
            dotted = _canonical(f"{star}.{name}")
            if library_of(dotted) and (name in OPERATIONS or name in _LAYERS or name in LOSSES):
                return dotted
        return ""

    def alias(self, module: str) -> str:
        """How a module is called here, or ""."""
        for name, dotted in self.names.items():
            if (dotted == module or (dotted.startswith("tensorflow") and _canonical(dotted) == module)) and name != "_":
                return name
        return ""


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """All statements, without a look into their expressions."""
    todo = list(body)
    while todo:
        node = todo.pop()
        yield node
        for part in ("body", "orelse", "finalbody", "handlers", "cases"):
            todo += getattr(node, part, ())


_SYNONYMS = (
    ("tensorflow.compat.v1", "tensorflow"), ("tensorflow.compat.v2", "tensorflow"), ("tensorflow.python.keras", "keras"),
    ("tensorflow.python", "tensorflow"), ("tensorflow.keras", "keras"), ("torch.Tensor", "torch"),
)  # fmt: skip


def _canonical(dotted: str) -> str:
    for long, short in _SYNONYMS:
        if dotted == long or dotted.startswith(long + "."):
            return short + dotted[len(long) :]
    return dotted
