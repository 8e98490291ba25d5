"""Training a teacher and distilling it into a small student, PyTorch."""
import torch
import torch.nn as nn
import torch.nn.functional as F

CFG = {"classes": 100, "T": 4.0, "lam": 0.7, "lr": 0.05, "epochs": 30}


def conv_bn(cin, cout, stride=1):
    return nn.Sequential(nn.Conv2d(cin, cout, 3, stride, 1, bias=False), nn.BatchNorm2d(cout), nn.ReLU(True))


def make_teacher(classes):
    return nn.Sequential(
        conv_bn(3, 64), conv_bn(64, 128, 2), conv_bn(128, 256, 2),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(256, classes), nn.Softmax(dim=1))


def make_student(classes):
    return nn.Sequential(
        conv_bn(3, 16, 2), conv_bn(16, 32, 2),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, classes))


def train_teacher(loader):
    teacher = make_teacher(CFG["classes"])
    criterion = nn.CrossEntropyLoss(label_smoothing=0.1)
    opt = torch.optim.SGD(teacher.parameters(), CFG["lr"], momentum=0.9)
    for _ in range(CFG["epochs"]):
        for images, labels in loader:
            opt.zero_grad()
            loss = criterion(teacher(images), labels)  # SSM402
            loss.backward()
            opt.step()
    return teacher.eval()


def distill(teacher, loader):
    student = make_student(CFG["classes"])
    opt = torch.optim.SGD(student.parameters(), CFG["lr"], momentum=0.9)
    kl = nn.KLDivLoss(reduction="batchmean")
    for epoch in range(CFG["epochs"]):
        total, seen, right = 0.0, 0, 0
        for images, labels in loader:
            with torch.no_grad():
                soft = teacher(images)
            logits = student(images)
            soft_loss = kl(F.softmax(logits, dim=1), soft)  # SSM403
            hard_loss = F.cross_entropy(logits, labels)
            loss = CFG["lam"] * soft_loss + (1 - CFG["lam"]) * hard_loss
            opt.zero_grad()
            loss.backward()
            opt.step()
            total += loss.item() * len(labels)
            right += (logits.argmax(1) == labels).sum().item()
            seen += len(labels)
        if seen:
            print(f"{epoch:3d} loss {total / seen:.4f} acc {right / seen:.3f}")
    return student
# fixed
import torch
import torch.nn as nn
import torch.nn.functional as F

CFG = {"classes": 100, "T": 4.0, "lam": 0.7, "lr": 0.05, "epochs": 30}


def conv_bn(cin, cout, stride=1):
    return nn.Sequential(nn.Conv2d(cin, cout, 3, stride, 1, bias=False), nn.BatchNorm2d(cout), nn.ReLU(True))


def make_teacher(classes):
    return nn.Sequential(
        conv_bn(3, 64), conv_bn(64, 128, 2), conv_bn(128, 256, 2),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(256, classes))


def make_student(classes):
    return nn.Sequential(
        conv_bn(3, 16, 2), conv_bn(16, 32, 2),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, classes))


def train_teacher(loader):
    teacher = make_teacher(CFG["classes"])
    criterion = nn.CrossEntropyLoss(label_smoothing=0.1)
    opt = torch.optim.SGD(teacher.parameters(), CFG["lr"], momentum=0.9)
    for _ in range(CFG["epochs"]):
        for images, labels in loader:
            opt.zero_grad()
            loss = criterion(teacher(images), labels)
            loss.backward()
            opt.step()
    return teacher.eval()


def distill(teacher, loader):
    student = make_student(CFG["classes"])
    opt = torch.optim.SGD(student.parameters(), CFG["lr"], momentum=0.9)
    kl = nn.KLDivLoss(reduction="batchmean")
    for epoch in range(CFG["epochs"]):
        total, seen, right = 0.0, 0, 0
        for images, labels in loader:
            with torch.no_grad():
                soft = F.softmax(teacher(images) / CFG["T"], dim=1)
            logits = student(images)
            soft_loss = CFG["T"] ** 2 * kl(F.log_softmax(logits / CFG["T"], dim=1), soft)
            hard_loss = F.cross_entropy(logits, labels)
            loss = CFG["lam"] * soft_loss + (1 - CFG["lam"]) * hard_loss
            opt.zero_grad()
            loss.backward()
            opt.step()
            total += loss.item() * len(labels)
            right += (logits.argmax(1) == labels).sum().item()
            seen += len(labels)
        if seen:
            print(f"{epoch:3d} loss {total / seen:.4f} acc {right / seen:.3f}")
    return student
