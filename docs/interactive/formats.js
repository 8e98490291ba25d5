/* The four dtypes: rounding to them, the distance of their numbers, the shortest decimals that name one. */

const Formats = (() => {
  "use strict";

  /* precision counts the hidden bit, lowest is the exponent of the smallest subnormal number, highest that of the largest one. */
  const described = {
    float16: { precision: 11, lowest: -24, highest: 15 },
    bfloat16: { precision: 8, lowest: -133, highest: 127 },
    float32: { precision: 24, lowest: -149, highest: 127 },
    float64: { precision: 53, lowest: -1074, highest: 1023 },
  };

  const view = new DataView(new ArrayBuffer(8));

  /* floor(log2 |x|) of a normal float64. */
  function exponent(x) {
    view.setFloat64(0, x);
    return ((view.getUint16(0) >> 4) & 0x7ff) - 1023;
  }

  /* x to the nearest number of the format, ties to even; what lies half a step beyond the largest one becomes infinite. */
  function nearest(x, { precision, lowest, highest }) {
    if (x === 0 || !Number.isFinite(x)) return x;
    const step = 2 ** Math.max(exponent(x) - precision + 1, lowest);
    const steps = Math.abs(x) / step; // exact: a power of two
    const below = Math.floor(steps);
    const rest = steps - below;
    const up = rest > 0.5 || (rest === 0.5 && below % 2 === 1);
    const result = (below + (up ? 1 : 0)) * step;
    return Math.sign(x) * (result >= 2 ** (highest + 1) ? Infinity : result);
  }

  /* How many units of 2^-1280 lie between neighbours around an exact value, as a power of two. */
  function ulpExponent(value, { precision, lowest }) {
    const lead = Exact.magnitude(value).toString(2).length - 1 - Number(Exact.UNITS);
    return Math.max(lead - precision + 1, lowest) + Number(Exact.UNITS);
  }

  /* An exact value to the nearest number of the format; there are no ties but those that are exact themselves. */
  function fromExact(value, format) {
    if (value === null) return -Infinity;
    const shift = BigInt(ulpExponent(value, format));
    const size = Exact.magnitude(value);
    let whole = size >> shift;
    const twice = (size - (whole << shift)) << 1n;
    const step = 1n << shift;
    if (twice > step || (twice === step && whole & 1n)) whole += 1n;
    const scale = Number(shift - Exact.UNITS);
    const result = scale > 900 ? Number(whole) * 2 ** 900 * 2 ** (scale - 900) : Number(whole) * 2 ** scale;
    return (value < 0n ? -1 : 1) * (result >= 2 ** format.highest * 2 ? Infinity : result);
  }

  /* Distance of a number from the exact value, in ulp of the exact value: 0 for an infinity that is right, infinite for what is
  wrongly infinite or not a number. */
  function error(got, value, format) {
    if (!Number.isFinite(got) || value === null) return got === fromExact(value, format) ? 0 : Infinity;
    const distance = Exact.magnitude(Exact.units(got) - value);
    const shift = ulpExponent(value, format) - 32;
    return Number(distance >> BigInt(shift)) / 2 ** 32;
  }

  /* The shortest decimals that read back as the same number. */
  function shortest(x, { round }) {
    if (Number.isNaN(x)) return "nan";
    if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
    if (x === 0) return "0";
    let digits = 1;
    while (digits < 17 && round(Number(x.toPrecision(digits))) !== x) digits += 1;
    return written(x, digits);
  }

  /* So many digits, as NumPy would write them: plain from 1e-4 to 1e16. */
  function written(x, digits) {
    const [mantissa, power] = x.toExponential(digits - 1).split("e");
    const plain = Number(power) >= -4 && Number(power) < 16;
    if (!plain) return `${mantissa}e${Number(power)}`;
    return x.toFixed(Math.max(0, digits - 1 - Number(power)));
  }

  const formats = {};
  for (const [name, format] of Object.entries(described)) {
    const round = { float64: (x) => x, float32: Math.fround }[name] || ((x) => nearest(x, format));
    formats[name] = Object.freeze({ name, ...format, round });
  }
  return { ...formats, names: Object.keys(formats), nearest, fromExact, error, shortest };
})();
