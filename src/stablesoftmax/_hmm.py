"""Hidden Markov models in log space: hmm_forward, hmm_forward_backward, viterbi."""

from typing import Any, NamedTuple

import numpy as np

from stablesoftmax import _native
from stablesoftmax._arguments import NO_SINK, as_logits, cast, floating
from stablesoftmax._elsewhere import of_any_kind
from stablesoftmax._log_space import FLOAT64, Array, each_block

_PADDED = 16  # columns: what every level's vectors divide
_ONE = np.array(1.0)
_NEGINF_STAYS = np.array(1, np.uint8)


class Forward(NamedTuple):
    """What :func:`hmm_forward` returns."""

    log_alpha: Array
    log_likelihood: Any


class ForwardBackward(NamedTuple):
    """What :func:`hmm_forward_backward` returns."""

    log_gamma: Array
    log_xi_sum: Array
    log_likelihood: Any


class Path(NamedTuple):
    """What :func:`viterbi` returns."""

    path: Array
    log_probability: Any


class _Model:
    """The arguments, checked, as float64 blocks of sequences."""

    def __init__(self, name: str, log_initial: Any, log_transition: Any, log_emission: Any):
        self.name = name
        self.initial, self.transition, self.emission = (as_logits(name, a) for a in (log_initial, log_transition, log_emission))
        for what, array, axes in (
            ("log_initial", self.initial, "(S,)"),
            ("log_transition", self.transition, "(S, S)"),
            ("log_emission", self.emission, "(T, S)"),
        ):
            if array.ndim < len(axes.replace(",)", ")").split(",")):
                raise ValueError(f"{name}: {what} of shape {array.shape} has too few axes; it must end in {axes}")
        self.times, self.states = self.emission.shape[-2:]
        if 0 in (self.times, self.states):
            raise ValueError(
                f"{name}: log_emission of shape {self.emission.shape} holds no time or no state; T and S must be at least 1"
            )
        if self.transition.shape[-2:] != (self.states, self.states):
            raise ValueError(
                f"{name}: log_transition of shape {self.transition.shape} does not end in ({self.states}, {self.states}), "
                f"the {self.states} states of log_emission, shape {self.emission.shape}"
            )
        if self.initial.shape[-1] != self.states:
            raise ValueError(
                f"{name}: log_initial of shape {self.initial.shape} does not end in ({self.states},), "
                f"the {self.states} states of log_emission, shape {self.emission.shape}"
            )
        try:
            self.batch = np.broadcast_shapes(self.initial.shape[:-1], self.transition.shape[:-2], self.emission.shape[:-2])
        except ValueError:
            raise ValueError(
                f"{name}: the batch axes of log_initial, log_transition and log_emission, shapes {self.initial.shape}, "
                f"{self.transition.shape} and {self.emission.shape}, do not broadcast"
            ) from None
        double = any(floating(a.dtype) == FLOAT64 for a in (self.initial, self.transition, self.emission))
        self.result = FLOAT64 if double else np.dtype(np.float32)

    def new(self, *shape: int, dtype: Any = None) -> Array:
        return np.empty(self.batch + shape, dtype or self.result)

    def each(self, work: Any) -> None:
        """Calls work(index, initial, transition, emission) for blocks of sequences; the operands are float64."""
        shared = cast(self.transition, FLOAT64) if self.transition.ndim == 2 else None
        states, times = self.states, self.times
        initial = np.broadcast_to(self.initial, (*self.batch, states))
        transition = np.broadcast_to(self.transition, (*self.batch, states, states))
        emission = np.broadcast_to(self.emission, (*self.batch, times, states))

        def by_block(index: Any) -> None:
            own = cast(transition[*index, ...], FLOAT64) if shared is None else shared
            work(index, cast(initial[*index, ...], FLOAT64), own, cast(emission[*index, ...], FLOAT64))

        each_block(self.name, self.batch, times * states * max(1, states // 8), by_block)


def _padded(transition: Array) -> Array:
    """With zero probabilities after each row, so that vectors can read past its end."""
    states = transition.shape[-1]
    wide = np.full((*transition.shape[:-1], -(-states // _PADDED) * _PADDED), -np.inf)
    wide[..., :states] = transition
    return wide


def _plus_scale(values: Array, scale: Array, scale_lo: Array) -> Array:
    """values + scale, rounded once; -inf stays."""
    with np.errstate(invalid="ignore", over="ignore"):
        s = values + scale
        part = s - values
        lo = (values - (s - part)) + (scale - part)
        return np.where(np.isfinite(s), s + (lo + scale_lo), s)


def _likelihood(last: Array, scale: Array, scale_lo: Array) -> Array:
    """From the scaled forward values of the last time."""
    return _plus_scale(np.asarray(_native.logsumexp(last)), scale, scale_lo)


@of_any_kind(labels=False)
def hmm_forward(log_initial: Any, log_transition: Any, log_emission: Any) -> Forward:
    r"""Forward algorithm: :math:`\alpha_t(j) = e_t(j) \sum_i \alpha_{t-1}(i) A_{ij}`, in log space.

    Parameters
    ----------
    log_initial : array_like
        (..., S), logarithms of the probabilities of the states at the first time; float16, bfloat16, float32 or float64
        (integers and bool are converted to float64). -inf for what cannot be; normalised or not.
    log_transition : array_like
        (..., S, S), from the state of the row to that of the column.
    log_emission : array_like
        (..., T, S), logarithms of the probability, or density, of each observation in each state. The batch axes (...) of the
        three broadcast.

    Returns
    -------
    Forward
        A named tuple: `log_alpha` (..., T, S), log P(observations to t, state at t), and `log_likelihood` (...), log P(all
        observations), a scalar for one sequence. float64 if any argument is, else float32; computed in float64.

    Raises
    ------
    TypeError
        For complex, longdouble, object, string and datetime input, masked arrays, tensors that require grad.
    ValueError
        For shapes that do not fit, no state, no time.

    Notes
    -----
    *Accuracy*: absolute error < T * 2**-49 * M + 1 ulp of the result. M is the largest finite magnitude of one step: of
    log_initial, log_transition, log_emission, of the differences between states at one time, and log(S); not the likelihood,
    which is summed as a pair. See :func:`bounds`. *Bits*: the same at every SIMD level, layout, batch, number of threads.
    *Special values*: what cannot be is -inf, never nan; nan where a nan takes part; +inf gives inf or nan. *Memory* beside
    the result: float64 copies of a block of sequences.

    References
    ----------
    L. R. Rabiner, *A tutorial on hidden Markov models and selected applications in speech recognition*, Proc. IEEE 77 (1989).

    Examples
    --------
    >>> import numpy as np
    >>> import stablesoftmax as ssm
    >>> fair, loaded = np.log([0.5, 0.5]), np.log([0.9, 0.1])
    >>> heads = np.stack([fair, loaded], 1)[[0, 0, 1]]
    >>> stay = np.log([[0.9, 0.1], [0.1, 0.9]])
    >>> ssm.hmm_forward(np.log([0.5, 0.5]), stay, heads).log_likelihood
    np.float64(-2.151754203291462)
    """
    model = _Model("hmm_forward", log_initial, log_transition, log_emission)
    alpha, likelihood = model.new(model.times, model.states), model.new()

    def work(index: Any, initial: Array, transition: Array, emission: Array) -> None:
        values, scale, scale_lo = _native.hmm_forward(initial, _padded(transition), emission)
        alpha[*index, ...] = cast(_plus_scale(values, scale[..., np.newaxis], scale_lo[..., np.newaxis]), model.result)
        likelihood[*index, ...] = cast(_likelihood(values[..., -1, :], scale[..., -1], scale_lo[..., -1]), model.result)

    model.each(work)
    return Forward(alpha, likelihood if likelihood.ndim else likelihood[()])


@of_any_kind(labels=False)
def hmm_forward_backward(log_initial: Any, log_transition: Any, log_emission: Any) -> ForwardBackward:
    r"""Forward-backward algorithm: the posteriors of states and transitions, in log space.

    Parameters
    ----------
    log_initial : array_like
        (..., S), as for :func:`hmm_forward`.
    log_transition : array_like
        (..., S, S).
    log_emission : array_like
        (..., T, S).

    Returns
    -------
    ForwardBackward
        A named tuple: `log_gamma` (..., T, S), log P(state at t | observations), each time a normalised distribution;
        `log_xi_sum` (..., S, S), the logarithm of the expected number of transitions from the state of the row to that of
        the column, what Baum-Welch divides by its row sums; `log_likelihood` (...). dtype as :func:`hmm_forward`.

    Raises
    ------
    TypeError, ValueError
        As :func:`hmm_forward`.

    Notes
    -----
    *Accuracy*: absolute error of log_gamma and log_xi_sum < T * 2**-47 * M + 1 ulp with the M of :func:`hmm_forward`, for
    log_likelihood as there. See :func:`bounds`. *Bits*: as there. *Special values*: where the observations are impossible
    (log_likelihood is -inf) log_gamma and log_xi_sum are -inf.

    References
    ----------
    L. R. Rabiner, *A tutorial on hidden Markov models and selected applications in speech recognition*, Proc. IEEE 77 (1989).

    Examples
    --------
    >>> import numpy as np
    >>> import stablesoftmax as ssm
    >>> stay = np.log([[0.9, 0.1], [0.1, 0.9]])
    >>> result = ssm.hmm_forward_backward(np.log([0.5, 0.5]), stay, np.log([[0.9, 0.2], [0.9, 0.2]]))
    >>> np.exp(result.log_gamma).round(3)
    array([[0.933, 0.067],
           [0.933, 0.067]])
    """
    model = _Model("hmm_forward_backward", log_initial, log_transition, log_emission)
    states = model.states
    gamma, xi, likelihood = model.new(model.times, states), model.new(states, states), model.new()

    def work(index: Any, initial: Array, transition: Array, emission: Array) -> None:
        ahead, scale, scale_lo = _native.hmm_forward(initial, _padded(transition), emission)
        back, step, _ = _native.hmm_backward(_padded(np.swapaxes(transition, -1, -2)), emission)
        both = ahead + back
        gamma[*index, ...] = cast(np.asarray(_native.log_softmax(both, _ONE, NO_SINK, _NEGINF_STAYS)), model.result)
        # a transition at t: ahead[t] + transition + emission[t + 1] + back[t + 1], of which all together are `total`
        total = np.asarray(_native.logsumexp(both[..., :-1, :])) + step[..., :-1]
        total = np.where(total == -np.inf, 0.0, total)[..., np.newaxis]
        left, right = np.swapaxes(ahead[..., :-1, :] - total, -1, -2), emission[..., 1:, :] + back[..., 1:, :]
        xi[*index, ...] = cast(np.asarray(_native.logmatmulexp(left, right)) + transition, model.result)
        likelihood[*index, ...] = cast(_likelihood(ahead[..., -1, :], scale[..., -1], scale_lo[..., -1]), model.result)

    with np.errstate(invalid="ignore"):
        model.each(work)
    return ForwardBackward(gamma, xi, likelihood if likelihood.ndim else likelihood[()])


@of_any_kind(labels=False)
def viterbi(log_initial: Any, log_transition: Any, log_emission: Any) -> Path:
    r"""The most probable sequence of states: :math:`\arg\max_s \log P(s, \mathrm{observations})`.

    Parameters
    ----------
    log_initial : array_like
        (..., S), as for :func:`hmm_forward`.
    log_transition : array_like
        (..., S, S).
    log_emission : array_like
        (..., T, S).

    Returns
    -------
    Path
        A named tuple: `path` (..., T), int64, and `log_probability` (...), log P(path, observations). Of several paths the one
        whose last state has the lowest index, then the last but one, and so on.

    Raises
    ------
    TypeError, ValueError
        As :func:`hmm_forward`.

    Notes
    -----
    *Accuracy*: scores are summed as pairs: no path is better by more than T * 2**-100 of the largest score, and
    log_probability is within 1 ulp of that of the path; see :func:`bounds`. *Bits*: as :func:`hmm_forward`. *Special values*:
    where no path is possible log_probability is -inf and the path a string of lowest indices; where a nan takes part it is
    nan and the path means nothing. *Memory* beside the result: 4 bytes times T times S for each sequence of a block.

    References
    ----------
    A. J. Viterbi, *Error bounds for convolutional codes and an asymptotically optimum decoding algorithm*, IEEE Trans. Inf.
    Theory 13 (1967).

    Examples
    --------
    >>> import numpy as np
    >>> import stablesoftmax as ssm
    >>> stay = np.log([[0.9, 0.1], [0.1, 0.9]])
    >>> ssm.viterbi(np.log([0.5, 0.5]), stay, np.log([[0.9, 0.2], [0.4, 0.5], [0.01, 0.9]])).path
    array([1, 1, 1])
    """
    model = _Model("viterbi", log_initial, log_transition, log_emission)
    path, probability = model.new(model.times, dtype=np.int64), model.new()

    def work(index: Any, initial: Array, transition: Array, emission: Array) -> None:
        scores = np.empty(4 * model.states)
        path[*index, ...], score, _ = _native.viterbi(initial, _padded(transition), emission, scores)
        probability[*index, ...] = cast(np.asarray(score), model.result)

    model.each(work)
    return Path(path, probability if probability.ndim else probability[()])
