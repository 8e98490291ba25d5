"""Attention as transformers writes it, in half precision, with a padding mask of -inf."""
import torch
from torch import nn


def eager_attention_forward(module, query, key, value, padding_mask, scaling, dropout=0.0, **kwargs):
    attn_weights = torch.matmul(query, key.transpose(2, 3)) * scaling
    attn_weights = attn_weights.masked_fill(padding_mask[:, None, None, :] == 0, float("-inf"))
    attn_weights = nn.functional.softmax(attn_weights, dim=-1)  # SSM503
    attn_weights = nn.functional.dropout(attn_weights, p=dropout, training=module.training)
    return torch.matmul(attn_weights, value).transpose(1, 2).contiguous(), attn_weights
# fixed
import torch
from torch import nn


def eager_attention_forward(module, query, key, value, padding_mask, scaling, dropout=0.0, **kwargs):
    attn_weights = torch.matmul(query, key.transpose(2, 3)) * scaling
    attn_weights = attn_weights.masked_fill(padding_mask[:, None, None, :] == 0, torch.finfo(attn_weights.dtype).min)
    attn_weights = nn.functional.softmax(attn_weights, dim=-1, dtype=torch.float32).to(query.dtype)
    attn_weights = nn.functional.dropout(attn_weights, p=dropout, training=module.training)
    return torch.matmul(attn_weights, value).transpose(1, 2).contiguous(), attn_weights
