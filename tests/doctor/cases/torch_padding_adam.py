"""Sentences of several lengths, filled up with word 0, whose vector has no gradient; Adam with eps=0 divides 0 by 0 there."""

import torch

CAUSE = "zero-norm-division"
ROUND = 5


class Reader(torch.nn.Module):
    """The mean of the vectors of the words that are there, then a linear layer."""

    def __init__(self):
        super().__init__()
        self.words = torch.nn.Embedding(41, 24, padding_idx=0)
        self.classes = torch.nn.Linear(24, 4)

    def forward(self, sentences):
        lengths = (sentences > 0).sum(dim=1, keepdim=True)
        return self.classes(self.words(sentences).sum(dim=1) / lengths)


def train(watch, sick):
    torch.manual_seed(97)
    model = Reader()
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3, eps=0.0 if sick else 1e-8)
    watch.torch(model, optimizer)
    for _ in range(220):
        topics = torch.randint(0, 4, (32,))
        sentences = 1 + topics[:, None] * 10 + torch.randint(0, 10, (32, 9))
        sentences[torch.arange(9) >= torch.randint(1, 10, (32, 1))] = 0
        loss = torch.nn.functional.cross_entropy(model(sentences), topics)
        watch.step(loss=loss, targets=topics)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
