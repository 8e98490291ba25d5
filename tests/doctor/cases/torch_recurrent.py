"""A recurrent network whose matrices were all drawn with a standard deviation of 5."""

import torch

CAUSE = "initialisation-too-large"
ROUND = 3


class Recurrent(torch.nn.Module):
    """Relu over ten time steps."""

    def __init__(self, sick):
        super().__init__()
        self.cells, self.head = torch.nn.RNN(8, 32, nonlinearity="relu", batch_first=True), torch.nn.Linear(32, 4)
        if sick:
            for parameter in self.parameters():
                torch.nn.init.normal_(parameter, std=5.0)

    def forward(self, x):
        return self.head(self.cells(x)[0][:, -1])


def train(watch, sick):
    torch.manual_seed(76)
    model = Recurrent(sick)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    watch.torch(model, optimizer)
    for _ in range(300):
        x = torch.randn(32, 10, 8)
        y = x[:, -1, :4].argmax(dim=1)
        loss = torch.nn.functional.cross_entropy(model(x), y)
        watch.step(loss=loss, targets=y)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
