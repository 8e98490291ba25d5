"""A Lightning module whose forward gives probabilities, trained with the loss of logits."""
import lightning as L
import torch
from torch import nn


class Classifier(L.LightningModule):
    def __init__(self, backbone, n_classes):
        super().__init__()
        self.backbone = backbone
        self.head = nn.Sequential(nn.Dropout(0.1), nn.Linear(512, n_classes), nn.Softmax(dim=1))
        self.criterion = nn.CrossEntropyLoss()
        self.aux = nn.BCELoss()

    def forward(self, x):
        return self.head(self.backbone(x))

    def training_step(self, batch, index):
        x, y = batch
        loss = self.criterion(self.forward(x), y)  # SSM402
        self.log("loss", loss)
        return loss

    def validation_step(self, batch, index):
        x, y = batch
        probs = torch.softmax(self.forward(x), dim=1)  # SSM104
        confidence = probs.max(dim=1).values
        self.log("confidence", confidence.mean())
# fixed
import lightning as L
import torch
from torch import nn


class Classifier(L.LightningModule):
    def __init__(self, backbone, n_classes):
        super().__init__()
        self.backbone = backbone
        self.head = nn.Sequential(nn.Dropout(0.1), nn.Linear(512, n_classes))
        self.criterion = nn.CrossEntropyLoss()

    def forward(self, x):
        return self.head(self.backbone(x))

    def training_step(self, batch, index):
        x, y = batch
        loss = self.criterion(self.forward(x), y)
        self.log("loss", loss)
        return loss

    def validation_step(self, batch, index):
        x, y = batch
        probs = torch.softmax(self.forward(x), dim=1)
        confidence = probs.max(dim=1).values
        self.log("confidence", confidence.mean())
