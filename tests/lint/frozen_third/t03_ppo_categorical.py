"""PPO with a policy head that gives probabilities."""
import torch
import torch.nn as nn


class Policy(nn.Module):
    def __init__(self, n_obs, n_actions):
        super().__init__()
        self.body = nn.Linear(n_obs, 64)
        self.head = nn.Linear(64, n_actions)

    def forward(self, x):
        return torch.softmax(self.head(torch.tanh(self.body(x))), dim=-1)


def ppo_loss(policy, obs, actions, old_log_probs, advantages, clip=0.2, beta=0.01):
    probs = policy(obs)
    log_probs = torch.log(probs)  # SSM201
    chosen = log_probs.gather(1, actions.unsqueeze(1)).squeeze(1)
    ratio = torch.exp(chosen - old_log_probs)
    advantages = (advantages - advantages.mean()) / advantages.std()  # SSM302
    surrogate = torch.min(ratio * advantages, torch.clamp(ratio, 1 - clip, 1 + clip) * advantages)
    entropy = -(probs * log_probs).sum(-1)
    return -(surrogate + beta * entropy).mean()
# fixed
import torch
import torch.nn as nn


class Policy(nn.Module):
    def __init__(self, n_obs, n_actions):
        super().__init__()
        self.body = nn.Linear(n_obs, 64)
        self.head = nn.Linear(64, n_actions)

    def forward(self, x):
        return self.head(torch.tanh(self.body(x)))


def ppo_loss(policy, obs, actions, old_log_probs, advantages, clip=0.2, beta=0.01):
    logits = policy(obs)
    log_probs = torch.log_softmax(logits, dim=-1)
    chosen = log_probs.gather(1, actions.unsqueeze(1)).squeeze(1)
    ratio = torch.exp(chosen - old_log_probs)
    advantages = (advantages - advantages.mean()) / (advantages.std() + 1e-8)
    surrogate = torch.min(ratio * advantages, torch.clamp(ratio, 1 - clip, 1 + clip) * advantages)
    entropy = -(log_probs.exp() * log_probs).sum(-1)
    return -(surrogate + beta * entropy).mean()
