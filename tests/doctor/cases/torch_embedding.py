"""A bag of words whose vectors were drawn with a standard deviation of 3000."""

import torch

CAUSE = "initialisation-too-large"
ROUND = 2


class Bag(torch.nn.Module):
    """The mean of the words' vectors, and two layers."""

    def __init__(self, sick):
        super().__init__()
        self.words = torch.nn.EmbeddingBag(50, 32, mode="mean")
        if sick:
            torch.nn.init.normal_(self.words.weight, std=3000.0)
        self.layers = torch.nn.Sequential(torch.nn.Linear(32, 32), torch.nn.ReLU(), torch.nn.Linear(32, 5))

    def forward(self, words):
        return self.layers(self.words(words))


def train(watch, sick):
    torch.manual_seed(56)
    model = Bag(sick)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    watch.torch(model, optimizer)
    for _ in range(300):
        topic = torch.randint(0, 5, (32,))
        words = topic[:, None] * 10 + torch.randint(0, 10, (32, 6))
        loss = torch.nn.functional.cross_entropy(model(words), topic)
        watch.step(loss=loss, targets=topic)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
