"""Knowledge distillation from a teacher to a small student, PyTorch."""
import torch
from torch import nn
import torch.nn.functional as F

T = 4.0
ALPHA = 0.9


class Teacher(nn.Module):
    def __init__(self, n_classes=10):
        super().__init__()
        self.backbone = nn.Sequential(
            nn.Flatten(), nn.Linear(784, 1200), nn.ReLU(), nn.Dropout(0.5),
            nn.Linear(1200, 1200), nn.ReLU(), nn.Dropout(0.5))
        self.head = nn.Linear(1200, n_classes)

    def logits(self, x):
        return self.head(self.backbone(x))

    def forward(self, x):
        return F.softmax(self.logits(x), dim=1)


class Student(nn.Module):
    def __init__(self, n_classes=10):
        super().__init__()
        self.fc1 = nn.Linear(784, 32)
        self.fc2 = nn.Linear(32, n_classes)

    def forward(self, x):
        return self.fc2(F.relu(self.fc1(x.flatten(1))))


def train_teacher(loader, epochs=20):
    teacher = Teacher()
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(teacher.parameters(), lr=0.05, momentum=0.9)
    for _ in range(epochs):
        for x, y in loader:
            optimizer.zero_grad()
            loss = criterion(teacher(x), y)  # SSM402
            loss.backward()
            optimizer.step()
    return teacher.eval()


def distill(teacher, loader, epochs=20):
    student = Student()
    kd_loss = nn.KLDivLoss(reduction="batchmean")
    optimizer = torch.optim.Adam(student.parameters(), lr=1e-3)
    for _ in range(epochs):
        for x, y in loader:
            with torch.no_grad():
                soft_targets = F.softmax(teacher.logits(x) / T, dim=1)
            out = student(x)
            soft = kd_loss(F.softmax(out / T, dim=1), soft_targets)  # SSM403
            hard = F.cross_entropy(out, y)
            loss = ALPHA * T * T * soft + (1.0 - ALPHA) * hard
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return student


@torch.no_grad()
def calibration_error(model, loader, bins=15):
    confidences, hits = [], []
    for x, y in loader:
        conf, pred = F.softmax(model(x), dim=1).max(dim=1)
        confidences.append(conf)
        hits.append((pred == y).float())
    conf, hit = torch.cat(confidences), torch.cat(hits)
    ece = 0.0
    for low in torch.linspace(0, 1, bins + 1)[:-1]:
        inside = (conf > low) & (conf <= low + 1.0 / bins)
        if inside.any():
            gap = hit[inside].mean() - conf[inside].mean()
            ece += inside.float().mean() * gap.abs()
    return float(ece)
# fixed
import torch
from torch import nn
import torch.nn.functional as F

T = 4.0
ALPHA = 0.9


class Teacher(nn.Module):
    def __init__(self, n_classes=10):
        super().__init__()
        self.backbone = nn.Sequential(
            nn.Flatten(), nn.Linear(784, 1200), nn.ReLU(), nn.Dropout(0.5),
            nn.Linear(1200, 1200), nn.ReLU(), nn.Dropout(0.5))
        self.head = nn.Linear(1200, n_classes)

    def logits(self, x):
        return self.head(self.backbone(x))

    def forward(self, x):
        return F.softmax(self.logits(x), dim=1)


class Student(nn.Module):
    def __init__(self, n_classes=10):
        super().__init__()
        self.fc1 = nn.Linear(784, 32)
        self.fc2 = nn.Linear(32, n_classes)

    def forward(self, x):
        return self.fc2(F.relu(self.fc1(x.flatten(1))))


def train_teacher(loader, epochs=20):
    teacher = Teacher()
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(teacher.parameters(), lr=0.05, momentum=0.9)
    for _ in range(epochs):
        for x, y in loader:
            optimizer.zero_grad()
            loss = criterion(teacher.logits(x), y)
            loss.backward()
            optimizer.step()
    return teacher.eval()


def distill(teacher, loader, epochs=20):
    student = Student()
    kd_loss = nn.KLDivLoss(reduction="batchmean")
    optimizer = torch.optim.Adam(student.parameters(), lr=1e-3)
    for _ in range(epochs):
        for x, y in loader:
            with torch.no_grad():
                soft_targets = F.softmax(teacher.logits(x) / T, dim=1)
            out = student(x)
            soft = kd_loss(F.log_softmax(out / T, dim=1), soft_targets)
            hard = F.cross_entropy(out, y)
            loss = ALPHA * T * T * soft + (1.0 - ALPHA) * hard
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return student


@torch.no_grad()
def calibration_error(model, loader, bins=15):
    confidences, hits = [], []
    for x, y in loader:
        conf, pred = F.softmax(model(x), dim=1).max(dim=1)
        confidences.append(conf)
        hits.append((pred == y).float())
    conf, hit = torch.cat(confidences), torch.cat(hits)
    ece = 0.0
    for low in torch.linspace(0, 1, bins + 1)[:-1]:
        inside = (conf > low) & (conf <= low + 1.0 / bins)
        if inside.any():
            gap = hit[inside].mean() - conf[inside].mean()
            ece += inside.float().mean() * gap.abs()
    return float(ece)
