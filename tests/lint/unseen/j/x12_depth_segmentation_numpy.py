"""Statistics of a depth data set and the metrics of a segmentation network."""
import glob
import os

import numpy as np


def depth_statistics(folder):
    n, total, total_sq = 0, np.float32(0), np.float32(0)
    for path in sorted(glob.glob(os.path.join(folder, "*.npy"))):
        depth = np.load(path).astype(np.float32)
        n += depth.size
        total += depth.sum()
        total_sq += (depth ** 2).sum()
    mean = total / max(n, 1)
    var = total_sq / max(n, 1) - mean ** 2  # SSM504
    return mean, np.sqrt(max(var, 0.0))


class Evaluator:
    def __init__(self, num_class):
        self.num_class = num_class
        self.confusion = np.zeros((num_class, num_class))

    def add_batch(self, gt, pred):
        ok = (gt >= 0) & (gt < self.num_class)
        code = self.num_class * gt[ok].astype(int) + pred[ok]
        count = np.bincount(code, minlength=self.num_class ** 2)
        self.confusion += count.reshape(self.num_class, self.num_class)

    def pixel_accuracy(self):
        return np.diag(self.confusion).sum() / max(self.confusion.sum(), 1)

    def iou(self):
        inter = np.diag(self.confusion)
        union = self.confusion.sum(axis=1) + self.confusion.sum(axis=0) - inter
        ious = inter / union  # SSM302
        ious[ious == np.nan] = 0.0  # SSM506
        return ious

    def frequency(self):
        return self.confusion.sum(axis=1) / max(self.confusion.sum(), 1)


def enet_weights(labels, num_class, c=1.02):
    hist = np.bincount(labels.ravel(), minlength=num_class)
    return 1.0 / np.log(c + hist / labels.size)


def report(folder, pairs, names):
    mean, std = depth_statistics(folder)
    print("depth: mean %.1f mm, std %.1f mm" % (mean, std))
    ev = Evaluator(len(names))
    for gt, pred in pairs:
        ev.add_batch(gt, pred)
    ious = ev.iou()
    for name, value, share in zip(names, ious, ev.frequency()):
        print("%-12s IoU %.3f share %.3f" % (name, value, share))
    print("mean IoU", ious.mean(), "accuracy", ev.pixel_accuracy())
# fixed
import glob
import os

import numpy as np


def depth_statistics(folder):
    n, mean, m2 = 0, 0.0, 0.0
    for path in sorted(glob.glob(os.path.join(folder, "*.npy"))):
        depth = np.load(path).astype(np.float64)
        k, m = depth.size, depth.mean()
        delta = m - mean
        m2 += ((depth - m) ** 2).sum() + delta ** 2 * n * k / (n + k)
        mean += delta * k / (n + k)
        n += k
    return mean, np.sqrt(m2 / max(n, 1))


class Evaluator:
    def __init__(self, num_class):
        self.num_class = num_class
        self.confusion = np.zeros((num_class, num_class))

    def add_batch(self, gt, pred):
        ok = (gt >= 0) & (gt < self.num_class)
        code = self.num_class * gt[ok].astype(int) + pred[ok]
        count = np.bincount(code, minlength=self.num_class ** 2)
        self.confusion += count.reshape(self.num_class, self.num_class)

    def pixel_accuracy(self):
        return np.diag(self.confusion).sum() / max(self.confusion.sum(), 1)

    def iou(self):
        inter = np.diag(self.confusion)
        union = self.confusion.sum(axis=1) + self.confusion.sum(axis=0) - inter
        ious = inter / np.maximum(union, 1)
        ious[np.isnan(ious)] = 0.0
        return ious

    def frequency(self):
        return self.confusion.sum(axis=1) / max(self.confusion.sum(), 1)


def enet_weights(labels, num_class, c=1.02):
    hist = np.bincount(labels.ravel(), minlength=num_class)
    return 1.0 / np.log(c + hist / labels.size)


def report(folder, pairs, names):
    mean, std = depth_statistics(folder)
    print("depth: mean %.1f mm, std %.1f mm" % (mean, std))
    ev = Evaluator(len(names))
    for gt, pred in pairs:
        ev.add_batch(gt, pred)
    ious = ev.iou()
    for name, value, share in zip(names, ious, ev.frequency()):
        print("%-12s IoU %.3f share %.3f" % (name, value, share))
    print("mean IoU", ious.mean(), "accuracy", ev.pixel_accuracy())
