"""Statistical mechanics and particles in JAX: Boltzmann averages, Lennard-Jones, gravity."""
from functools import partial

import jax
import jax.numpy as jnp

KB = 0.0019872


def boltzmann_weights(energies, temperature):
    w = jnp.exp(-energies / (KB * temperature))  # SSM106
    return w / jnp.sum(w)  # SSM101


def free_energy(energies, temperature=300.0):
    kt = KB * temperature
    return -kt * jnp.log(jnp.sum(jnp.exp(-energies / kt)))  # SSM203


def heat_capacity(energies, temperature=300.0):
    p = boltzmann_weights(energies, temperature)
    mean = jnp.sum(p * energies)
    return (jnp.sum(p * energies ** 2) - mean ** 2) / (KB * temperature ** 2)  # SSM504


def gibbs_entropy(p):
    return -KB * jnp.sum(p * jnp.log(p))  # SSM301


def free_energy_perturbation(du, beta=1.0):
    return -jnp.log(jnp.mean(jnp.exp(-beta * du))) / beta  # SSM204


def fermi(energy, mu, kt):
    return 1.0 / (jnp.exp((energy - mu) / kt) + 1.0)  # SSM110


def displacement(pos):
    return pos[:, None, :] - pos[None, :, :]


def pair_distances(pos):
    return jnp.sqrt(jnp.sum(displacement(pos) ** 2, axis=-1))  # SSM303


@jax.jit
def lennard_jones(pos, eps=1.0, sigma=1.0):
    r = pair_distances(pos)
    off = ~jnp.eye(len(pos), dtype=bool)
    s6 = jnp.where(off, (sigma / r) ** 6, 0.0)  # SSM305
    return 2 * eps * jnp.sum(s6 ** 2 - s6)


forces = jax.grad(lambda pos: -lennard_jones(pos))


def morse(r, depth=1.0, a=1.5, r0=1.0):
    return depth * (1 - jnp.exp(-a * (r - r0))) ** 2


def gravity(pos, mass, g=1.0):
    d = displacement(pos)
    r2 = jnp.sum(d ** 2, axis=-1)
    return -g * jnp.sum(mass[None, :, None] * d * r2[..., None] ** -1.5, axis=1)  # SSM304


def softened_gravity(pos, mass, soft=0.05, g=1.0):
    d = displacement(pos)
    r2 = jnp.sum(d ** 2, axis=-1) + soft ** 2
    return -g * jnp.sum(mass[None, :, None] * d * r2[..., None] ** -1.5, axis=1)


def kinetic_temperature(vel, mass):
    return jnp.sum(mass[:, None] * vel ** 2) / (3 * len(mass) * KB)


@partial(jax.jit, static_argnums=(2,))
def verlet(pos, vel, steps, dt=0.001):
    def body(_, carry):
        x, v = carry
        v = v + 0.5 * dt * forces(x)
        x = x + dt * v
        return x, v + 0.5 * dt * forces(x)
    return jax.lax.fori_loop(0, steps, body, (pos, vel))
# fixed
from functools import partial

import jax
import jax.numpy as jnp
from jax.scipy.special import logsumexp, xlogy

KB = 0.0019872


def boltzmann_weights(energies, temperature):
    return jax.nn.softmax(-energies / (KB * jnp.maximum(temperature, 1e-3)))


def free_energy(energies, temperature=300.0):
    kt = KB * temperature
    return -kt * logsumexp(-energies / kt)


def heat_capacity(energies, temperature=300.0):
    p = boltzmann_weights(energies, temperature)
    mean = jnp.sum(p * energies)
    return jnp.sum(p * (energies - mean) ** 2) / (KB * temperature ** 2)


def gibbs_entropy(p):
    return -KB * jnp.sum(xlogy(p, jnp.maximum(p, 1e-30)))


def free_energy_perturbation(du, beta=1.0):
    return -(logsumexp(-beta * du) - jnp.log(du.size)) / beta


def fermi(energy, mu, kt):
    return jax.nn.sigmoid((mu - energy) / kt)


def displacement(pos):
    return pos[:, None, :] - pos[None, :, :]


def pair_distances(pos):
    return jnp.sqrt(jnp.sum(displacement(pos) ** 2, axis=-1) + 1e-12)


@jax.jit
def lennard_jones(pos, eps=1.0, sigma=1.0):
    r = pair_distances(pos)
    off = ~jnp.eye(len(pos), dtype=bool)
    safe_r = jnp.where(off, r, 1.0)
    s6 = jnp.where(off, (sigma / safe_r) ** 6, 0.0)
    return 2 * eps * jnp.sum(s6 ** 2 - s6)


forces = jax.grad(lambda pos: -lennard_jones(pos))


def morse(r, depth=1.0, a=1.5, r0=1.0):
    return depth * (1 - jnp.exp(-a * (r - r0))) ** 2


def gravity(pos, mass, g=1.0):
    d = displacement(pos)
    r2 = jnp.sum(d ** 2, axis=-1)
    r2 = jnp.where(r2 > 0, r2, 1.0)
    return -g * jnp.sum(mass[None, :, None] * d * r2[..., None] ** -1.5, axis=1)


def softened_gravity(pos, mass, soft=0.05, g=1.0):
    d = displacement(pos)
    r2 = jnp.sum(d ** 2, axis=-1) + soft ** 2
    return -g * jnp.sum(mass[None, :, None] * d * r2[..., None] ** -1.5, axis=1)


def kinetic_temperature(vel, mass):
    return jnp.sum(mass[:, None] * vel ** 2) / (3 * len(mass) * KB)


@partial(jax.jit, static_argnums=(2,))
def verlet(pos, vel, steps, dt=0.001):
    def body(_, carry):
        x, v = carry
        v = v + 0.5 * dt * forces(x)
        x = x + dt * v
        return x, v + 0.5 * dt * forces(x)
    return jax.lax.fori_loop(0, steps, body, (pos, vel))
