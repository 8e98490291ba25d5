"""An LSTM reads digits row by row; a Softmax layer before a cross entropy with label smoothing."""

import torch
from doctor.torch_training import digits

CAUSE = "softmax-twice"
ROUND = 5


class RowReader(torch.nn.Module):
    """Eight rows of eight pixels, one after the other."""

    def __init__(self, sick):
        super().__init__()
        self.cells = torch.nn.LSTM(8, 32, batch_first=True)
        self.head = torch.nn.Linear(32, 10)
        self.last = torch.nn.Softmax(dim=1) if sick else torch.nn.Identity()

    def forward(self, rows):
        _, (state, _) = self.cells(rows)
        return self.last(self.head(state[-1]))


def train(watch, sick):
    torch.manual_seed(100)
    x, y = digits()
    rows = x.reshape(-1, 8, 8)
    model, smoothed = RowReader(sick), torch.nn.CrossEntropyLoss(label_smoothing=0.1)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    watch.torch(model, optimizer)
    for at in torch.randint(0, len(x), (300, 48), generator=torch.Generator().manual_seed(11)):
        outputs = model(rows[at])
        loss = smoothed(outputs, y[at])
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        watch.step(loss=loss, logits=outputs, targets=y[at])
