"""Small rates of interest, and their inverse."""
import numpy as np


def annuity(rate, periods):
    growth = np.exp(rate * periods)
    return (growth - 1) / (np.exp(rate) - 1)  # SSM208 SSM208


# fixed
import numpy as np


def annuity(rate, periods):
    return np.expm1(rate * periods) / np.expm1(rate)
