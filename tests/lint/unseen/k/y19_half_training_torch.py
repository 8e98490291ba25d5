"""Training in float16 with hand-written layers: batch norm, a cosine classifier, loss totals."""
import torch
import torch.nn as nn
import torch.nn.functional as F


class BatchNorm(nn.Module):
    def __init__(self, features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.gamma, self.beta = nn.Parameter(torch.ones(features)), nn.Parameter(torch.zeros(features))
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("var", torch.ones(features))
        self.eps, self.momentum = eps, momentum

    def forward(self, x):
        if self.training:
            mean = x.mean(dim=0)
            var = (x * x).mean(dim=0) - mean * mean  # SSM504
            with torch.no_grad():
                self.mean.lerp_(mean, self.momentum)
                self.var.lerp_(var, self.momentum)
        else:
            mean, var = self.mean, self.var
        return (x - mean) / torch.sqrt(var + self.eps) * self.gamma + self.beta


class CosineHead(nn.Module):
    def __init__(self, dim, classes, scale=16.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(classes, dim) * 0.01)
        self.scale = scale

    def forward(self, x):
        w = F.normalize(self.weight.float(), dim=1).half()
        x = x.half()
        x = x / x.abs().amax(dim=1, keepdim=True).clamp(min=1e-8)  # SSM501
        return self.scale * (x @ w.t()).float()


class Net(nn.Module):
    def __init__(self, dim_in, hidden, classes):
        super().__init__()
        self.fc, self.bn = nn.Linear(dim_in, hidden), BatchNorm(hidden)
        self.head = CosineHead(hidden, classes)

    def forward(self, x):
        return self.head(torch.relu(self.bn(self.fc(x))))


@torch.no_grad()
def evaluate(model, x, y):
    model.eval()
    losses = F.cross_entropy(model(x), y, reduction="none").half()
    return losses.sum().item() / max(len(y), 1)  # SSM507


def train(model, batches, epochs=3, lr=1e-2, clip=1.0):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for _ in range(epochs):
        model.train()
        for x, y in batches:
            loss = F.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), clip)
            optimizer.step()
            if not torch.isfinite(loss):
                raise RuntimeError("loss diverged")
    return model
# fixed
import torch
import torch.nn as nn
import torch.nn.functional as F


class BatchNorm(nn.Module):
    def __init__(self, features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.gamma, self.beta = nn.Parameter(torch.ones(features)), nn.Parameter(torch.zeros(features))
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("var", torch.ones(features))
        self.eps, self.momentum = eps, momentum

    def forward(self, x):
        if self.training:
            mean = x.mean(dim=0)
            var = x.var(dim=0, unbiased=False)
            with torch.no_grad():
                self.mean.lerp_(mean, self.momentum)
                self.var.lerp_(var, self.momentum)
        else:
            mean, var = self.mean, self.var
        return (x - mean) / torch.sqrt(var + self.eps) * self.gamma + self.beta


class CosineHead(nn.Module):
    def __init__(self, dim, classes, scale=16.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(classes, dim) * 0.01)
        self.scale = scale

    def forward(self, x):
        w = F.normalize(self.weight.float(), dim=1).half()
        x = x.half()
        x = x / x.abs().amax(dim=1, keepdim=True).clamp(min=1e-3)
        return self.scale * (x @ w.t()).float()


class Net(nn.Module):
    def __init__(self, dim_in, hidden, classes):
        super().__init__()
        self.fc, self.bn = nn.Linear(dim_in, hidden), BatchNorm(hidden)
        self.head = CosineHead(hidden, classes)

    def forward(self, x):
        return self.head(torch.relu(self.bn(self.fc(x))))


@torch.no_grad()
def evaluate(model, x, y):
    model.eval()
    losses = F.cross_entropy(model(x), y, reduction="none").half()
    return losses.sum(dtype=torch.float32).item() / max(len(y), 1)


def train(model, batches, epochs=3, lr=1e-2, clip=1.0):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for _ in range(epochs):
        model.train()
        for x, y in batches:
            loss = F.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), clip)
            optimizer.step()
            if not torch.isfinite(loss):
                raise RuntimeError("loss diverged")
    return model
