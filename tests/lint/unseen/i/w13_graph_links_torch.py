"""A graph convolution with edge attention, trained to predict links, in PyTorch."""
import torch
from torch import nn
import torch.nn.functional as F


def gcn_weights(edge_index, num_nodes):
    src, dst = edge_index
    deg = torch.zeros(num_nodes).index_add_(0, dst, torch.ones(dst.numel()))
    inv_sqrt = deg.pow(-0.5)  # SSM304
    return inv_sqrt[src] * inv_sqrt[dst]


class GCNConv(nn.Module):
    def __init__(self, d_in, d_out):
        super().__init__()
        self.lin = nn.Linear(d_in, d_out)

    def forward(self, x, edge_index):
        h = self.lin(x)
        w = gcn_weights(edge_index, len(x)).unsqueeze(1)
        return torch.zeros_like(h).index_add(0, edge_index[1], w * h[edge_index[0]])


class GATConv(nn.Module):
    def __init__(self, d_in, d_out, slope=0.2):
        super().__init__()
        self.lin = nn.Linear(d_in, d_out, bias=False)
        self.a_src = nn.Parameter(torch.randn(d_out) / d_out ** 0.5)
        self.a_dst = nn.Parameter(torch.randn(d_out) / d_out ** 0.5)
        self.slope = slope

    def forward(self, x, edge_index):
        src, dst = edge_index
        h = self.lin(x)
        e = F.leaky_relu((h @ self.a_src)[src] + (h @ self.a_dst)[dst], self.slope)
        num = torch.exp(e)
        den = torch.zeros(len(x)).index_add(0, dst, num)
        alpha = num / den[dst]  # SSM101
        return torch.zeros_like(h).index_add(0, dst, alpha.unsqueeze(1) * h[src])


class LinkPredictor(nn.Module):
    def __init__(self, d_in, hidden=64):
        super().__init__()
        self.conv1, self.conv2 = GCNConv(d_in, hidden), GATConv(hidden, hidden)

    def forward(self, x, edge_index):
        return self.conv2(F.relu(self.conv1(x, edge_index)), edge_index)

    def score(self, z, pairs):
        return (z[pairs[0]] * z[pairs[1]]).sum(dim=-1)


def link_loss(pos, neg):
    return -torch.log(torch.sigmoid(pos)).mean() - torch.log(1 - torch.sigmoid(neg)).mean()  # SSM202


def hits_at_k(pos, neg, k=20):
    kth = neg.topk(min(k, len(neg))).values[-1]
    return (pos > kth).float().mean().item()


def graph_means(z, batch, num_graphs):
    size = torch.bincount(batch, minlength=num_graphs).clamp(min=1)
    return torch.zeros(num_graphs, z.size(1)).index_add(0, batch, z) / size.unsqueeze(1)


def fit(x, edge_index, epochs=200):
    model = LinkPredictor(x.size(1))
    opt = torch.optim.Adam(model.parameters(), lr=0.01, weight_decay=5e-4)
    for _ in range(epochs):
        z = model(x, edge_index)
        neg_pairs = torch.randint(0, len(x), edge_index.shape)
        loss = link_loss(model.score(z, edge_index), model.score(z, neg_pairs))
        opt.zero_grad()
        loss.backward()
        opt.step()
    return model
# fixed
import torch
from torch import nn
import torch.nn.functional as F


def gcn_weights(edge_index, num_nodes):
    src, dst = edge_index
    deg = torch.zeros(num_nodes).index_add_(0, dst, torch.ones(dst.numel()))
    inv_sqrt = deg.clamp(min=1).pow(-0.5)
    return inv_sqrt[src] * inv_sqrt[dst]


class GCNConv(nn.Module):
    def __init__(self, d_in, d_out):
        super().__init__()
        self.lin = nn.Linear(d_in, d_out)

    def forward(self, x, edge_index):
        h = self.lin(x)
        w = gcn_weights(edge_index, len(x)).unsqueeze(1)
        return torch.zeros_like(h).index_add(0, edge_index[1], w * h[edge_index[0]])


class GATConv(nn.Module):
    def __init__(self, d_in, d_out, slope=0.2):
        super().__init__()
        self.lin = nn.Linear(d_in, d_out, bias=False)
        self.a_src = nn.Parameter(torch.randn(d_out) / d_out ** 0.5)
        self.a_dst = nn.Parameter(torch.randn(d_out) / d_out ** 0.5)
        self.slope = slope

    def forward(self, x, edge_index):
        src, dst = edge_index
        h = self.lin(x)
        e = F.leaky_relu((h @ self.a_src)[src] + (h @ self.a_dst)[dst], self.slope)
        top = torch.full((len(x),), -torch.inf).scatter_reduce(0, dst, e.detach(), "amax")
        num = torch.exp(e - top[dst])
        den = torch.zeros(len(x)).index_add(0, dst, num)
        alpha = num / den[dst]
        return torch.zeros_like(h).index_add(0, dst, alpha.unsqueeze(1) * h[src])


class LinkPredictor(nn.Module):
    def __init__(self, d_in, hidden=64):
        super().__init__()
        self.conv1, self.conv2 = GCNConv(d_in, hidden), GATConv(hidden, hidden)

    def forward(self, x, edge_index):
        return self.conv2(F.relu(self.conv1(x, edge_index)), edge_index)

    def score(self, z, pairs):
        return (z[pairs[0]] * z[pairs[1]]).sum(dim=-1)


def link_loss(pos, neg):
    return -F.logsigmoid(pos).mean() - F.logsigmoid(-neg).mean()


def hits_at_k(pos, neg, k=20):
    kth = neg.topk(min(k, len(neg))).values[-1]
    return (pos > kth).float().mean().item()


def graph_means(z, batch, num_graphs):
    size = torch.bincount(batch, minlength=num_graphs).clamp(min=1)
    return torch.zeros(num_graphs, z.size(1)).index_add(0, batch, z) / size.unsqueeze(1)


def fit(x, edge_index, epochs=200):
    model = LinkPredictor(x.size(1))
    opt = torch.optim.Adam(model.parameters(), lr=0.01, weight_decay=5e-4)
    for _ in range(epochs):
        z = model(x, edge_index)
        neg_pairs = torch.randint(0, len(x), edge_index.shape)
        loss = link_loss(model.score(z, edge_index), model.score(z, neg_pairs))
        opt.zero_grad()
        loss.backward()
        opt.step()
    return model
