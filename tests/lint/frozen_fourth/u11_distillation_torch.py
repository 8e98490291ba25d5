"""Knowledge distillation of a classifier, with a mean teacher."""
import torch
import torch.nn as nn
import torch.nn.functional as F


class Distiller(nn.Module):
    def __init__(self, student, teacher, T=4.0, alpha=0.9):
        super().__init__()
        self.student, self.teacher, self.T, self.alpha = student, teacher.eval(), T, alpha
        self.kl = nn.KLDivLoss(reduction="batchmean")

    def forward(self, x, y):
        s = self.student(x)
        with torch.no_grad():
            t = self.teacher(x)
        soft_student = F.softmax(s / self.T, dim=1)
        soft_teacher = F.softmax(t / self.T, dim=1)
        soft = self.kl(torch.log(soft_student), soft_teacher) * self.T**2  # SSM201
        hard = F.cross_entropy(F.softmax(s, dim=1), y)  # SSM402
        return self.alpha * soft + (1 - self.alpha) * hard


def jensen_shannon(p_logits, q_logits):
    p, q = p_logits.softmax(-1), q_logits.softmax(-1)
    m = 0.5 * (p + q)
    return 0.5 * (p * (p / m).log()).sum(-1) + 0.5 * (q * (q / m).log()).sum(-1)  # SSM301 SSM301


def confidence_mask(logits, threshold=0.9):
    p = F.softmax(logits, dim=1)
    entropy = -torch.sum(p * torch.log(p), dim=1)  # SSM201
    return entropy < threshold


def hint_loss(a, b):
    return torch.sqrt(((a - b) ** 2).sum(dim=1)).mean()  # SSM303


def wrong_kl(s, t):
    return F.kl_div(F.softmax(s, dim=1), F.softmax(t, dim=1), reduction="batchmean")  # SSM403
# fixed
import torch
import torch.nn as nn
import torch.nn.functional as F


class Distiller(nn.Module):
    def __init__(self, student, teacher, T=4.0, alpha=0.9):
        super().__init__()
        self.student, self.teacher, self.T, self.alpha = student, teacher.eval(), T, alpha
        self.kl = nn.KLDivLoss(reduction="batchmean")

    def forward(self, x, y):
        s = self.student(x)
        with torch.no_grad():
            t = self.teacher(x)
        soft = self.kl(F.log_softmax(s / self.T, dim=1), F.softmax(t / self.T, dim=1)) * self.T**2
        hard = F.cross_entropy(s, y)
        return self.alpha * soft + (1 - self.alpha) * hard


def jensen_shannon(p_logits, q_logits):
    p, q = p_logits.softmax(-1), q_logits.softmax(-1)
    m = 0.5 * (p + q)
    log_m = torch.logaddexp(p_logits.log_softmax(-1), q_logits.log_softmax(-1)) - 0.6931471805599453
    return 0.5 * (p * (p_logits.log_softmax(-1) - log_m)).sum(-1) + 0.5 * (q * (q_logits.log_softmax(-1) - log_m)).sum(-1)


def confidence_mask(logits, threshold=0.9):
    log_p = F.log_softmax(logits, dim=1)
    entropy = -torch.sum(log_p.exp() * log_p, dim=1)
    return entropy < threshold


def hint_loss(a, b):
    return torch.sqrt(((a - b) ** 2).sum(dim=1) + 1e-8).mean()


def right_kl(s, t):
    return F.kl_div(F.log_softmax(s, dim=1), F.softmax(t, dim=1), reduction="batchmean")
