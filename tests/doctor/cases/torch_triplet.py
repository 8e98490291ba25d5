"""Triplets of digits: the squared distance between embeddings of 256 places up to 200 is taken in float16."""

import torch
from doctor.torch_training import digits

CAUSE = "half-precision-overflow"
ROUND = 5


class Distance(torch.nn.Module):
    """The sum of the squared differences."""

    def forward(self, a, b):
        return ((a - b) ** 2).sum(dim=1)


class Siamese(torch.nn.Module):
    """One tower for anchor, positive and negative."""

    def __init__(self, half):
        super().__init__()
        self.tower = torch.nn.Sequential(torch.nn.Linear(64, 64), torch.nn.Tanh(), torch.nn.Linear(64, 256))
        self.distance, self.half = Distance(), half

    def forward(self, anchor, positive, negative):
        a, p, n = (200 * torch.tanh(self.tower(x)) for x in (anchor, positive, negative))
        if self.half:
            a, p, n = a.half(), p.half(), n.half()
        return self.distance(a, p), self.distance(a, n)


def train(watch, sick):
    torch.manual_seed(94)
    x, y = digits()
    by_digit = [torch.nonzero(y == d).flatten() for d in range(10)]
    model = Siamese(sick)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    watch.torch(model, optimizer)
    for _ in range(200):
        chosen = torch.randint(0, 10, (24,))
        other = (chosen + torch.randint(1, 10, (24,))) % 10
        pick = lambda kinds: torch.stack([x[by_digit[k][torch.randint(len(by_digit[k]), ())]] for k in kinds])  # noqa: E731
        near, far = model(pick(chosen), pick(chosen), pick(other))
        loss = torch.relu(near - far + 1000).mean() / 1000
        watch.step(loss=loss)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
