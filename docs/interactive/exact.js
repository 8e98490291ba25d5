/* Exact exp, log, softmax and log_softmax by integers.

A real number is held as a BigInt that counts units of 2^-1280. Every float64 is a whole number of units (the smallest one is
2^-1074), so sums and differences of logits have no error at all. exp is right to 2^-200 of its result or to a unit, whichever is
more, and never 0: an exact result that lies next to a tie stays on its side. log is right to 2^10 units. The smallest number of any
dtype is 2^206 units: what a dtype can hold is known to 2^-180 of itself. */

const Exact = (() => {
  "use strict";

  const UNITS = 1280n; // a unit is 2^-1280
  const ONE = 1n << UNITS;
  const BITS = 224n; // of the fraction while a series is summed
  const UNIT = 1n << BITS;
  const TOO_LARGE = 800n << UNITS; // e^800 is beyond the largest float64
  const TOO_SMALL = -900n << UNITS; // e^-900 is below a unit

  const magnitude = (units) => (units < 0n ? -units : units);
  const rounded = (a, b) => (2n * a + b) / (2n * b); // a/b to the nearest integer, a >= 0, b > 0

  /* 2 atanh(a/b) = 2 (z + z^3/3 + z^5/5 + ...), z = a/b, 0 <= z <= 1/3, with so many bits of fraction. */
  function twiceAtanh(a, b, bits) {
    const z = (a << bits) / b;
    const square = (z * z) >> bits;
    let sum = 0n;
    for (let power = z, k = 1n; power > 0n; power = (power * square) >> bits, k += 2n) sum += power / k;
    return 2n * sum;
  }

  const LN2_BITS = UNITS + 64n;
  const LN2 = twiceAtanh(1n, 3n, LN2_BITS); // ln 2 = 2 atanh(1/3)
  const LN2_UNITS = LN2 >> 64n;

  /* The exact value of a finite float64: sign, exponent and fraction from its bits. */
  function units(number) {
    const bits = new DataView(new ArrayBuffer(8));
    bits.setFloat64(0, number);
    const pattern = bits.getBigUint64(0);
    const exponent = (pattern >> 52n) & 0x7ffn;
    const fraction = pattern & 0xfffffffffffffn;
    const value = (exponent ? fraction | (1n << 52n) : fraction) << ((exponent || 1n) + UNITS - 1075n);
    return pattern >> 63n ? -value : value;
  }

  /* e^x for x in units: x = k ln 2 + r with 0 <= r < ln 2, e^x = 2^k (1 + r + r^2/2! + ...). */
  function exp(x) {
    if (x > TOO_LARGE) return ONE << 1200n;
    if (x < TOO_SMALL) return 1n;
    let k = x / LN2_UNITS;
    if (k * LN2_UNITS > x) k -= 1n;
    const r = ((x << 64n) - k * LN2) >> (LN2_BITS - BITS);
    let sum = UNIT;
    for (let term = r, n = 2n; term > 0n; term = ((term * r) >> BITS) / n, n += 1n) sum += term;
    const shift = UNITS - BITS + k;
    return shift >= 0n ? sum << shift : (sum >> -shift) || 1n;
  }

  /* log(1 + x) = 2 atanh(x/(2 + x)) for 0 <= x <= 1, in units; not 0 unless x is. */
  const log1pSmall = (x) => (twiceAtanh(x, 2n * ONE + x, UNITS + 16n) + 32768n) >> 16n;

  /* log(y) for y > 0, in units: y = 2^k m with 1 <= m < 2. Between 1/2 and 1 that would be a difference of two numbers near ln 2,
  so there it is -log(1/y) = -log(1 + (1 - y)/y). */
  function log(y) {
    if (y < ONE && 2n * y > ONE) return -log1pSmall(((ONE - y) << UNITS) / y);
    const k = BigInt(y.toString(2).length) - 1n - UNITS;
    const m = k >= 0n ? y >> k : y << -k;
    return k * LN2_UNITS + log1pSmall(m - ONE);
  }

  /* The distances x - max of a row of finite numbers and -Infinity (null), the terms e^(x - max), their sum. */
  function solved(row) {
    const largest = units(Math.max(...row));
    const distances = row.map((x) => (x === -Infinity ? null : units(x) - largest));
    const terms = distances.map((d) => (d === null ? 0n : exp(d)));
    const sum = terms.reduce((total, term) => total + term, 0n);
    return { distances, terms, sum };
  }

  /* A row has exact results unless it holds nan or +inf, or nothing but -inf. */
  const defined = (row) => row.every((x) => x < Infinity) && Math.max(...row) > -Infinity;

  function softmax(row) {
    const { terms, sum } = solved(row);
    return terms.map((term) => rounded(term << UNITS, sum));
  }

  /* (x - max) - log(sum): two numbers of one sign, so nothing cancels. null stands for -inf. */
  function logSoftmax(row) {
    const { distances, sum } = solved(row);
    const logSum = log(sum);
    return distances.map((d) => (d === null ? null : d - logSum));
  }

  return { UNITS, ONE, units, exp, log, softmax, log_softmax: logSoftmax, defined, magnitude };
})();
