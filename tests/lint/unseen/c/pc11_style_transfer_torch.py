"""Style transfer: Gram matrices, adaptive instance normalisation, total variation, PyTorch."""
import torch
import torch.nn.functional as F
from torchvision.models import vgg19

LAYERS = {"0": "conv1_1", "5": "conv2_1", "10": "conv3_1", "19": "conv4_1", "28": "conv5_1"}


def features(image, net):
    out = {}
    for name, layer in net._modules.items():
        image = layer(image)
        if name in LAYERS:
            out[LAYERS[name]] = image
    return out


def gram_matrix(t):
    b, c, h, w = t.size()
    flat = t.view(b, c, h * w)
    return torch.bmm(flat, flat.transpose(1, 2)) / (c * h * w)


def mean_std(feat):
    b, c = feat.shape[:2]
    flat = feat.view(b, c, -1)
    std = flat.var(dim=2).sqrt().view(b, c, 1, 1)  # SSM303
    return flat.mean(dim=2).view(b, c, 1, 1), std


def adain(content, style):
    c_mean, c_std = mean_std(content)
    s_mean, s_std = mean_std(style)
    normalized = (content - c_mean) / c_std  # SSM302
    return normalized * s_std + s_mean


def total_variation(img):
    dh = img[:, :, 1:, :-1] - img[:, :, :-1, :-1]
    dw = img[:, :, :-1, 1:] - img[:, :, :-1, :-1]
    return (dh ** 2 + dw ** 2).sqrt().mean()  # SSM303


def run(content, style, steps=500, weights=(1.0, 1e6, 1e-4)):
    net = vgg19(weights="DEFAULT").features.eval().requires_grad_(False)
    style_features = features(style, net)
    grams = {k: gram_matrix(v) for k, v in style_features.items()}
    with torch.no_grad():
        aim = adain(features(content, net)["conv4_1"], style_features["conv4_1"])
    target = content.clone().requires_grad_(True)
    opt = torch.optim.Adam([target], lr=0.02)
    for step in range(steps):
        current = features(target, net)
        content_loss = F.mse_loss(current["conv4_1"], aim)
        style_loss = sum(F.mse_loss(gram_matrix(current[k]), grams[k]) for k in grams) / len(grams)
        for k in ("conv1_1", "conv2_1"):
            style_loss = style_loss + F.mse_loss(mean_std(current[k])[1], mean_std(style_features[k])[1])
        loss = weights[0] * content_loss + weights[1] * style_loss + weights[2] * total_variation(target)
        opt.zero_grad()
        loss.backward()
        opt.step()
    return target.detach().clamp(0, 1)
# fixed
import torch
import torch.nn.functional as F
from torchvision.models import vgg19

LAYERS = {"0": "conv1_1", "5": "conv2_1", "10": "conv3_1", "19": "conv4_1", "28": "conv5_1"}


def features(image, net):
    out = {}
    for name, layer in net._modules.items():
        image = layer(image)
        if name in LAYERS:
            out[LAYERS[name]] = image
    return out


def gram_matrix(t):
    b, c, h, w = t.size()
    flat = t.view(b, c, h * w)
    return torch.bmm(flat, flat.transpose(1, 2)) / (c * h * w)


def mean_std(feat, eps=1e-5):
    b, c = feat.shape[:2]
    flat = feat.view(b, c, -1)
    std = (flat.var(dim=2) + eps).sqrt().view(b, c, 1, 1)
    return flat.mean(dim=2).view(b, c, 1, 1), std


def adain(content, style):
    c_mean, c_std = mean_std(content)
    s_mean, s_std = mean_std(style)
    normalized = (content - c_mean) / c_std
    return normalized * s_std + s_mean


def total_variation(img):
    dh = img[:, :, 1:, :-1] - img[:, :, :-1, :-1]
    dw = img[:, :, :-1, 1:] - img[:, :, :-1, :-1]
    return (dh ** 2 + dw ** 2 + 1e-8).sqrt().mean()


def run(content, style, steps=500, weights=(1.0, 1e6, 1e-4)):
    net = vgg19(weights="DEFAULT").features.eval().requires_grad_(False)
    style_features = features(style, net)
    grams = {k: gram_matrix(v) for k, v in style_features.items()}
    with torch.no_grad():
        aim = adain(features(content, net)["conv4_1"], style_features["conv4_1"])
    target = content.clone().requires_grad_(True)
    opt = torch.optim.Adam([target], lr=0.02)
    for step in range(steps):
        current = features(target, net)
        content_loss = F.mse_loss(current["conv4_1"], aim)
        style_loss = sum(F.mse_loss(gram_matrix(current[k]), grams[k]) for k in grams) / len(grams)
        for k in ("conv1_1", "conv2_1"):
            style_loss = style_loss + F.mse_loss(mean_std(current[k])[1], mean_std(style_features[k])[1])
        loss = weights[0] * content_loss + weights[1] * style_loss + weights[2] * total_variation(target)
        opt.zero_grad()
        loss.backward()
        opt.step()
    return target.detach().clamp(0, 1)
