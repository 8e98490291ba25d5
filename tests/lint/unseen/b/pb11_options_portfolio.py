"""Black-Scholes, implied volatility by Newton, and the usual portfolio ratios (plain Python)."""
import math
import statistics

TRADING_DAYS = 252


def norm_cdf(x):
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


def norm_pdf(x):
    return math.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi)


class EuropeanCall:
    def __init__(self, spot, strike, maturity, rate):
        self.spot, self.strike = spot, strike
        self.maturity, self.rate = maturity, rate

    def d1(self, vol):
        drift = (self.rate + vol ** 2 / 2) * self.maturity
        return (math.log(self.spot / self.strike) + drift) / (vol * math.sqrt(self.maturity))  # SSM302

    def discount(self):
        return math.exp(-self.rate * self.maturity)

    def price(self, vol):
        d1 = self.d1(vol)
        d2 = d1 - vol * math.sqrt(self.maturity)
        return self.spot * norm_cdf(d1) - self.strike * self.discount() * norm_cdf(d2)

    def vega(self, vol):
        return self.spot * norm_pdf(self.d1(vol)) * math.sqrt(self.maturity)

    def gamma(self, vol):
        return norm_pdf(self.d1(vol)) / (self.spot * vol * math.sqrt(self.maturity))  # SSM302

    def implied_vol(self, market, guess=0.2, n_iter=50):
        vol = guess
        for _ in range(n_iter):
            diff = self.price(vol) - market
            if abs(diff) < 1e-9:
                break
            vol -= diff / self.vega(vol)  # SSM302
        return vol


def period_rate(annual, days):
    return math.exp(annual * days / TRADING_DAYS) - 1  # SSM208


def cumulative_log(returns):
    return sum(math.log(1 + r) for r in returns)  # SSM207


def sharpe(returns, risk_free=0.0):
    excess = [r - risk_free for r in returns]
    return statistics.fmean(excess) / statistics.stdev(excess) * math.sqrt(TRADING_DAYS)  # SSM302


def sortino(returns, target=0.0):
    downside = [min(r - target, 0.0) ** 2 for r in returns]
    deviation = math.sqrt(sum(downside) / len(downside))
    return (statistics.fmean(returns) - target) / deviation  # SSM302


def max_drawdown(equity):
    peak, worst = equity[0], 0.0
    for value in equity:
        peak = max(peak, value)
        worst = max(worst, 1 - value / peak)
    return worst


def calmar(equity, years):
    growth = (equity[-1] / equity[0]) ** (1 / years) - 1
    return growth / max_drawdown(equity)  # SSM302


def win_loss(trades):
    wins = [t for t in trades if t > 0]
    losses = [-t for t in trades if t < 0]
    hit_rate = len(wins) / len(trades)
    payoff = (sum(wins) / len(wins)) / (sum(losses) / len(losses))  # SSM302
    return hit_rate, payoff
# fixed
import math
import statistics

TRADING_DAYS = 252


def norm_cdf(x):
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


def norm_pdf(x):
    return math.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi)


class EuropeanCall:
    def __init__(self, spot, strike, maturity, rate):
        self.spot, self.strike = spot, strike
        self.maturity, self.rate = maturity, rate

    def d1(self, vol):
        vol = max(vol, 1e-8)
        drift = (self.rate + vol ** 2 / 2) * self.maturity
        return (math.log(self.spot / self.strike) + drift) / (vol * math.sqrt(max(self.maturity, 1e-8)))

    def discount(self):
        return math.exp(-self.rate * self.maturity)

    def price(self, vol):
        d1 = self.d1(vol)
        d2 = d1 - vol * math.sqrt(self.maturity)
        return self.spot * norm_cdf(d1) - self.strike * self.discount() * norm_cdf(d2)

    def vega(self, vol):
        return self.spot * norm_pdf(self.d1(vol)) * math.sqrt(self.maturity)

    def gamma(self, vol):
        if self.maturity <= 0 or vol <= 0:
            return 0.0
        return norm_pdf(self.d1(vol)) / (self.spot * vol * math.sqrt(self.maturity))

    def implied_vol(self, market, guess=0.2, n_iter=50):
        vol = guess
        for _ in range(n_iter):
            diff = self.price(vol) - market
            if abs(diff) < 1e-9:
                break
            vega = self.vega(vol)
            if vega < 1e-10:
                raise ValueError("no sensitivity to volatility here")
            vol = max(vol - diff / vega, 1e-4)
        return vol


def period_rate(annual, days):
    return math.expm1(annual * days / TRADING_DAYS)


def cumulative_log(returns):
    return sum(math.log1p(r) for r in returns)


def sharpe(returns, risk_free=0.0):
    excess = [r - risk_free for r in returns]
    spread = statistics.stdev(excess)
    if spread == 0:
        return 0.0
    return statistics.fmean(excess) / spread * math.sqrt(TRADING_DAYS)


def sortino(returns, target=0.0):
    downside = [min(r - target, 0.0) ** 2 for r in returns]
    deviation = math.sqrt(sum(downside) / len(downside))
    return (statistics.fmean(returns) - target) / max(deviation, 1e-12)


def max_drawdown(equity):
    peak, worst = equity[0], 0.0
    for value in equity:
        peak = max(peak, value)
        worst = max(worst, 1 - value / peak)
    return worst


def calmar(equity, years):
    growth = (equity[-1] / equity[0]) ** (1 / years) - 1
    drawdown = max_drawdown(equity)
    return growth / drawdown if drawdown > 0 else math.inf


def win_loss(trades):
    wins = [t for t in trades if t > 0]
    losses = [-t for t in trades if t < 0]
    hit_rate = len(wins) / len(trades)
    if not wins or not losses:
        return hit_rate, None
    payoff = (sum(wins) / len(wins)) / (sum(losses) / len(losses))
    return hit_rate, payoff
