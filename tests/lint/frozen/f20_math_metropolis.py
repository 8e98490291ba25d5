"""Pure Python: a Boltzmann distribution over energies."""
import math


def boltzmann(energies, beta):
    weights = []
    for energy in energies:
        weights.append(math.exp(-beta * energy))
    z = sum(weights)
    return [w / z for w in weights]  # SSM101


# fixed
import math


def boltzmann(energies, beta):
    ground = min(energies)
    weights = []
    for energy in energies:
        weights.append(math.exp(-beta * (energy - ground)))
    z = sum(weights)
    return [w / z for w in weights]
