"""Columns that are constant."""
import numpy as np
import pandas as pd


def features(frame):
    x = frame.to_numpy()
    mu = np.mean(x, axis=0)
    sigma = np.std(x, axis=0)
    return (x - mu) / sigma  # SSM302


# fixed
import numpy as np
import pandas as pd


def features(frame):
    x = frame.to_numpy()
    mu = np.mean(x, axis=0)
    sigma = np.std(x, axis=0)
    sigma[sigma == 0] = 1
    return (x - mu) / sigma
