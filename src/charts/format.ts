/** Numbers as the page writes them: a true minus sign, fixed decimals, never "−0.00". */
import { format } from 'd3';

const fixed = [0, 1, 2, 3, 4].map((digits) => ({ plain: format(`.${digits}f`), signed: format(`+.${digits}f`) }));

function write(value: number, digits: number, kind: 'plain' | 'signed'): string {
  const formats = fixed[Math.min(Math.max(digits, 0), 4)];
  if (formats === undefined || !Number.isFinite(value)) return '–';
  // What rounds to nothing has no sign.
  const rounded = Number(value.toFixed(digits));
  return rounded === 0 ? formats.plain(0) : formats[kind](rounded);
}

/** "0.36", "−1.29". */
export function decimal(value: number, digits = 2): string {
  return write(value, digits, 'plain');
}

/** "+1.05", "−0.16", "0.00". */
export function signed(value: number, digits = 2): string {
  return write(value, digits, 'signed');
}

/** A number after an operator: "0.36", "(−1.29)". */
export function term(value: number, digits = 2): string {
  return value < 0 ? `(${decimal(value, digits)})` : decimal(value, digits);
}

/** How strong a hint is, beside its sentence, which says itself what not to do: "0.16" of −0.16. */
export function strength(weight: number): string {
  return decimal(Math.abs(weight));
}

/** A change small enough to vanish at two decimals gets as many as it needs, up to four. */
export function signedChange(value: number): string {
  if (value === 0) return signed(0);
  for (const digits of [2, 3]) if (Math.abs(value) >= 0.5 * 10 ** -digits) return signed(value, digits);
  return signed(value, 4);
}

/** A weight: ".35", "1.00". */
export function share(value: number): string {
  return decimal(value).replace(/^0\./, '.');
}

/** An axis label: as many decimals as it needs and no more. */
export function tickLabel(value: number): string {
  return decimal(value, [0, 1, 2].find((digits) => Math.abs(value - Number(value.toFixed(digits))) < 1e-9) ?? 3);
}

/** 0.2 → "20%". */
export const percent: (value: number) => string = format('.0%');

/** 12345 → "12,345". */
export const count: (value: number) => string = format(',d');

const WORDS = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'];

/** Whole numbers up to twelve in words, as prose has them; digits above. */
export function inWords(value: number): string {
  return WORDS[value] ?? count(value);
}

/** "1 row", "2,000 rows". */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** A size in bytes, with decimal prefixes: "912 bytes", "640 kB", "876 MB", "1.6 GB", "12 GB". */
export function bytes(value: number): string {
  if (!Number.isFinite(value) || value < 0) return '–';
  if (value < 999.5) return plural(Math.round(value), 'byte');
  for (const [unit, size] of [
    ['kB', 1e3],
    ['MB', 1e6],
  ] as const) {
    // What rounds to a thousand is one of the next.
    if (value / size < 999.5) return `${decimal(value / size, 0)} ${unit}`;
  }
  return `${decimal(value / 1e9, value < 9.95e9 ? 1 : 0)} GB`;
}

/** A time to wait, in seconds: "23 s", "4 min", "1 h 5 min". Never less than a second. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return '–';
  if (seconds < 99.5) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return `${count(Math.floor(minutes / 60))} h ${minutes % 60} min`;
}

/** "29 Nov 2026", of milliseconds since 1970 or a time in ISO 8601, in the reader's time zone. */
export function day(at: number | string): string {
  return new Date(at).toLocaleDateString('en-GB', { dateStyle: 'medium' });
}

/** "29 Nov 2026, 14:05". */
export function moment(at: number | string): string {
  return new Date(at).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
}
