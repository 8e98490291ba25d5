"""Bayesian model averaging: polynomials of degree 0 to 7, each weighted by how well it explains 8,000 noisy points.

The evidence of a model is a probability of all points together: here near e^-11,000, while its logarithm is an ordinary number.
Only differences of log evidences count. `normalize_log_weights` turns them into posterior probabilities without leaving log
space, so that the weights of hopeless models, e^-1,000 and less, are known as well.
"""

import numpy as np

import stablesoftmax as ssm

DEGREES, POINTS, NOISE, PRIOR = range(8), 8_000, 1.0, 3.0
TRUTH = np.array([0.5, -1.0, 0.0, 2.0])  # coefficients of Legendre polynomials


def evidence(x: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """The logarithm of the evidence of a linear model with normal coefficients, and the mean of their posterior.

    log N(y; 0, s^2 I + p^2 X X^T), by the determinant lemma and the Woodbury identity: no matrix larger than the model.
    """
    precision = x.T @ x / NOISE**2 + np.eye(x.shape[1]) / PRIOR**2
    mean = np.linalg.solve(precision, x.T @ y) / NOISE**2
    log_determinant = np.linalg.slogdet(precision)[1] + 2 * x.shape[1] * np.log(PRIOR) + 2 * len(y) * np.log(NOISE)
    residual = (y @ y - y @ (x @ mean)) / NOISE**2
    return -0.5 * (log_determinant + residual + len(y) * np.log(2 * np.pi)), mean


def main() -> None:
    rng = np.random.default_rng(0)
    t, new = rng.uniform(-1, 1, POINTS), np.linspace(-1, 1, 50)
    truth = np.polynomial.legendre.Legendre(TRUTH)
    y = truth(t) + NOISE * rng.standard_normal(POINTS)

    fits = [evidence(np.polynomial.legendre.legvander(t, degree), y) for degree in DEGREES]
    log_evidence = np.array([log for log, _ in fits])
    assert (log_evidence < -1e4).all()
    assert (np.exp(log_evidence) == 0).all()  # nothing to divide by outside of log space

    log_weights = ssm.normalize_log_weights(log_evidence)  # all degrees are equally likely beforehand
    weights = np.exp(log_weights)
    for degree, log, weight in zip(DEGREES, log_evidence, log_weights, strict=True):
        print(f"degree {degree}: log evidence {log:12.3f}, log posterior probability {weight:12.3f}")
    assert abs(ssm.logsumexp(log_weights)) < 1e-15
    assert weights.argmax() == 3
    assert np.isfinite(log_weights).all()
    assert log_weights[0] < -1000  # a hopeless model: known, not 0

    # Bayes factors are differences of log weights; they are not touched by the normalisation
    assert np.allclose(log_weights[3] - log_weights, log_evidence[3] - log_evidence, rtol=1e-12, atol=1e-10)

    predictions = np.array([np.polynomial.legendre.Legendre(mean)(new) for _, mean in fits])
    averaged = weights @ predictions
    error = np.sqrt(np.mean((averaged - truth(new)) ** 2))
    effective = ssm.effective_sample_size(log_evidence)
    print(f"error of the average of all models: {error:.4f}; models that count: {effective:.2f}")
    assert error < 0.05
    assert 1 <= effective < 2

    # the marginal evidence, over all models, and the same in parts that another process might have seen
    total = ssm.logmeanexp(log_evidence)
    halves = ssm.LogSumExp().update(log_evidence[:4]).merge(ssm.LogSumExp().update(log_evidence[4:]))
    assert halves.value == ssm.logsumexp(log_evidence)
    print(f"log evidence of all models together: {total:.3f}")


if __name__ == "__main__":
    main()
