"""Point cloud losses and geometry in torch: Chamfer, normals, interpolation, repulsion, Sinkhorn EMD."""
import torch
import torch.nn.functional as F


def square_distance(src, dst):
    return ((src[:, :, None, :] - dst[:, None, :, :]) ** 2).sum(-1)


def chamfer(a, b, root=True):
    d = square_distance(a, b)
    if root:
        d = torch.sqrt(d)  # SSM303
    return d.min(dim=2)[0].mean(1) + d.min(dim=1)[0].mean(1)


def normalize_unit_sphere(pts):
    pts = pts - pts.mean(dim=1, keepdim=True)
    radius = pts.norm(dim=-1).amax(dim=1)
    return pts / radius[:, None, None]  # SSM302


def triangle_normals(verts, faces):
    v0, v1, v2 = (verts[faces[:, i]] for i in range(3))
    n = torch.cross(v1 - v0, v2 - v0, dim=1)
    return n / torch.norm(n, dim=1, keepdim=True)  # SSM302


def normal_angle_loss(pred, target):
    cos = (F.normalize(pred, dim=-1) * F.normalize(target, dim=-1)).sum(-1)
    return torch.acos(cos.abs()).mean()  # SSM???


def knn_features(points, k):
    idx = square_distance(points, points).topk(k, largest=False)[1]
    nbrs = torch.gather(points[:, None].expand(-1, points.size(1), -1, -1), 2,
                        idx[..., None].expand(-1, -1, -1, 3))
    rel = nbrs - points[:, :, None]
    cov = rel.transpose(-1, -2) @ rel / k
    lam = torch.linalg.eigvalsh(cov)
    curvature = lam[..., 0] / lam.sum(-1)  # SSM302
    return nbrs, curvature


def interpolate(unknown, known, feats):
    dist, idx = square_distance(unknown, known).topk(3, dim=-1, largest=False)
    recip = 1.0 / dist  # SSM302
    weight = recip / recip.sum(dim=2, keepdim=True)
    gathered = torch.stack([f[i] for f, i in zip(feats, idx)])
    return (gathered * weight[..., None]).sum(2)


class RepulsionLoss(torch.nn.Module):
    def __init__(self, k=5, h=0.03):
        super().__init__()
        self.k, self.h = k, h

    def forward(self, pts):
        d2 = square_distance(pts, pts).topk(self.k, largest=False)[0][..., 1:]
        w = torch.exp(-d2 / self.h ** 2)
        return -(d2.sqrt() * w).mean()  # SSM303


def sinkhorn_emd(a, b, eps=0.005, iters=50):
    cost = square_distance(a, b)
    n, m = cost.shape[1:]
    K = torch.exp(-cost / eps)
    u = torch.full_like(cost[:, :, 0], 1.0 / n)
    for _ in range(iters):
        v = (1.0 / m) / (K.transpose(1, 2) @ u[..., None]).squeeze(-1)  # SSM302
        u = (1.0 / n) / (K @ v[..., None]).squeeze(-1)  # SSM302
    plan = u[:, :, None] * K * v[:, None, :]
    return (plan * cost).sum(dim=(1, 2))


def voxel_density(points, size=0.1):
    keys = torch.floor(points / size).long()
    _, inverse, counts = torch.unique(keys, dim=0, return_inverse=True, return_counts=True)
    return 1.0 / counts[inverse].float()
# fixed
import torch
import torch.nn.functional as F


def square_distance(src, dst):
    return ((src[:, :, None, :] - dst[:, None, :, :]) ** 2).sum(-1)


def chamfer(a, b, root=True):
    d = square_distance(a, b)
    if root:
        d = torch.sqrt(d + 1e-12)
    return d.min(dim=2)[0].mean(1) + d.min(dim=1)[0].mean(1)


def normalize_unit_sphere(pts):
    pts = pts - pts.mean(dim=1, keepdim=True)
    radius = pts.norm(dim=-1).amax(dim=1)
    return pts / radius.clamp_min(1e-6)[:, None, None]


def triangle_normals(verts, faces):
    v0, v1, v2 = (verts[faces[:, i]] for i in range(3))
    n = torch.cross(v1 - v0, v2 - v0, dim=1)
    return F.normalize(n, dim=1, eps=1e-8)


def normal_angle_loss(pred, target):
    cos = (F.normalize(pred, dim=-1) * F.normalize(target, dim=-1)).sum(-1)
    return torch.acos(cos.abs().clamp(max=1.0 - 1e-6)).mean()


def knn_features(points, k):
    idx = square_distance(points, points).topk(k, largest=False)[1]
    nbrs = torch.gather(points[:, None].expand(-1, points.size(1), -1, -1), 2,
                        idx[..., None].expand(-1, -1, -1, 3))
    rel = nbrs - points[:, :, None]
    cov = rel.transpose(-1, -2) @ rel / k
    lam = torch.linalg.eigvalsh(cov)
    curvature = lam[..., 0] / (lam.sum(-1) + 1e-9)
    return nbrs, curvature


def interpolate(unknown, known, feats):
    dist, idx = square_distance(unknown, known).topk(3, dim=-1, largest=False)
    recip = 1.0 / (dist + 1e-8)
    weight = recip / recip.sum(dim=2, keepdim=True)
    gathered = torch.stack([f[i] for f, i in zip(feats, idx)])
    return (gathered * weight[..., None]).sum(2)


class RepulsionLoss(torch.nn.Module):
    def __init__(self, k=5, h=0.03):
        super().__init__()
        self.k, self.h = k, h

    def forward(self, pts):
        d2 = square_distance(pts, pts).topk(self.k, largest=False)[0][..., 1:]
        w = torch.exp(-d2 / self.h ** 2)
        return -(d2.clamp(min=1e-12).sqrt() * w).mean()


def sinkhorn_emd(a, b, eps=0.005, iters=50):
    cost = square_distance(a, b)
    n, m = cost.shape[1:]
    log_k = -cost / eps
    f = torch.zeros_like(cost[:, :, 0])
    log_n, log_m = torch.tensor(float(n)).log(), torch.tensor(float(m)).log()
    for _ in range(iters):
        g = -log_m - torch.logsumexp(log_k + f[:, :, None], dim=1)
        f = -log_n - torch.logsumexp(log_k + g[:, None, :], dim=2)
    plan = torch.exp(f[:, :, None] + log_k + g[:, None, :])
    return (plan * cost).sum(dim=(1, 2))


def voxel_density(points, size=0.1):
    keys = torch.floor(points / size).long()
    _, inverse, counts = torch.unique(keys, dim=0, return_inverse=True, return_counts=True)
    return 1.0 / counts[inverse].float()
