"""A transformer whose forward ends with a softmax "so that the outputs are probabilities", and cross_entropy."""

import torch

CAUSE = "softmax-twice"
ROUND = 3


class Reader(torch.nn.Module):
    """Which letter was the first?"""

    def __init__(self, sick):
        super().__init__()
        self.embed, self.head, self.sick = torch.nn.Embedding(8, 32), torch.nn.Linear(32, 8), sick
        self.place = torch.nn.Parameter(torch.randn(6, 32) * 0.5)
        self.encoder = torch.nn.TransformerEncoderLayer(32, 2, 64, 0.0, batch_first=True)

    def forward(self, letters):
        logits = self.head(self.encoder(self.embed(letters) + self.place)[:, 0])
        return torch.softmax(logits, dim=-1) if self.sick else logits


def train(watch, sick):
    torch.manual_seed(79)
    model = Reader(sick)
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
    watch.torch(model, optimizer)
    for _ in range(200):
        letters = torch.randint(0, 8, (32, 6))
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(letters), letters[:, 0])
        loss.backward()
        optimizer.step()
        watch.step(loss=loss)
