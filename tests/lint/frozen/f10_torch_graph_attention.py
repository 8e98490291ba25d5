"""Softmax over edges, by hand, through a method."""
import torch


class SparseAttention(torch.nn.Module):
    def edge_weights(self, scores):
        return torch.exp(scores)

    def forward(self, scores, values):
        e = self.edge_weights(scores)
        z = e.sum(dim=-1, keepdim=True)
        return (e / z) @ values  # SSM101


# fixed
import torch


class SparseAttention(torch.nn.Module):
    def edge_weights(self, scores):
        return torch.exp(scores - scores.amax(dim=-1, keepdim=True))

    def forward(self, scores, values):
        e = self.edge_weights(scores)
        z = e.sum(dim=-1, keepdim=True)
        return (e / z) @ values
