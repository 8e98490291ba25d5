"""Deep embedded clustering: soft assignments and their target."""
import torch


def soft_assign(z, centers, alpha=1.0):
    d = torch.cdist(z, centers)
    q = 1.0 / (1.0 + d**2 / alpha)
    q = q ** ((alpha + 1.0) / 2.0)
    return q / q.sum(dim=1, keepdim=True)


def target(q):
    w = q**2 / q.sum(0)
    return w / w.sum(1, keepdim=True)


def kl(logits_p, logits_q):
    p, q = torch.softmax(logits_p, dim=1), torch.softmax(logits_q, dim=1)
    return (p * torch.log(p / q)).sum(1).mean()  # SSM302


def spread(z):
    var = (z**2).mean(0) - z.mean(0) ** 2  # SSM504
    return torch.sqrt(var).mean()
# fixed
import torch


def soft_assign(z, centers, alpha=1.0):
    d = torch.cdist(z, centers)
    q = 1.0 / (1.0 + d**2 / alpha)
    q = q ** ((alpha + 1.0) / 2.0)
    return q / q.sum(dim=1, keepdim=True)


def target(q):
    w = q**2 / q.sum(0)
    return w / w.sum(1, keepdim=True)


def kl(logits_p, logits_q):
    log_p, log_q = torch.log_softmax(logits_p, dim=1), torch.log_softmax(logits_q, dim=1)
    return (log_p.exp() * (log_p - log_q)).sum(1).mean()


def spread(z):
    var = z.var(0, unbiased=False)
    return torch.sqrt(var + 1e-8).mean()
