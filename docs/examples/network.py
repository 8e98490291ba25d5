"""A network for handwritten digits in NumPy alone: the loss and its gradient come from one call, the rest is matrix products.

`cross_entropy_and_grad` returns what back-propagation begins with. The pixels are not scaled, so that the first logits are tens
apart: every loss is finite all the same, and a confident row keeps a gradient.
"""

import numpy as np

import stablesoftmax as ssm
from stablesoftmax.demo.digits import load

HIDDEN, EPOCHS, BATCH, RATE = 64, 12, 48, 0.02


def main() -> None:
    training, held_out = load()
    rng = np.random.default_rng(0)
    w1, b1 = ssm.he_normal((64, HIDDEN), rng=rng), np.zeros(HIDDEN, np.float32)
    w2, b2 = ssm.glorot_uniform((HIDDEN, 10), rng=rng), np.zeros(10, np.float32)

    for epoch in range(EPOCHS):
        order, losses = rng.permutation(len(training.labels)), []
        for batch in order.reshape(-1, BATCH):
            x, labels = training.images[batch], training.labels[batch]
            hidden = np.maximum(x @ w1 + b1, 0)
            loss, of_logits = ssm.cross_entropy_and_grad(hidden @ w2 + b2, labels)
            of_hidden = np.where(hidden > 0, of_logits @ w2.T, 0)
            gradients = [x.T @ of_hidden, of_hidden.sum(0), hidden.T @ of_logits, of_logits.sum(0)]
            clipped, _ = ssm.clip_by_global_norm(gradients, 5.0)
            for parameter, gradient in zip((w1, b1, w2, b2), clipped, strict=True):
                parameter -= RATE * gradient
            losses.append(float(loss))
        print(f"epoch {epoch + 1:2}: mean loss {np.mean(losses):.4f}")
        assert np.isfinite(losses).all()

    logits = np.maximum(held_out.images @ w1 + b1, 0) @ w2 + b2
    accuracy = (logits.argmax(-1) == held_out.labels).mean()
    print(f"accuracy on digits not seen: {accuracy:.3f}")
    assert accuracy > 0.94

    # the gradient is that of the loss: a difference in the direction of the gradient shows it, in float64
    x, labels = training.images[:100].astype(np.float64), training.labels[:100]
    logits = np.maximum(x @ w1 + b1, 0) @ w2 + b2
    _, gradient = ssm.cross_entropy_and_grad(logits, labels)
    step = 1e-6 * gradient / np.linalg.norm(gradient)
    slope = (ssm.cross_entropy(logits + step, labels) - ssm.cross_entropy(logits - step, labels)) / 2e-6
    assert abs(slope / np.linalg.norm(gradient) - 1) < 1e-5


if __name__ == "__main__":
    main()
