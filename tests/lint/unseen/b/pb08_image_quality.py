"""Image processing: normalisation, contrast, white balance, PSNR, SSIM, histogram matching."""
import numpy as np
from scipy import ndimage as ndi


def to_unit(img):
    """Stretch an image to [0, 1]."""
    img = img.astype(np.float64)
    return (img - img.min()) / (img.max() - img.min())  # SSM302


def gamma_correct(img, gamma=2.2):
    return 255.0 * (img / 255.0) ** (1.0 / gamma)


def michelson_contrast(img):
    lo, hi = float(img.min()), float(img.max())
    return (hi - lo) / (hi + lo)  # SSM302


def gray_world(img):
    means = img.reshape(-1, 3).mean(axis=0)
    gains = means.mean() / means  # SSM302
    return np.clip(img * gains, 0, 255)


def saturation(rgb):
    cmax, cmin = rgb.max(axis=-1), rgb.min(axis=-1)
    return (cmax - cmin) / cmax  # SSM302


def equalize(img):
    hist = np.bincount(img.ravel(), minlength=256)
    cdf = hist.cumsum()
    lowest = cdf[cdf > 0].min()
    lut = np.round((cdf - lowest) / (img.size - lowest) * 255)  # SSM302
    return np.clip(lut, 0, 255).astype(np.uint8)[img]


def match_histogram(source, reference):
    s_vals, s_idx, s_counts = np.unique(source, return_inverse=True, return_counts=True)
    r_vals, r_counts = np.unique(reference, return_counts=True)
    s_cdf = np.cumsum(s_counts) / source.size
    r_cdf = np.cumsum(r_counts) / reference.size
    return np.interp(s_cdf, r_cdf, r_vals)[s_idx].reshape(source.shape)


def psnr(a, b, peak=255.0):
    mse = np.mean((a.astype(float) - b.astype(float)) ** 2)
    return 10 * np.log10(peak ** 2 / mse)  # SSM302


def ssim(a, b, peak=255.0, size=7):
    c1, c2 = (0.01 * peak) ** 2, (0.03 * peak) ** 2
    ma, mb = ndi.uniform_filter(a, size), ndi.uniform_filter(b, size)
    va = ndi.uniform_filter((a - ma) ** 2, size)
    vb = ndi.uniform_filter((b - mb) ** 2, size)
    cov = ndi.uniform_filter((a - ma) * (b - mb), size)
    num = (2 * ma * mb + c1) * (2 * cov + c2)
    return (num / ((ma ** 2 + mb ** 2 + c1) * (va + vb + c2))).mean()


def local_std(img, size=9):
    mean = ndi.uniform_filter(img, size)
    return np.sqrt(ndi.uniform_filter(img ** 2, size) - mean ** 2)  # SSM504


def local_normalize(img, size=9):
    return (img - ndi.uniform_filter(img, size)) / local_std(img, size)  # SSM302


def ncc(template, patch):
    t, p = template - template.mean(), patch - patch.mean()
    return (t * p).sum() / np.sqrt((t ** 2).sum() * (p ** 2).sum())  # SSM302


def spectrum_view(img):
    mag = np.abs(np.fft.fftshift(np.fft.fft2(img)))
    return 20 * np.log10(mag)  # SSM301


def normalize_rgb(batch, mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225)):
    return (batch / 255.0 - np.array(mean)) / np.array(std)
# fixed
import numpy as np
from scipy import ndimage as ndi


def to_unit(img):
    """Stretch an image to [0, 1]."""
    img = img.astype(np.float64)
    span = img.max() - img.min()
    if span == 0:
        return np.zeros_like(img)
    return (img - img.min()) / span


def gamma_correct(img, gamma=2.2):
    return 255.0 * (img / 255.0) ** (1.0 / gamma)


def michelson_contrast(img):
    lo, hi = float(img.min()), float(img.max())
    return (hi - lo) / (hi + lo) if hi + lo > 0 else 0.0


def gray_world(img):
    means = img.reshape(-1, 3).mean(axis=0)
    gains = means.mean() / np.maximum(means, 1e-6)
    return np.clip(img * gains, 0, 255)


def saturation(rgb):
    cmax, cmin = rgb.max(axis=-1), rgb.min(axis=-1)
    return np.where(cmax > 0, (cmax - cmin) / np.where(cmax > 0, cmax, 1), 0.0)


def equalize(img):
    hist = np.bincount(img.ravel(), minlength=256)
    cdf = hist.cumsum()
    lowest = cdf[cdf > 0].min()
    lut = np.round((cdf - lowest) / max(img.size - lowest, 1) * 255)
    return np.clip(lut, 0, 255).astype(np.uint8)[img]


def match_histogram(source, reference):
    s_vals, s_idx, s_counts = np.unique(source, return_inverse=True, return_counts=True)
    r_vals, r_counts = np.unique(reference, return_counts=True)
    s_cdf = np.cumsum(s_counts) / source.size
    r_cdf = np.cumsum(r_counts) / reference.size
    return np.interp(s_cdf, r_cdf, r_vals)[s_idx].reshape(source.shape)


def psnr(a, b, peak=255.0):
    mse = np.mean((a.astype(float) - b.astype(float)) ** 2)
    if mse == 0:
        return float("inf")
    return 10 * np.log10(peak ** 2 / mse)


def ssim(a, b, peak=255.0, size=7):
    c1, c2 = (0.01 * peak) ** 2, (0.03 * peak) ** 2
    ma, mb = ndi.uniform_filter(a, size), ndi.uniform_filter(b, size)
    va = ndi.uniform_filter((a - ma) ** 2, size)
    vb = ndi.uniform_filter((b - mb) ** 2, size)
    cov = ndi.uniform_filter((a - ma) * (b - mb), size)
    num = (2 * ma * mb + c1) * (2 * cov + c2)
    return (num / ((ma ** 2 + mb ** 2 + c1) * (va + vb + c2))).mean()


def local_std(img, size=9):
    return ndi.generic_filter(img, np.std, size=size)


def local_normalize(img, size=9):
    return (img - ndi.uniform_filter(img, size)) / (local_std(img, size) + 1e-6)


def ncc(template, patch):
    t, p = template - template.mean(), patch - patch.mean()
    energy = np.sqrt((t ** 2).sum() * (p ** 2).sum())
    return (t * p).sum() / max(energy, np.finfo(float).eps)


def spectrum_view(img):
    mag = np.abs(np.fft.fftshift(np.fft.fft2(img)))
    return 20 * np.log10(np.maximum(mag, 1e-8))


def normalize_rgb(batch, mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225)):
    return (batch / 255.0 - np.array(mean)) / np.array(std)
