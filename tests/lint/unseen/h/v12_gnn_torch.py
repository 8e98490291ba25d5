"""A graph network on a citation graph in plain PyTorch: GCN layer, GAT-like attention and training on few labels."""
import torch
from torch import nn
from torch.nn import functional as F


def gcn_norm(adj):
    deg = adj.sum(dim=1)
    d = deg.pow(-0.5)  # SSM304
    return d[:, None] * adj * d[None, :]


def row_normalise(features):
    total = features.sum(dim=1, keepdim=True)
    return features / total.clamp(min=1.0)


class EdgeAttention(nn.Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        self.lin = nn.Linear(n_in, n_out, bias=False)
        self.src, self.dst = nn.Linear(n_out, 1), nn.Linear(n_out, 1)

    def forward(self, x, edge_index):
        i, j = edge_index
        h = self.lin(x)
        e = F.leaky_relu(self.src(h)[j] + self.dst(h)[i]).squeeze(-1).exp()
        total = torch.zeros(len(x)).index_add(0, i, e)
        alpha = e / total[i]  # SSM101
        return torch.zeros_like(h).index_add(0, i, alpha[:, None] * h[j])


class Net(nn.Module):
    def __init__(self, n_in, n_hidden, n_classes, dropout=0.5):
        super().__init__()
        self.first = nn.Linear(n_in, n_hidden)
        self.att = EdgeAttention(n_hidden, n_hidden)
        self.last = nn.Linear(n_hidden, n_classes)
        self.dropout = dropout

    def forward(self, x, a_hat, edge_index):
        h = F.relu(a_hat @ self.first(x))
        h = F.dropout(h, self.dropout, self.training)
        h = F.elu(self.att(h, edge_index))
        return F.softmax(a_hat @ self.last(h), dim=1)


def train(model, x, adj, y, train_idx, val_idx, epochs=200):
    a_hat = gcn_norm(adj)
    edge_index = adj.nonzero().t()
    x = row_normalise(x)
    opt = torch.optim.Adam(model.parameters(), lr=0.01, weight_decay=5e-4)
    for epoch in range(epochs):
        model.train()
        opt.zero_grad()
        out = model(x, a_hat, edge_index)
        loss = F.nll_loss(out[train_idx], y[train_idx])  # SSM403
        loss.backward()
        opt.step()
        model.eval()
        with torch.no_grad():
            pred = model(x, a_hat, edge_index).argmax(dim=1)
            acc = (pred[val_idx] == y[val_idx]).sum().item() / len(val_idx)
        print(f"{epoch:3d} {loss.item():.4f} {acc:.3f}")
# fixed
import torch
from torch import nn
from torch.nn import functional as F


def gcn_norm(adj):
    deg = adj.sum(dim=1)
    d = deg.clamp(min=1.0).pow(-0.5)
    return d[:, None] * adj * d[None, :]


def row_normalise(features):
    total = features.sum(dim=1, keepdim=True)
    return features / total.clamp(min=1.0)


class EdgeAttention(nn.Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        self.lin = nn.Linear(n_in, n_out, bias=False)
        self.src, self.dst = nn.Linear(n_out, 1), nn.Linear(n_out, 1)

    def forward(self, x, edge_index):
        i, j = edge_index
        h = self.lin(x)
        s = F.leaky_relu(self.src(h)[j] + self.dst(h)[i]).squeeze(-1)
        top = torch.full((len(x),), float("-inf")).scatter_reduce(0, i, s.detach(), "amax")
        e = (s - top[i]).exp()
        total = torch.zeros(len(x)).index_add(0, i, e)
        alpha = e / total[i]
        return torch.zeros_like(h).index_add(0, i, alpha[:, None] * h[j])


class Net(nn.Module):
    def __init__(self, n_in, n_hidden, n_classes, dropout=0.5):
        super().__init__()
        self.first = nn.Linear(n_in, n_hidden)
        self.att = EdgeAttention(n_hidden, n_hidden)
        self.last = nn.Linear(n_hidden, n_classes)
        self.dropout = dropout

    def forward(self, x, a_hat, edge_index):
        h = F.relu(a_hat @ self.first(x))
        h = F.dropout(h, self.dropout, self.training)
        h = F.elu(self.att(h, edge_index))
        return F.log_softmax(a_hat @ self.last(h), dim=1)


def train(model, x, adj, y, train_idx, val_idx, epochs=200):
    a_hat = gcn_norm(adj)
    edge_index = adj.nonzero().t()
    x = row_normalise(x)
    opt = torch.optim.Adam(model.parameters(), lr=0.01, weight_decay=5e-4)
    for epoch in range(epochs):
        model.train()
        opt.zero_grad()
        out = model(x, a_hat, edge_index)
        loss = F.nll_loss(out[train_idx], y[train_idx])
        loss.backward()
        opt.step()
        model.eval()
        with torch.no_grad():
            pred = model(x, a_hat, edge_index).argmax(dim=1)
            acc = (pred[val_idx] == y[val_idx]).sum().item() / len(val_idx)
        print(f"{epoch:3d} {loss.item():.4f} {acc:.3f}")
