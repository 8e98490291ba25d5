"""VAE: reconstruction by hand, KL with a variance that a ReLU gives."""
import torch
import torch.nn as nn
import torch.nn.functional as F


class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc = nn.Linear(784, 400)
        self.mean = nn.Linear(400, 20)
        self.var = nn.Linear(400, 20)
        self.dec = nn.Linear(20, 784)

    def forward(self, x):
        h = F.relu(self.enc(x))
        mean, var = self.mean(h), F.relu(self.var(h))
        z = mean + torch.sqrt(var) * torch.randn_like(mean)  # SSM303
        recon = torch.sigmoid(self.dec(z))
        bce = -(x * torch.log(recon) + (1 - x) * torch.log(1 - recon)).sum(-1)  # SSM202 SSM202
        kl = 0.5 * (mean.pow(2) + var - torch.log(var) - 1).sum(-1)  # SSM301
        return (bce + kl).mean()
# fixed
import torch
import torch.nn as nn
import torch.nn.functional as F


class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc = nn.Linear(784, 400)
        self.mean = nn.Linear(400, 20)
        self.var = nn.Linear(400, 20)
        self.dec = nn.Linear(20, 784)

    def forward(self, x):
        h = F.relu(self.enc(x))
        mean, var = self.mean(h), F.softplus(self.var(h)) + 1e-6
        z = mean + torch.sqrt(var) * torch.randn_like(mean)
        bce = F.binary_cross_entropy_with_logits(self.dec(z), x, reduction="none").sum(-1)
        kl = 0.5 * (mean.pow(2) + var - torch.log(var) - 1).sum(-1)
        return (bce + kl).mean()
