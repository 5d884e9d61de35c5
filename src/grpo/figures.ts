/** Figures as sentences have them, with a true minus sign. The page's own numbers are written by `charts/format.ts`. */

/** The sign that a number keeps when it is written with so many digits: "−" or "+". */
const signOf = (value: number, digits: number): string => (Number(value.toFixed(digits)) < 0 ? '−' : '+');

/** "+1.05", "−0.16", "+0.00". */
export function signed(value: number, digits = 2): string {
  return `${signOf(value, digits)}${Math.abs(value).toFixed(digits)}`;
}

/** A share in per cent, without the sign for it: 0.125 → "12.5". */
export function percent(share: number): string {
  return (100 * share).toFixed(1);
}

/** A difference of shares in points: 0.125 → "+12.5". */
export function signedPoints(difference: number): string {
  return signed(100 * difference, 1);
}
