"""Joint probabilities of a classifier, turned into posteriors."""
import numpy as np


class NaiveBayes:
    def fit(self, X, y):
        self.log_prior = np.log(np.bincount(y) / len(y))  # SSM301
        return self

    def predict_proba(self, X):
        joint = self.log_prior + X @ self.log_likelihood.T
        p = np.exp(joint)
        return p / p.sum(axis=1, keepdims=True)  # SSM101


# fixed
import numpy as np
from scipy.special import softmax


class NaiveBayes:
    def fit(self, X, y):
        self.log_prior = np.log((np.bincount(y) + 1) / (len(y) + 1))
        return self

    def predict_proba(self, X):
        joint = self.log_prior + X @ self.log_likelihood.T
        return softmax(joint, axis=1)
