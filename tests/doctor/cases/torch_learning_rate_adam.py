"""A small transformer and Adam with a learning rate of 1."""

import torch

CAUSE = "learning-rate-too-high"


class Transformer(torch.nn.Module):
    """Letters in, the next letter out."""

    def __init__(self):
        super().__init__()
        self.embed = torch.nn.Embedding(16, 32)
        self.encoder = torch.nn.TransformerEncoder(torch.nn.TransformerEncoderLayer(32, 2, 64, 0.0, batch_first=True), 2)
        self.head = torch.nn.Linear(32, 16)

    def forward(self, letters):
        return self.head(self.encoder(self.embed(letters)))


def train(watch, sick):
    torch.manual_seed(6)
    model = Transformer()
    optimizer = torch.optim.Adam(model.parameters(), lr=1.0 if sick else 1e-3)
    watch.torch(model, optimizer)
    for _ in range(150):
        start = torch.randint(0, 16, (16, 1))
        letters = (start + 3 * torch.arange(9)) % 16
        logits = model(letters[:, :-1])
        loss = torch.nn.functional.cross_entropy(logits.reshape(-1, 16), letters[:, 1:].reshape(-1))
        watch.step(loss=loss)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
