"""Cosine similarity by hand, between texts of which some are only padding."""

import torch

CAUSE = "zero-norm-division"
ROUND = 2


class Pairs(torch.nn.Module):
    """How alike two texts are, from -1 to 1."""

    def __init__(self, sick):
        super().__init__()
        self.words, self.sick = torch.nn.Embedding(30, 16, padding_idx=0), sick

    def forward(self, a, b):
        a, b = self.words(a).mean(dim=1), self.words(b).mean(dim=1)
        if not self.sick:
            return torch.nn.functional.cosine_similarity(a, b)
        return (a * b).sum(dim=1) / (a.norm(dim=1) * b.norm(dim=1))


def train(watch, sick):
    torch.manual_seed(58)
    model = Pairs(sick)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    watch.torch(model, optimizer)
    for i in range(250):
        a, b = torch.randint(1, 30, (2, 16, 5))
        same = torch.rand(16) < 0.5
        b[same] = a[same]
        if i == 150:
            b[3] = 0
        loss = ((model(a, b) - same.float()) ** 2).mean()
        watch.step(loss=loss)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
