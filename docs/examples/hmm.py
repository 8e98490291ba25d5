"""A hidden Markov model: an honest and a loaded die, and which of the two was thrown, checked against every possible path.

Five throws have 2^5 paths: the sum over all of them is what `hmm_forward_backward` computes step by step. Of 20,000 throws the
likelihood is below e^-30,000, no number of any format; in log space that is a number like any other.
"""

import itertools

import numpy as np

import stablesoftmax as ssm

INITIAL = np.array([0.5, 0.5])
TRANSITION = np.array([[0.95, 0.05], [0.10, 0.90]])  # from the die of the row to that of the column
FACES = np.array([[1 / 6] * 6, [0.1] * 5 + [0.5]])  # of the honest die and of the loaded one
MODEL = np.log(INITIAL), np.log(TRANSITION)


def enumerate_paths(throws: np.ndarray) -> tuple[float, np.ndarray, tuple[int, ...]]:
    """The likelihood, the posterior of the dice at each throw, and the likeliest path, by trying all paths."""
    likelihood, posterior, paths = 0.0, np.zeros((len(throws), 2)), {}
    for path in itertools.product(range(2), repeat=len(throws)):
        probability = INITIAL[path[0]] * FACES[path[0], throws[0]]
        for (before, now), throw in zip(itertools.pairwise(path), throws[1:], strict=True):
            probability *= TRANSITION[before, now] * FACES[now, throw]
        likelihood += probability
        posterior[np.arange(len(throws)), path] += probability
        paths[path] = probability
    return likelihood, posterior / likelihood, max(paths, key=paths.__getitem__)


def throw_dice(times: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Which die was thrown, and what it showed."""
    dice = np.zeros(times, int)
    for t in range(1, times):
        dice[t] = rng.random() < TRANSITION[dice[t - 1], 1]
    return dice, ssm.sample(np.log(FACES[dice]), rng=rng)


def main() -> None:
    throws = np.array([5, 5, 0, 5, 2])
    likelihood, posterior, path = enumerate_paths(throws)
    emission = np.log(FACES[:, throws].T)
    found = ssm.hmm_forward_backward(*MODEL, emission)
    print(f"five throws: log-likelihood {found.log_likelihood:.15f}, by all paths {np.log(likelihood):.15f}")
    assert np.isclose(found.log_likelihood, np.log(likelihood), rtol=1e-14)
    assert np.allclose(np.exp(found.log_gamma), posterior, rtol=1e-13)
    best = ssm.viterbi(*MODEL, emission)
    assert tuple(best.path) == path
    assert found.log_likelihood == ssm.hmm_forward(*MODEL, emission).log_likelihood

    dice, throws = throw_dice(20_000, np.random.default_rng(1))
    found = ssm.hmm_forward_backward(*MODEL, np.log(FACES[:, throws].T))
    guessed = found.log_gamma.argmax(-1)
    print(f"20,000 throws: log-likelihood {found.log_likelihood:.1f}; the right die in {(guessed == dice).mean():.1%} of them")
    assert np.exp(found.log_likelihood) == 0  # what would be left of it outside of log space
    assert (guessed == dice).mean() > 0.8

    # one step of Baum-Welch: expected transitions, and how often each die was left
    learnt = np.exp(found.log_xi_sum - ssm.logsumexp(found.log_xi_sum, axis=1, keepdims=True))
    print(f"transitions learnt from the throws alone: {learnt.round(3).tolist()}")
    assert np.allclose(learnt, TRANSITION, atol=0.02)


if __name__ == "__main__":
    main()
