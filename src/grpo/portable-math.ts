/**
 * exp and log that give the same bits everywhere. Math.exp and Math.log may differ in the last bit from one engine,
 * version or machine to the next (ECMA-262 §21.3.2 leaves them to the implementation; Node 20 and Chromium do differ),
 * and a run that repeats to the byte cannot stand on that. + − × ÷ are exact by IEEE 754, so series of them are
 * portable. Both are within a few units in the last place of the true value.
 */

/** ln 2 in two parts; the first has so few bits that its product with an exponent is exact. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const SMALLEST_EXPONENT = -1074;

/** 2^k for k from SMALLEST_EXPONENT to 1023, each exact: halving and doubling never round. */
const POWERS = ((): Float64Array => {
  const powers = new Float64Array(1023 - SMALLEST_EXPONENT + 1);
  powers[-SMALLEST_EXPONENT] = 1;
  for (let k = 1; k <= 1023; k++) powers[k - SMALLEST_EXPONENT] = 2 * (powers[k - 1 - SMALLEST_EXPONENT] ?? 0);
  for (let k = -1; k >= SMALLEST_EXPONENT; k--)
    powers[k - SMALLEST_EXPONENT] = (powers[k + 1 - SMALLEST_EXPONENT] ?? 0) / 2;
  return powers;
})();

/** 1/n! for n = 13 … 0: Taylor's series of e^r, past double precision for |r| ≤ ln 2 / 2. */
const INVERSE_FACTORIALS = ((): number[] => {
  let factorial = 1;
  const inverses = [1];
  for (let n = 1; n <= 13; n++) {
    factorial *= n;
    inverses.unshift(1 / factorial);
  }
  return inverses;
})();

/** e^x; 0 below about −745, Infinity above about 709.8. */
export function exp(x: number): number {
  if (!(x < 709.79)) return x !== x ? NaN : Infinity;
  if (x < -745.2) return 0;
  // x = k ln 2 + r, so e^x = 2^k e^r with a small r.
  const k = Math.round(x / LN2_HIGH);
  const r = x - k * LN2_HIGH - k * LN2_LOW;
  let sum = 0;
  for (const coefficient of INVERSE_FACTORIALS) sum = sum * r + coefficient;
  if (k > 1023) return sum * 2 * (POWERS[1023 - SMALLEST_EXPONENT] ?? 0);
  return sum * (POWERS[k - SMALLEST_EXPONENT] ?? 0);
}

const bits = new DataView(new ArrayBuffer(8));

/** Natural logarithm; −Infinity at 0, NaN below. */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  if (x === Infinity) return Infinity;
  // x = 2^exponent · m with m in [√½, √2); numbers too small to be normal are made larger first.
  const subnormal = x < 2.2250738585072014e-308;
  bits.setFloat64(0, subnormal ? x * 18014398509481984 : x);
  const high = bits.getUint32(0);
  let exponent = (high >>> 20) - 1023 - (subnormal ? 54 : 0);
  bits.setUint32(0, (high & 0xfffff) | 0x3ff00000);
  let m = bits.getFloat64(0);
  if (m > Math.SQRT2) {
    m /= 2;
    exponent++;
  }
  // ln m = 2 (s + s³/3 + s⁵/5 + …) with s = (m − 1)/(m + 1), |s| < 0.172
  const s = (m - 1) / (m + 1);
  const s2 = s * s;
  let sum = 0;
  for (let n = 21; n >= 1; n -= 2) sum = sum * s2 + 1 / n;
  return exponent * LN2_HIGH + (2 * s * sum + exponent * LN2_LOW);
}
