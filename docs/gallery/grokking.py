"""Softmax collapse, and what happens without it: modular addition learnt twice from the same start.

A network of two layers learns (a + b) mod p from half of all pairs, in float32, without weight decay. One run has the usual
float32 cross entropy, the other `stablesoftmax.cross_entropy_and_grad`; nothing else differs. See grokking.md.

    python docs/gallery/grokking.py [--steps N] [--prime P] [--seed S] [--out FILE.png] [--json FILE.json]
"""

import argparse
import json
import multiprocessing
import os
import pathlib
import time
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple

import numpy as np

import stablesoftmax as ssm

HERE = pathlib.Path(__file__).resolve().parent
MEASURES = 60  # points of a curve
EPSILON = 1e-60  # of Adam: see there


# the two losses ----------------------------------------------------------------------------------------------------


def usual_losses(logits, labels):
    """One loss a row by the textbook, in float32: shift by the maximum, log of the sum. Also the log-probabilities."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -logs[np.arange(len(labels)), labels], logs


def usual_gradient(logits, labels):
    """The gradient of the mean of `usual_losses`: probability minus 1 at the label, so 0 once the probability rounds to 1."""
    gradient = np.exp(usual_losses(logits, labels)[1])
    gradient[np.arange(len(labels)), labels] -= np.float32(1)
    return gradient / np.float32(len(labels))


def faithful_losses(logits, labels):
    """One loss a row, right down to the smallest subnormal."""
    return ssm.cross_entropy(logits, labels, reduction="none")


def faithful_gradient(logits, labels):
    """The gradient of the mean loss; at the label it is minus the sum of the other probabilities, nothing is subtracted."""
    return ssm.cross_entropy_and_grad(logits, labels)[1]


GRADIENTS = {"usual": usual_gradient, "faithful": faithful_gradient}


# the task, the network, the optimiser ------------------------------------------------------------------------------


class Pairs(NamedTuple):
    """Pairs (a, b) as two one-hot vectors side by side, and (a + b) mod p."""

    inputs: np.ndarray
    labels: np.ndarray


def addition(prime, fraction, rng):
    """All pairs of residues, split at random: this fraction to learn from, the others to be tested on."""
    order = rng.permutation(prime * prime)
    a, b = np.divmod(order, prime)
    one = np.eye(prime, dtype=np.float32)
    inputs, labels = np.hstack([one[a], one[b]]), (a + b) % prime
    cut = int(fraction * prime * prime)
    return Pairs(inputs[:cut], labels[:cut]), Pairs(inputs[cut:], labels[cut:])


def start(prime, hidden, rng):
    """Small random weights: inputs to hidden, its bias, hidden to logits, its bias."""
    first = rng.normal(0, 0.04, (2 * prime, hidden))
    second = rng.normal(0, 0.2 / np.sqrt(hidden), (hidden, prime))
    return [w.astype(np.float32) for w in (first, np.zeros(hidden), second, np.zeros(prime))]


def forward(weights, inputs):
    """The hidden sums and the logits; the activation is the square, which suits addition (Gromov, arXiv:2301.02679)."""
    first, first_bias, second, second_bias = weights
    sums = inputs @ first + first_bias
    return sums, np.square(sums) @ second + second_bias


def backward(weights, inputs, sums, gradient):
    """From the gradient of the logits to that of the weights, all in float32."""
    of_sums = gradient @ weights[2].T * (2 * sums)
    return [inputs.T @ of_sums, of_sums.sum(axis=0), np.square(sums).T @ gradient, gradient.sum(axis=0)]


class Adam:
    """Adam without weight decay, for gradients that get very small.

    The usual epsilon of 1e-8 slows both runs where gradients fall below it, and would blur the picture: EPSILON is below any
    gradient that float32 can hold. The moments are float64 in both runs, for in float32 the square of a gradient below 1e-22 is 0.
    """

    def __init__(self, weights, rate, decays=(0.9, 0.99), epsilon=EPSILON):
        self.weights, self.rate, self.decays, self.epsilon = weights, rate, decays, epsilon
        self.first = [np.zeros(w.shape) for w in weights]
        self.second = [np.zeros(w.shape) for w in weights]
        self.steps = 0

    def step(self, gradients):
        """Move the weights, in place."""
        self.steps += 1
        short, long = self.decays
        rate = self.rate / (1 - short**self.steps)
        for w, m, v, gradient in zip(self.weights, self.first, self.second, gradients, strict=True):
            g = gradient.astype(np.float64)
            m += (1 - short) * (g - m)
            v += (1 - long) * (g * g - v)
            w -= (rate * m / (np.sqrt(v / (1 - long**self.steps)) + self.epsilon)).astype(np.float32)


# a run -------------------------------------------------------------------------------------------------------------


def norm(arrays):
    """The Euclidean norm of all elements, in float64."""
    return float(np.sqrt(sum(np.square(a, dtype=np.float64).sum() for a in arrays)))


def measure(kind, weights, train, test, logits, gradient, gradients):
    """What is drawn, at one step: both losses see the logits of this run, `loss` is that of the run itself."""
    rows = np.arange(len(train.labels))
    usual, faithful = usual_losses(logits, train.labels)[0], faithful_losses(logits, train.labels)
    own = usual if kind == "usual" else faithful
    return {
        "loss": float(own.mean(dtype=np.float64)),
        "zero_loss": float((own == 0).mean()),
        "zero_gradient_at_label": float((gradient[rows, train.labels] == 0).mean()),
        "lost_by_usual_only": float(((usual == 0) & (faithful > 0)).mean()),
        "gradient": norm(gradients),
        "gradient_at_labels": norm([gradient[rows, train.labels]]),
        "mean_logit_size": float(np.abs(logits).mean(dtype=np.float64)),
        "train_accuracy": float((logits.argmax(axis=1) == train.labels).mean()),
        "test_accuracy": float((forward(weights, test.inputs)[1].argmax(axis=1) == test.labels).mean()),
    }


def run(kind, settings):
    """Learn with one of the two losses; the list of what was measured. The start and the split depend on the seed alone."""
    began = time.perf_counter()
    rng = np.random.default_rng(settings.seed)
    train, test = addition(settings.prime, settings.fraction, rng)
    weights = start(settings.prime, settings.hidden, rng)
    optimiser = Adam(weights, settings.rate, epsilon=settings.epsilon)
    every = max(1, settings.steps // MEASURES)
    curve = []
    for step in range(settings.steps + 1):
        sums, logits = forward(weights, train.inputs)
        gradient = GRADIENTS[kind](logits, train.labels)
        gradients = backward(weights, train.inputs, sums, gradient)
        if step % every == 0 or step == settings.steps:
            curve.append({"step": step, **measure(kind, weights, train, test, logits, gradient, gradients)})
        optimiser.step(gradients)
    print(f"{kind:8}  {settings.steps} steps in {time.perf_counter() - began:.0f} s  {json.dumps(curve[-1])}", flush=True)
    return curve


def run_both(settings):
    """One process a run, each with one thread for the products of matrices: faster than two threads for one run after the other."""
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "STABLESOFTMAX_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    # Threads are counted when NumPy is loaded: so new interpreters, no forks of this one.
    with ProcessPoolExecutor(len(GRADIENTS), mp_context=multiprocessing.get_context("spawn")) as pool:
        return dict(zip(GRADIENTS, pool.map(run, GRADIENTS, [settings] * len(GRADIENTS)), strict=True))


# the picture -------------------------------------------------------------------------------------------------------

LABELS = {"usual": "usual float32 cross entropy", "faithful": "stablesoftmax.cross_entropy_and_grad"}
COLOURS = {"usual": "#c1440e", "faithful": "#1f5fa8"}
STEP_OF_ONE = 2.0**-24  # half the gap between 1 and the next float32: a probability this close to 1 rounds to 1


def curve_of(curve, name):
    """Steps and values."""
    return [at["step"] for at in curve], np.array([at[name] for at in curve])


def plot_log(axes, curves, name, floor, **style):
    """Positive values on a log axis; exact zeros, which have no place on it, as crosses on its floor."""
    for kind, curve in curves.items():
        steps, values = curve_of(curve, name)
        axes.plot(steps, np.where(values > 0, values, np.nan), color=COLOURS[kind], **style)
        zero = values == 0
        if zero.any():
            axes.plot(np.array(steps)[zero], np.full(zero.sum(), floor), "x", ms=4, color=COLOURS[kind], clip_on=False)
    axes.set_yscale("log")


def draw(curves, settings, path):
    """Four panels: how many losses are exactly 0, the loss, the gradient, the accuracy on pairs never seen."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 7.6), layout="constrained")
    FigureCanvasAgg(figure)
    zeros, loss, gradient, accuracy = panels = figure.subplots(2, 2, sharex=True).ravel()
    for axes, name in ((zeros, "zero_loss"), (accuracy, "test_accuracy")):
        for kind, curve in curves.items():
            steps, values = curve_of(curve, name)
            axes.plot(steps, 100 * values, color=COLOURS[kind], label=LABELS[kind])
        axes.set_ylim(-3, 103)
    zeros.set_title("Training samples whose loss is exactly 0 (%)")
    accuracy.set_title("Test accuracy (%)")
    positive = [at[name] for curve in curves.values() for at in curve for name in ("loss", "gradient_at_labels") if at[name] > 0]
    floor = min(positive) / 100
    plot_log(loss, curves, "loss", floor)
    loss.axhline(STEP_OF_ONE, color="0.6", lw=0.8, ls=":")
    loss.text(0, STEP_OF_ONE, " $2^{-24}$", color="0.4", va="top")
    loss.set_title("Mean training loss of each run (x: exactly 0)")
    plot_log(gradient, curves, "gradient", floor)
    plot_log(gradient, curves, "gradient_at_labels", floor, ls="--", lw=1.2)
    gradient.plot([], [], "-", color="0.3", label="all parameters")
    gradient.plot([], [], "--", color="0.3", lw=1.2, label="logits of the right answers (x: exactly 0)")
    gradient.set_title("Norm of the gradient")
    gradient.legend(loc="lower left", frameon=False)
    figure.legend(*zeros.get_legend_handles_labels(), loc="outside lower center", ncols=2, frameon=False)
    for axes in panels:
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(alpha=0.25)
    for axes in (gradient, accuracy):
        axes.set_xlabel("step")
    share = f"{100 * settings.fraction:.0f} % of the pairs"
    figure.suptitle(f"(a + b) mod {settings.prime} learnt from {share}: same start, same Adam without weight decay, float32")
    figure.savefig(path, dpi=110, metadata={"Software": None})


# the command -------------------------------------------------------------------------------------------------------


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--prime", type=int, default=97)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--fraction", type=float, default=0.5, help="of the pairs, to learn from (default 0.5)")
    parser.add_argument("--hidden", type=int, default=128, help="width of the hidden layer (default 128)")
    parser.add_argument("--rate", type=float, default=0.01, help="learning rate (default 0.01)")
    parser.add_argument("--epsilon", type=float, default=EPSILON, help=f"of Adam (default {EPSILON})")
    parser.add_argument("--out", type=pathlib.Path, default=HERE.parent / "images" / "grokking.png")
    parser.add_argument("--json", type=pathlib.Path, help="also write what was measured")
    return parser.parse_args()


def main():
    settings = read_arguments()
    curves = run_both(settings)
    draw(curves, settings, settings.out)
    if settings.json:
        settings.json.write_text(json.dumps(curves, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
