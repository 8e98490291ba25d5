"""Graph layers from scratch in PyTorch: GCN, GraphSAGE with the mean, GAT."""
import torch
import torch.nn as nn
import torch.nn.functional as F


def scatter_sum(src, index, size):
    out = src.new_zeros((size,) + src.shape[1:])
    return out.index_add(0, index, src)


class GCNLayer(nn.Module):
    def __init__(self, d_in, d_out):
        super().__init__()
        self.lin = nn.Linear(d_in, d_out, bias=False)

    def forward(self, x, edge_index):
        src, dst = edge_index
        deg = scatter_sum(torch.ones_like(dst, dtype=x.dtype), dst, x.size(0))
        inv = deg.pow(-0.5)  # SSM304
        h = self.lin(x)
        out = scatter_sum(h[src] * inv[src].unsqueeze(1), dst, x.size(0))
        return out * inv.unsqueeze(1)


class SAGELayer(nn.Module):
    def __init__(self, d_in, d_out):
        super().__init__()
        self.self_lin = nn.Linear(d_in, d_out)
        self.neigh_lin = nn.Linear(d_in, d_out)

    def forward(self, x, edge_index):
        src, dst = edge_index
        total = scatter_sum(x[src], dst, x.size(0))
        count = torch.bincount(dst, minlength=x.size(0)).unsqueeze(1)
        mean = total / count  # SSM302
        return F.normalize(self.self_lin(x) + self.neigh_lin(mean), dim=1)


class GATLayer(nn.Module):
    def __init__(self, d_in, d_out, slope=0.2):
        super().__init__()
        self.lin = nn.Linear(d_in, d_out, bias=False)
        self.att_src = nn.Parameter(torch.randn(d_out) / d_out ** 0.5)
        self.att_dst = nn.Parameter(torch.randn(d_out) / d_out ** 0.5)
        self.slope = slope

    def forward(self, x, edge_index):
        src, dst = edge_index
        h = self.lin(x)
        e = F.leaky_relu((h @ self.att_src)[src] + (h @ self.att_dst)[dst], self.slope)
        e = torch.exp(e)
        alpha = e / scatter_sum(e, dst, x.size(0))[dst]  # SSM101
        return scatter_sum(alpha.unsqueeze(1) * h[src], dst, x.size(0))


class Net(nn.Module):
    def __init__(self, d_in, hidden, classes, kind=GCNLayer):
        super().__init__()
        self.first, self.second = kind(d_in, hidden), kind(hidden, classes)

    def forward(self, x, edge_index):
        h = F.dropout(F.relu(self.first(x, edge_index)), 0.5, self.training)
        return self.second(h, edge_index)


def train_epoch(model, optimizer, x, edge_index, y, train_idx):
    model.train()
    optimizer.zero_grad()
    out = model(x, edge_index)
    loss = F.cross_entropy(out[train_idx], y[train_idx])
    loss.backward()
    optimizer.step()
    return loss.item()
# fixed
import torch
import torch.nn as nn
import torch.nn.functional as F


def scatter_sum(src, index, size):
    out = src.new_zeros((size,) + src.shape[1:])
    return out.index_add(0, index, src)


class GCNLayer(nn.Module):
    def __init__(self, d_in, d_out):
        super().__init__()
        self.lin = nn.Linear(d_in, d_out, bias=False)

    def forward(self, x, edge_index):
        src, dst = edge_index
        deg = scatter_sum(torch.ones_like(dst, dtype=x.dtype), dst, x.size(0))
        inv = deg.clamp(min=1.0).pow(-0.5)
        h = self.lin(x)
        out = scatter_sum(h[src] * inv[src].unsqueeze(1), dst, x.size(0))
        return out * inv.unsqueeze(1)


class SAGELayer(nn.Module):
    def __init__(self, d_in, d_out):
        super().__init__()
        self.self_lin = nn.Linear(d_in, d_out)
        self.neigh_lin = nn.Linear(d_in, d_out)

    def forward(self, x, edge_index):
        src, dst = edge_index
        total = scatter_sum(x[src], dst, x.size(0))
        count = torch.bincount(dst, minlength=x.size(0)).unsqueeze(1)
        mean = total / count.clamp(min=1)
        return F.normalize(self.self_lin(x) + self.neigh_lin(mean), dim=1)


class GATLayer(nn.Module):
    def __init__(self, d_in, d_out, slope=0.2):
        super().__init__()
        self.lin = nn.Linear(d_in, d_out, bias=False)
        self.att_src = nn.Parameter(torch.randn(d_out) / d_out ** 0.5)
        self.att_dst = nn.Parameter(torch.randn(d_out) / d_out ** 0.5)
        self.slope = slope

    def forward(self, x, edge_index):
        src, dst = edge_index
        h = self.lin(x)
        e = F.leaky_relu((h @ self.att_src)[src] + (h @ self.att_dst)[dst], self.slope)
        peak = torch.full((x.size(0),), float("-inf")).scatter_reduce(0, dst, e.detach(), "amax")
        e = torch.exp(e - peak[dst])
        alpha = e / scatter_sum(e, dst, x.size(0))[dst]
        return scatter_sum(alpha.unsqueeze(1) * h[src], dst, x.size(0))


class Net(nn.Module):
    def __init__(self, d_in, hidden, classes, kind=GCNLayer):
        super().__init__()
        self.first, self.second = kind(d_in, hidden), kind(hidden, classes)

    def forward(self, x, edge_index):
        h = F.dropout(F.relu(self.first(x, edge_index)), 0.5, self.training)
        return self.second(h, edge_index)


def train_epoch(model, optimizer, x, edge_index, y, train_idx):
    model.train()
    optimizer.zero_grad()
    out = model(x, edge_index)
    loss = F.cross_entropy(out[train_idx], y[train_idx])
    loss.backward()
    optimizer.step()
    return loss.item()
