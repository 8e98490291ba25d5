"""Points on a circle of 3000 by a generator and its critic; the critic's loss takes logarithms of its sigmoid."""

import math

import torch
from doctor.torch_training import mlp

CAUSE = "log-of-zero"
ROUND = 5


def logarithms(scores, sick):
    """log D and log(1 - D)."""
    if sick:
        believed = torch.sigmoid(scores)
        return torch.log(believed), torch.log(1 - believed)
    return torch.nn.functional.logsigmoid(scores), torch.nn.functional.logsigmoid(-scores)


def train(watch, sick):
    torch.manual_seed(92)
    generator, critic = mlp(4, 32, 2), mlp(2, 64, 1)
    forger, judge = torch.optim.Adam(generator.parameters(), lr=1e-3), torch.optim.Adam(critic.parameters(), lr=2e-2)
    watch.torch(critic, judge)
    for _ in range(400):
        angle = torch.rand(64, 1) * 2 * math.pi
        real = 3000 * torch.cat([angle.cos(), angle.sin()], dim=1)
        forged = generator(torch.randn(64, 4))
        judge.zero_grad()
        loss = -(logarithms(critic(real), sick)[0] + logarithms(critic(forged.detach()), sick)[1]).mean()
        watch.step(loss=loss)
        loss.backward()
        judge.step()
        forger.zero_grad()
        (-logarithms(critic(forged), sick)[0].mean()).backward()
        forger.step()
