"""Metropolis-Hastings and a tempered sampler, in plain Python."""
import math
import random


def log_prior(theta):
    return -0.5 * theta * theta - 0.5 * math.log(2 * math.pi)


def log_likelihood(theta, data):
    total = 0.0
    for x, y in data:
        p = 1 / (1 + math.exp(-(theta * x)))  # SSM110
        total += math.log(p) if y else math.log(1 - p)  # SSM202 SSM202
    return total


def metropolis(data, steps=1000, width=0.5):
    theta, samples = 0.0, []
    current = log_prior(theta) + log_likelihood(theta, data)
    for _ in range(steps):
        proposal = theta + random.gauss(0, width)
        candidate = log_prior(proposal) + log_likelihood(proposal, data)
        if random.random() < math.exp(candidate - current):  # SSM505
            theta, current = proposal, candidate
        samples.append(theta)
    return samples


def swap_probability(beta_a, beta_b, energy_a, energy_b):
    return min(1.0, math.exp((beta_a - beta_b) * (energy_a - energy_b)))  # SSM505


def spread(samples):
    n = len(samples)
    mean = sum(samples) / n
    return math.sqrt(sum(s * s for s in samples) / n - mean**2)  # SSM504
# fixed
import math
import random
import statistics


def log_prior(theta):
    return -0.5 * theta * theta - 0.5 * math.log(2 * math.pi)


def log_likelihood(theta, data):
    total = 0.0
    for x, y in data:
        z = theta * x if y else -theta * x
        total += min(z, 0.0) - math.log1p(math.exp(-abs(z)))
    return total


def metropolis(data, steps=1000, width=0.5):
    theta, samples = 0.0, []
    current = log_prior(theta) + log_likelihood(theta, data)
    for _ in range(steps):
        proposal = theta + random.gauss(0, width)
        candidate = log_prior(proposal) + log_likelihood(proposal, data)
        if candidate >= current or random.random() < math.exp(candidate - current):
            theta, current = proposal, candidate
        samples.append(theta)
    return samples


def swap_probability(beta_a, beta_b, energy_a, energy_b):
    return math.exp(min(0.0, (beta_a - beta_b) * (energy_a - energy_b)))


def spread(samples):
    return statistics.pstdev(samples)
