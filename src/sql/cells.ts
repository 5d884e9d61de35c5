/**
 * When two cells hold the same. Text and blobs are compared exactly, NULL equals NULL, and a number never equals a
 * text.
 *
 * SQLite's numbers arrive without their storage class, so that a REAL with a whole value equals the INTEGER. Two whole
 * numbers are equal only when they are. Of other numbers it is not known where their last digits come from, so they are
 * equal within 1e-9 of the larger one, except where both may be moments. SQLite keeps dates and times as text, as
 * Julian days or as Unix seconds (https://sqlite.org/datatype3.html, 2.2), so no value says that it is one. Taken for
 * moments are
 *
 *   Julian days   of the years 1 to 9999 that are whole milliseconds, as all are that SQLite makes: equal at the same
 *                 millisecond. Rounding leads away from that grid or stays at its millisecond, so that a sum of this
 *                 size is equal to itself added up in another order.
 *   Unix seconds  from 2001 to 2100, where 1e-9 is a second or more: equal within half a millisecond, some thousand
 *                 times what rounding is at that size.
 */
import type { SqlValue } from '../grpo/types.ts';

const RELATIVE_TOLERANCE = 1e-9;

const MILLISECONDS_A_DAY = 86_400_000;
/** The first and the last moment that SQLite's functions know, in Julian days. */
const JULIAN_DAYS = { from: 1721425.5, to: 5373484.5 };
/** A bit more than half of what a number of this size is rounded to. */
const OFF_A_MILLISECOND = 0.05;

const UNIX_SECONDS = { from: 1e9, to: 4_102_444_800 };
const HALF_A_MILLISECOND = 0.0005;

export const isNumber = (value: SqlValue): value is number | bigint =>
  typeof value === 'number' || typeof value === 'bigint';

const isWhole = (value: number | bigint): boolean => typeof value === 'bigint' || Number.isInteger(value);

const isIn = (value: number, { from, to }: { readonly from: number; readonly to: number }): boolean =>
  value >= from && value < to;

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Which millisecond a number is as a Julian day; null for one that is none. */
function millisecondOf(value: number): number | null {
  if (!isIn(value, JULIAN_DAYS)) return null;
  const exact = value * MILLISECONDS_A_DAY;
  const whole = Math.round(exact);
  return Math.abs(exact - whole) <= OFF_A_MILLISECOND ? whole : null;
}

function sameNumber(a: number | bigint, b: number | bigint): boolean {
  // Not ===, to which a bigint is never equal to a number; < and > compare their values exactly.
  if (a <= b && a >= b) return true;
  if (isWhole(a) && isWhole(b)) return false;
  const [x, y] = [Number(a), Number(b)];
  if (!Number.isFinite(x) || !Number.isFinite(y)) return false;
  const apart = Math.abs(x - y);
  if (apart > RELATIVE_TOLERANCE * Math.max(Math.abs(x), Math.abs(y))) return false;
  if (isIn(x, UNIX_SECONDS) && isIn(y, UNIX_SECONDS)) return apart < HALF_A_MILLISECOND;
  const [first, second] = [millisecondOf(x), millisecondOf(y)];
  return first === null || second === null || first === second;
}

/** Are two cells equal? */
export function sameValue(a: SqlValue, b: SqlValue): boolean {
  if (isNumber(a) && isNumber(b)) return sameNumber(a, b);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return sameBytes(a, b);
  return a === b;
}

function rank(value: SqlValue): number {
  return value === null ? 0 : isNumber(value) ? 1 : typeof value === 'string' ? 2 : 3;
}

/** A total order: NULL, numbers, text by code unit, blobs by byte. */
export function compareValues(a: SqlValue, b: SqlValue): number {
  if (isNumber(a) && isNumber(b)) return a < b ? -1 : a > b ? 1 : 0;
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  if (a instanceof Uint8Array && b instanceof Uint8Array) {
    for (let i = 0; i < Math.min(a.length, b.length); i += 1) if (a[i] !== b[i]) return (a[i] ?? 0) - (b[i] ?? 0);
    return a.length - b.length;
  }
  return rank(a) - rank(b);
}

export function compareRows(a: readonly SqlValue[], b: readonly SqlValue[]): number {
  for (let i = 0; i < a.length; i += 1) {
    const order = compareValues(a[i] ?? null, b[i] ?? null);
    if (order !== 0) return order;
  }
  return 0;
}

export const sameRow = (a: readonly SqlValue[], b: readonly SqlValue[]): boolean =>
  a.every((value, i) => sameValue(value, b[i] ?? null));

/** Equal for rows that may be the same: everything but numbers, exactly. */
export function rowShape(row: readonly SqlValue[]): string {
  return row
    .map((value) =>
      isNumber(value)
        ? '#'
        : value instanceof Uint8Array
          ? `b${value.join()}`
          : value === null
            ? 'n'
            : `t${value.length}:${value}`,
    )
    .join('|');
}
