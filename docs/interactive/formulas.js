/* What three formulas make of a row: every operation of the first two is rounded to the dtype.

+, - and / are done in float64 and rounded once more, which is the same as rounding once: float64 has more than twice the digits
of the other dtypes and two to spare (Figueroa, 1995; Roux, 2014, for subnormal numbers). exp and log are rounded exact values:
no library's exp is better. Sums go from left to right. */

const Formulas = (() => {
  "use strict";

  const exp = (x, format) => {
    if (Number.isNaN(x)) return NaN;
    if (x === -Infinity) return 0;
    return x === Infinity ? Infinity : Formats.fromExact(Exact.exp(Exact.units(x)), format);
  };
  const log = (x, format) => {
    if (x === 0) return -Infinity;
    return Number.isFinite(x) ? Formats.fromExact(Exact.log(Exact.units(x)), format) : x; // a sum of terms is not negative
  };
  const summed = (terms, { round }) => terms.reduce((sum, term) => round(sum + term), 0);
  const largest = (row) => (row.some(Number.isNaN) ? NaN : Math.max(...row));

  /* exp(x) / sum(exp(x)), and the log of that. */
  function naive(row, format, name) {
    const terms = row.map((x) => exp(x, format));
    const sum = summed(terms, format);
    const shares = terms.map((term) => format.round(term / sum));
    return { terms, sum, results: name === "softmax" ? shares : shares.map((share) => log(share, format)) };
  }

  /* exp(x - max) / sum(exp(x - max)), and (x - max) - log(sum(exp(x - max))). */
  function shifted(row, format, name) {
    const top = largest(row);
    const distances = row.map((x) => format.round(x - top));
    const terms = distances.map((x) => exp(x, format));
    const sum = summed(terms, format);
    const logSum = log(sum, format);
    const results = name === "softmax" ? terms.map((term) => format.round(term / sum)) : distances.map((x) => format.round(x - logSum));
    return { terms, sum, results };
  }

  /* The exact results, rounded once; nan where there are none. */
  function faithful(row, format, name) {
    if (!Exact.defined(row)) return { exact: null, results: row.map(() => NaN) };
    const exact = Exact[name](row);
    return { exact, results: exact.map((value) => Formats.fromExact(value, format)) };
  }

  /* The logits that the formulas see: what was typed, scaled and moved, each step rounded. */
  function logits(typed, { scale, offset, format: { round } }) {
    return typed.map((x) => round(round(round(x) * round(scale)) + round(offset)));
  }

  return { naive, shifted, faithful, logits, exp, log };
})();
