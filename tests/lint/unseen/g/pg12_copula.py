"""Gaussian and Frank copulas fitted to returns, NumPy and SciPy."""
import numpy as np
import scipy.stats as st
from scipy.optimize import minimize_scalar


def pseudo_observations(x):
    n = x.shape[0]
    return np.apply_along_axis(st.rankdata, 0, x) / (n + 1)


def correlation(x):
    c = np.cov(x, rowvar=False)
    s = np.sqrt(np.maximum(np.diag(c), 1e-20))
    r = c / np.outer(s, s)
    np.fill_diagonal(r, 1.0)
    return r


def gaussian_loglik(u, R):
    z = st.norm.ppf(u)
    n, d = z.shape
    quad = np.einsum("ni,ij,nj->", z, np.linalg.inv(R) - np.eye(d), z)
    return -0.5 * n * np.log(np.linalg.det(R)) - 0.5 * quad  # SSM301


def joint_loglik(x, means, sds, R):
    """Normal margins, where a crash is forty standard deviations out."""
    u = np.clip(st.norm.cdf(x, means, sds), 1e-10, 1 - 1e-10)
    margins = np.log(st.norm.pdf(x, loc=means, scale=sds)).sum()  # SSM301
    return gaussian_loglik(u, R) + margins


def frank_generator(t, theta):
    return -np.log((np.exp(-theta * t) - 1) / (np.exp(-theta) - 1))  # SSM208


def frank_theta(tau):
    """Theta of a given Kendall tau, by quadrature of the Debye function."""
    grid = np.linspace(1e-3, 1, 400)

    def gap(theta):
        debye = np.mean(grid * theta / np.expm1(grid * theta))
        return (1 - 4 / theta * (1 - debye) - tau) ** 2
    return minimize_scalar(gap, bounds=(0.05, 40), method="bounded").x


def tail_dependence(u, q=0.99):
    upper = u > q
    both = np.sum(upper[:, 0] & upper[:, 1])
    n = np.sum(upper[:, 0])
    return both / n if n > 0 else 0.0
# fixed
import numpy as np
import scipy.stats as st
from scipy.optimize import minimize_scalar


def pseudo_observations(x):
    n = x.shape[0]
    return np.apply_along_axis(st.rankdata, 0, x) / (n + 1)


def correlation(x):
    c = np.cov(x, rowvar=False)
    s = np.sqrt(np.maximum(np.diag(c), 1e-20))
    r = c / np.outer(s, s)
    np.fill_diagonal(r, 1.0)
    return r


def gaussian_loglik(u, R):
    z = st.norm.ppf(u)
    n, d = z.shape
    quad = np.einsum("ni,ij,nj->", z, np.linalg.inv(R) - np.eye(d), z)
    return -0.5 * n * np.linalg.slogdet(R)[1] - 0.5 * quad


def joint_loglik(x, means, sds, R):
    """Normal margins, where a crash is forty standard deviations out."""
    u = np.clip(st.norm.cdf(x, means, sds), 1e-10, 1 - 1e-10)
    margins = st.norm.logpdf(x, loc=means, scale=sds).sum()
    return gaussian_loglik(u, R) + margins


def frank_generator(t, theta):
    return -np.log(np.expm1(-theta * t) / np.expm1(-theta))


def frank_theta(tau):
    """Theta of a given Kendall tau, by quadrature of the Debye function."""
    grid = np.linspace(1e-3, 1, 400)

    def gap(theta):
        debye = np.mean(grid * theta / np.expm1(grid * theta))
        return (1 - 4 / theta * (1 - debye) - tau) ** 2
    return minimize_scalar(gap, bounds=(0.05, 40), method="bounded").x


def tail_dependence(u, q=0.99):
    upper = u > q
    both = np.sum(upper[:, 0] & upper[:, 1])
    n = np.sum(upper[:, 0])
    return both / n if n > 0 else 0.0
