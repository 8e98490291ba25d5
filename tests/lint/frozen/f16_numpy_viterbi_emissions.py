"""Products of probabilities, and their logarithm."""
import numpy as np


def sequence_log_likelihood(probabilities):
    return np.log(np.prod(probabilities, axis=1))  # SSM301


# fixed
import numpy as np


def sequence_log_likelihood(log_probabilities):
    return np.sum(log_probabilities, axis=1)
