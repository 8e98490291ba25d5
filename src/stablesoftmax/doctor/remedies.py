"""The cure of each cause as code, in the words of the library that the training is written in."""

from __future__ import annotations

__all__ = ["CAUSES", "remedy"]

# cause: (title, remedy for NumPy, remedy for torch)
CAUSES = {
    "naive-softmax-overflow": (
        "The softmax overflowed: exp(x) / sum(exp(x)) was computed without subtracting the maximum.",
        "loss, logit_grads = ssm.cross_entropy_and_grad(logits, targets)\n"
        "probabilities = ssm.softmax(logits)  # where they are needed",
        "loss = torch.nn.functional.cross_entropy(logits, targets)  # takes the logits\n"
        "probabilities = torch.softmax(logits, dim=-1)  # where they are needed",
    ),
    "log-of-zero": (
        "The logarithm of 0: a probability underflowed before its logarithm was taken.",
        "loss, logit_grads = ssm.cross_entropy_and_grad(logits, targets)  # or ssm.log_softmax(logits), ssm.log_sigmoid(logits)",
        "loss = torch.nn.functional.cross_entropy(logits, targets)  # or log_softmax, logsigmoid,\n"
        "# or binary_cross_entropy_with_logits: all take the logits, none the probabilities",
    ),
    "softmax-twice": (
        "Softmax twice: the loss takes logits and is given probabilities.",
        "loss, logit_grads = ssm.cross_entropy_and_grad(logits, targets)  # logits: the last layer without its softmax",
        "model = model[:-1]  # leave the Softmax layer out: cross_entropy contains one\n"
        "loss = torch.nn.functional.cross_entropy(model(inputs), targets)",
    ),
    "learning-rate-too-high": (
        "The gradient exploded: the learning rate is too high.",
        "learning_rate /= 10\ngrads, norm = ssm.clip_by_global_norm(grads, 1.0)",
        "for group in optimizer.param_groups: group['lr'] /= 10\n"
        "torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)  # after backward(), before optimizer.step()",
    ),
    "initialisation-too-large": (
        "The gradient exploded: the first weights are too large.",
        "weights = ssm.he_normal((inputs, outputs))  # before a relu; ssm.glorot_uniform before tanh or softmax",
        "torch.nn.init.kaiming_normal_(layer.weight, nonlinearity='relu')  # xavier_uniform_ before tanh or softmax\n"
        "torch.nn.init.zeros_(layer.bias)",
    ),
    "exploding-gradient": (
        "The gradient exploded.",
        "grads, norm = ssm.clip_by_global_norm(grads, 1.0)\nlearning_rate /= 10",
        "torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)  # after backward(), before optimizer.step()\n"
        "for group in optimizer.param_groups: group['lr'] /= 10",
    ),
    "vanishing-gradient": (
        "The gradient vanishes on its way to the first layers: they do not learn.",
        "hidden = np.maximum(hidden, 0)  # relu instead of sigmoid or tanh\nweights = ssm.he_normal((inputs, outputs))\n"
        "hidden = hidden + layer(hidden)  # or a way around each layer",
        "torch.nn.ReLU()  # instead of Sigmoid or Tanh\ntorch.nn.init.kaiming_normal_(layer.weight, nonlinearity='relu')\n"
        "hidden = hidden + layer(hidden)  # or a way around each layer, and LayerNorm",
    ),
    "bad-input": (
        "The data are bad: NaN or inf came in with the batch.",
        "good = np.isfinite(inputs).all(axis=tuple(range(1, inputs.ndim)))\ninputs, targets = inputs[good], targets[good]",
        "good = torch.isfinite(inputs).flatten(1).all(dim=1)\ninputs, targets = inputs[good], targets[good]",
    ),
    "labels-out-of-range": (
        "A label is outside the classes of the logits.",
        "bad = (targets < 0) | (targets >= logits.shape[-1])\n"
        "print(np.flatnonzero(bad), targets[bad])  # labels 1 to n? subtract 1",
        "bad = (targets < 0) | (targets >= logits.shape[-1])\nprint(bad.nonzero(), targets[bad])  # labels 1 to n? subtract 1;\n"
        "# to leave some out: cross_entropy(..., ignore_index=-1)",
    ),
    "half-precision-overflow": (
        "float16 overflowed: it ends at 65504.",
        "hidden = hidden.astype(np.float32)  # or bfloat16, which has the range of float32",
        "with torch.autocast('cuda', dtype=torch.bfloat16):  # the range of float32; or model.float()\n    logits = model(inputs)",
    ),
    "loss-scale": (
        "The loss scale does not fit: half-precision gradients overflow or vanish.",
        "grads, finite, scale, good_steps = ssm.loss_scale(grads, scale, good_steps)\nif finite: update(grads)",
        "scaler = torch.amp.GradScaler()\nscaler.scale(loss).backward()\nscaler.step(optimizer)  # skips steps that overflow\n"
        "scaler.update()",
    ),
    "zero-norm-division": (
        "Division by zero: a norm, a deviation or a root mean square was 0.",
        "norm = np.linalg.norm(x, axis=-1, keepdims=True)\n"
        "x = x / np.where(norm > 0, norm, 1)  # deviations, root mean squares: the same",
        "x = torch.nn.functional.normalize(x, dim=-1)  # has an eps; by hand: x * torch.rsqrt(x.square().sum(-1, True) + 1e-12)",
    ),
    "collapsed-cross-entropy": (
        "The loss is exactly 0 in floating point: there is no gradient left, and no learning.",
        "loss, logit_grads = ssm.cross_entropy_and_grad(logits, targets)  # keeps both down to the smallest subnormal",
        "loss = torch.nn.functional.cross_entropy(logits.double(), targets)  # or weight decay, or label_smoothing=0.05",
    ),
    "dead-units": (
        "Units are dead: they are 0 for every row, so that no gradient reaches them.",
        "weights = ssm.he_normal((inputs, outputs))\nbiases = np.zeros(outputs)  # not negative\n"
        "hidden = np.where(x > 0, x, 0.01 * x)  # a leaky relu",
        "torch.nn.LeakyReLU(0.01)  # instead of ReLU\ntorch.nn.init.zeros_(layer.bias)\n"
        "for group in optimizer.param_groups: group['lr'] /= 10",
    ),
    "saturated-softmax": (
        "The softmax is certain of everything and often wrong.",
        "loss, logit_grads = ssm.cross_entropy_and_grad(logits, targets, label_smoothing=0.05)",
        "loss = torch.nn.functional.cross_entropy(logits, targets, label_smoothing=0.05)",
    ),
    "latent-overflow": (
        "The logits are close to where exp overflows.",
        "loss, logit_grads = ssm.cross_entropy_and_grad(logits, targets)  # has no such limit",
        "loss = torch.nn.functional.cross_entropy(logits, targets)  # has no such limit",
    ),
    "safe-softmax": (
        "The logits are beyond where exp overflows, and your softmax does not mind.",
        "probabilities = ssm.softmax(logits)  # nothing to do; keep it so",
        "probabilities = torch.softmax(logits, dim=-1)  # nothing to do; keep it so",
    ),
    "skipped-steps": (
        "Some gradients were not finite, and the weights were spared: their steps were skipped.",
        "grads, finite, scale, good_steps = ssm.loss_scale(grads, scale, good_steps)  # nothing to do: this is how a scale\n"
        "if finite: update(grads)  # finds its size",
        "scaler.step(optimizer)  # nothing to do: this is how a GradScaler finds its scale\nscaler.update()",
    ),
    "unknown": (
        "Something became NaN or inf, and the evidence names no cause.",
        "watch = ssm.Watch(every=1)\n"
        "watch.step(loss=loss, logits=logits, targets=targets, inputs=inputs, activations=[...], grads=grads, weights=weights)",
        "watch = ssm.Watch(every=1)\nwatch.torch(model, optimizer)\n"
        "watch.step(loss=loss, targets=targets)  # before loss.backward()",
    ),
}


def remedy(cause: str, library: str) -> str:
    """The cure as code."""
    return CAUSES[cause][2 if library == "torch" else 1]
