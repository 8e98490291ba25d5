"""Metrics and guards of a training script, plain Python with math."""
import json
import math
from collections import defaultdict


class ClassificationReport:
    def __init__(self, names):
        self.names = names
        self.confusion = defaultdict(int)

    def update(self, truth, predicted):
        for t, p in zip(truth, predicted):
            self.confusion[t, p] += 1

    def rows(self):
        k = range(len(self.names))
        for c in k:
            tp = self.confusion[c, c]
            fp = sum(self.confusion[t, c] for t in k if t != c)
            fn = sum(self.confusion[c, p] for p in k if p != c)
            precision = tp / (tp + fp)  # SSM302
            recall = tp / (tp + fn) if tp + fn else 0.0
            f1 = 2 * precision * recall / (precision + recall) if precision + recall > 0 else 0.0
            yield self.names[c], precision, recall, f1


def prediction_entropy(predicted, n_classes):
    """How evenly the classes are predicted, in bits; 0 if the model has collapsed."""
    counts = [0] * n_classes
    for p in predicted:
        counts[p] += 1
    total = 0.0
    for c in counts:
        share = c / max(len(predicted), 1)
        total -= share * math.log(share, 2)  # SSM301
    return total


def perplexity(nll_sum, tokens):
    return math.exp(min(nll_sum / max(tokens, 1), 100.0))


def cosine_rate(step, total, base=1e-3, warmup=200):
    if step < warmup:
        return base * (step + 1) / warmup
    progress = (step - warmup) / max(1, total - warmup)
    return base * 0.5 * (1.0 + math.cos(math.pi * min(progress, 1.0)))


class EarlyStopping:
    def __init__(self, patience=5):
        self.best, self.bad, self.patience = math.inf, 0, patience

    def should_stop(self, loss):
        if loss == float("nan"):  # SSM506
            return True
        if loss < self.best:
            self.best, self.bad = loss, 0
        else:
            self.bad += 1
        return self.bad >= self.patience


def run(model, loader, valid, names, epochs, path="log.jsonl"):
    stopper = EarlyStopping()
    with open(path, "w") as log:
        for epoch in range(epochs):
            model.train_epoch(loader, cosine_rate(epoch, epochs))
            truth, predicted, nll, tokens = model.evaluate(valid)
            report = ClassificationReport(names)
            report.update(truth, predicted)
            record = {"epoch": epoch, "ppl": perplexity(nll, tokens), "rows": list(report.rows()),
                      "entropy": prediction_entropy(predicted, len(names))}
            log.write(json.dumps(record) + "\n")
            if stopper.should_stop(nll / max(tokens, 1)):
                break
# fixed
import json
import math
from collections import defaultdict


class ClassificationReport:
    def __init__(self, names):
        self.names = names
        self.confusion = defaultdict(int)

    def update(self, truth, predicted):
        for t, p in zip(truth, predicted):
            self.confusion[t, p] += 1

    def rows(self):
        k = range(len(self.names))
        for c in k:
            tp = self.confusion[c, c]
            fp = sum(self.confusion[t, c] for t in k if t != c)
            fn = sum(self.confusion[c, p] for p in k if p != c)
            precision = tp / (tp + fp) if tp + fp else 0.0
            recall = tp / (tp + fn) if tp + fn else 0.0
            f1 = 2 * precision * recall / (precision + recall) if precision + recall > 0 else 0.0
            yield self.names[c], precision, recall, f1


def prediction_entropy(predicted, n_classes):
    """How evenly the classes are predicted, in bits; 0 if the model has collapsed."""
    counts = [0] * n_classes
    for p in predicted:
        counts[p] += 1
    total = 0.0
    for c in counts:
        share = c / max(len(predicted), 1)
        if share > 0:
            total -= share * math.log(share, 2)
    return total


def perplexity(nll_sum, tokens):
    return math.exp(min(nll_sum / max(tokens, 1), 100.0))


def cosine_rate(step, total, base=1e-3, warmup=200):
    if step < warmup:
        return base * (step + 1) / warmup
    progress = (step - warmup) / max(1, total - warmup)
    return base * 0.5 * (1.0 + math.cos(math.pi * min(progress, 1.0)))


class EarlyStopping:
    def __init__(self, patience=5):
        self.best, self.bad, self.patience = math.inf, 0, patience

    def should_stop(self, loss):
        if math.isnan(loss):
            return True
        if loss < self.best:
            self.best, self.bad = loss, 0
        else:
            self.bad += 1
        return self.bad >= self.patience


def run(model, loader, valid, names, epochs, path="log.jsonl"):
    stopper = EarlyStopping()
    with open(path, "w") as log:
        for epoch in range(epochs):
            model.train_epoch(loader, cosine_rate(epoch, epochs))
            truth, predicted, nll, tokens = model.evaluate(valid)
            report = ClassificationReport(names)
            report.update(truth, predicted)
            record = {"epoch": epoch, "ppl": perplexity(nll, tokens), "rows": list(report.rows()),
                      "entropy": prediction_entropy(predicted, len(names))}
            log.write(json.dumps(record) + "\n")
            if stopper.should_stop(nll / max(tokens, 1)):
                break
