"""A policy learnt by trial and error: REINFORCE with an entropy bonus on a small grid, in NumPy alone.

The policy of a cell is the softmax of its four logits. Actions are drawn from logits by `sample`, without probabilities; the
gradient of log p(action) comes from `log_softmax` and `log_softmax_vjp`, and that of the entropy is -p (log p + H). Late in
training the policy is nearly certain: the logarithms of the other actions stay finite and their gradients alive.
"""

import numpy as np

import stablesoftmax as ssm

SIDE, START, GOAL, TRAP = 4, 0, 15, 5  # cells by number, row by row
MOVES = np.array([[-1, 0], [1, 0], [0, -1], [0, 1]])  # up, down, left, right
EPISODES, LONGEST, ITERATIONS = 64, 20, 120
DISCOUNT, RATE, BONUS = 0.9, 1.0, 0.01


def step(cells: np.ndarray, actions: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The next cells, rewards, and whether an episode is over."""
    place = np.clip(np.stack(np.divmod(cells, SIDE), -1) + MOVES[actions], 0, SIDE - 1)
    after = place @ [SIDE, 1]
    reward = np.where(after == GOAL, 1.0, np.where(after == TRAP, -1.0, 0.0))
    return after, reward, (after == GOAL) | (after == TRAP)


def episodes(policy: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Many episodes side by side: cells, actions, discounted sums of later rewards, and where an episode was alive."""
    cells, over, history = np.full(EPISODES, START), np.zeros(EPISODES, bool), []
    for _ in range(LONGEST):
        actions = ssm.sample(policy[cells], rng=rng)
        after, reward, ends = step(cells, actions)
        history.append((cells, actions, np.where(over, 0.0, reward), ~over))
        cells, over = np.where(over, cells, after), over | ends
    all_cells, all_actions, rewards, alive = (np.array(part) for part in zip(*history, strict=True))
    returns = np.zeros((LONGEST + 1, EPISODES))
    for t in reversed(range(LONGEST)):
        returns[t] = rewards[t] + DISCOUNT * returns[t + 1]
    return all_cells, all_actions, returns[:-1], alive


def main() -> None:
    rng = np.random.default_rng(0)
    policy, value, averages = np.zeros((SIDE * SIDE, 4)), np.zeros(SIDE * SIDE), []
    for iteration in range(ITERATIONS):
        cells, actions, returns, alive = (part for part in episodes(policy, rng))
        averages.append(returns[0].mean())
        at, chosen, gained = cells[alive], actions[alive], returns[alive]
        log_p = ssm.log_softmax(policy[at])
        upstream = np.zeros_like(log_p)  # of sum(advantage * log p(action))
        upstream[np.arange(len(at)), chosen] = gained - value[at]
        entropy = ssm.entropy_from_logits(policy[at], keepdims=True)
        gradient = ssm.log_softmax_vjp(log_p, upstream) - BONUS * np.exp(log_p) * (log_p + entropy)
        np.add.at(policy, at, RATE * gradient / EPISODES)
        np.add.at(value, at, 0.1 * (gained - value[at]) / np.bincount(at, minlength=16)[at])
        if iteration % 30 == 0 or iteration == ITERATIONS - 1:
            print(f"iteration {iteration:3}: return {averages[-1]:.3f}, mean entropy {entropy.mean():.3f}")

    best = DISCOUNT**5  # six moves, the reward with the last
    print(f"mean return of the last ten: {np.mean(averages[-10:]):.3f}; the best possible is {best:.3f}")
    assert averages[0] < 0.1
    assert np.mean(averages[-10:]) > 0.85 * best
    assert np.isfinite(ssm.log_softmax(policy)).all()

    cell, path = START, [START]
    while cell != GOAL and len(path) < 10:
        cell = int(step(np.array([cell]), policy[cell].argmax(keepdims=True))[0][0])
        path.append(cell)
    print("the likeliest path:", *path)
    assert len(path) == 7
    assert TRAP not in path


if __name__ == "__main__":
    main()
