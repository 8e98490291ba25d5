"""Zero-inflated and hurdle models of counts, in the style of a statistics package."""
import numpy as np
from scipy.special import expit, gammaln


class ZeroInflatedPoisson:
    def __init__(self, endog, exog, exog_infl):
        self.endog, self.exog, self.exog_infl = endog, exog, exog_infl

    def loglikeobs(self, params):
        k = self.exog_infl.shape[1]
        w = expit(self.exog_infl @ params[:k])
        mu = np.exp(self.exog @ params[k:])
        zero = self.endog == 0
        ll = np.empty(len(self.endog))
        ll[zero] = np.log(w[zero] + (1 - w[zero]) * np.exp(-mu[zero]))
        y = self.endog[~zero]
        ll[~zero] = np.log(1 - w[~zero]) - mu[~zero] + y * np.log(mu[~zero]) - gammaln(y + 1)  # SSM202 SSM210
        return ll


class HurdlePoisson:
    def positive_part(self, y, eta):
        mu = np.exp(eta)
        return y * eta - mu - gammaln(y + 1) - np.log(1 - np.exp(-mu))  # SSM205

    def mean(self, eta):
        mu = np.exp(eta)
        return mu / (1 - np.exp(-mu))  # SSM208


def loglog_link(p):
    return np.log(-np.log(1 - p))  # SSM207


def continuous_rate(rate):
    return np.log(1 + rate)  # SSM207
# fixed
import numpy as np
from scipy.special import gammaln, log_expit


class ZeroInflatedPoisson:
    def __init__(self, endog, exog, exog_infl):
        self.endog, self.exog, self.exog_infl = endog, exog, exog_infl

    def loglikeobs(self, params):
        k = self.exog_infl.shape[1]
        z, eta = self.exog_infl @ params[:k], self.exog @ params[k:]
        mu = np.exp(eta)
        zero = self.endog == 0
        ll = np.empty(len(self.endog))
        ll[zero] = np.logaddexp(log_expit(z[zero]), log_expit(-z[zero]) - mu[zero])
        y = self.endog[~zero]
        ll[~zero] = log_expit(-z[~zero]) - mu[~zero] + y * eta[~zero] - gammaln(y + 1)
        return ll


class HurdlePoisson:
    def positive_part(self, y, eta):
        mu = np.exp(eta)
        return y * eta - mu - gammaln(y + 1) - np.log(-np.expm1(-mu))

    def mean(self, eta):
        mu = np.exp(eta)
        return mu / -np.expm1(-mu)


def loglog_link(p):
    return np.log(-np.log1p(-p))


def continuous_rate(rate):
    return np.log1p(rate)
