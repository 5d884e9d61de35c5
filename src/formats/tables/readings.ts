/** How the cells of a column may be read, and which of these ways fits. */

/** A cell as it is stored: 64-bit integers that a double does not hold are bigint. */
export type Read = string | number | bigint;

export const READINGS = [
  'integer',
  'real',
  'integer-comma',
  'real-comma',
  'date',
  'date-day',
  'date-month',
  'text',
] as const;
export type ReadingId = (typeof READINGS)[number];

/** The type of a column in SQL. Dates are kept as text in ISO order, which sorts and compares. */
export type SqlType = 'INTEGER' | 'REAL' | 'TEXT';

interface Reading {
  readonly type: SqlType;
  readonly label: string;
  /** Undefined where the text cannot be read so. The text has no space around it. */
  readonly read: (text: string) => Read | undefined;
}

/** No zeros in front: they belong to codes, and are lost with numbers. */
const WHOLE = /^-?(?:0|[1-9]\d*)$/;
const GROUPED_BY_COMMA = /^-?[1-9]\d{0,2}(?:[,'’\u00a0\u202f ]\d{3})+$/;
const GROUPED_BY_POINT = /^-?[1-9]\d{0,2}(?:[.'’\u00a0\u202f ]\d{3})+$/;
const POINT = /^-?(?:0|[1-9]\d*|[1-9]\d{0,2}(?:[,'’\u00a0\u202f ]\d{3})+)?\.\d+$/;
const COMMA = /^-?(?:0|[1-9]\d*|[1-9]\d{0,2}(?:[.'’\u00a0\u202f ]\d{3})+),\d+$/;
/** As programs write large and small numbers; “1e5” may be the number of a part. */
const SCIENTIFIC = /^-?\d(?:\.\d+)?[eE][+-]\d+$/;

const [LEAST, MOST] = [-(2n ** 63n), 2n ** 63n - 1n];

function whole(digits: string): Read | undefined {
  const value = Number(digits);
  if (Number.isSafeInteger(value)) return value === 0 ? 0 : value;
  const exact = BigInt(digits);
  return exact < LEAST || exact > MOST ? undefined : exact;
}

function real(digits: string): Read | undefined {
  const value = Number(digits);
  if (!Number.isFinite(value)) return undefined;
  // Whole numbers of so many digits are names of something, unless a double is written just so.
  if (WHOLE.test(digits) && whole(digits) === undefined && String(value) !== digits) return undefined;
  return value;
}

const GROUPS = /[^\d-]/g;

const TIME = String.raw`(?:[ T](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?`;
const ISO = new RegExp(String.raw`^(\d{4})-(\d{2})-(\d{2})${TIME}$`);
const YEAR_FIRST = new RegExp(String.raw`^(\d{4})([./])(\d{1,2})\2(\d{1,2})((?: .*)?)$`);
const YEAR_LAST = new RegExp(String.raw`^(\d{1,2})([./-])(\d{1,2})\2(\d{4})((?: .*)?)$`);

/** A date that there is, with its time as written. */
function iso(text: string): string | undefined {
  const [, year, month, day, hour = '0', minute = '0', second = '0'] = ISO.exec(text) ?? [];
  if (year === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const lengths = [31, isLeap(Number(year)) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  const most = lengths[Number(month) - 1] ?? 0;
  return Number(day) >= 1 && Number(day) <= most ? text : undefined;
}

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

function assembled(year = '', month = '', day = '', time = ''): string | undefined {
  const clock = time.replace(/^ (\d):/, ' 0$1:');
  return iso(`${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}${clock}`);
}

function yearFirst(text: string): string | undefined {
  const [, year, , month, day, time] = YEAR_FIRST.exec(text) ?? [];
  return assembled(year, month, day, time);
}

const TABLE: Readonly<Record<ReadingId, Reading>> = {
  integer: {
    type: 'INTEGER',
    label: 'whole number',
    read: (text) =>
      WHOLE.test(text) ? whole(text) : GROUPED_BY_COMMA.test(text) ? whole(text.replace(GROUPS, '')) : undefined,
  },
  real: {
    type: 'REAL',
    label: 'number',
    read: (text) =>
      WHOLE.test(text) || SCIENTIFIC.test(text)
        ? real(text)
        : POINT.test(text) || GROUPED_BY_COMMA.test(text)
          ? real(text.replace(/[^\d.-]/g, ''))
          : undefined,
  },
  'integer-comma': {
    type: 'INTEGER',
    label: 'whole number, 1.234',
    read: (text) =>
      WHOLE.test(text) ? whole(text) : GROUPED_BY_POINT.test(text) ? whole(text.replace(GROUPS, '')) : undefined,
  },
  'real-comma': {
    type: 'REAL',
    label: 'number, 1.234,5',
    read: (text) =>
      WHOLE.test(text)
        ? real(text)
        : COMMA.test(text) || GROUPED_BY_POINT.test(text)
          ? real(text.replace(/[^\d,-]/g, '').replace(',', '.'))
          : undefined,
  },
  date: { type: 'TEXT', label: 'date', read: (text) => iso(text) ?? yearFirst(text) },
  'date-day': {
    type: 'TEXT',
    label: 'date, day first',
    read: (text) => {
      const [, day, , month, year, time] = YEAR_LAST.exec(text) ?? [];
      return assembled(year, month, day, time);
    },
  },
  'date-month': {
    type: 'TEXT',
    label: 'date, month first',
    read: (text) => {
      const [, month, mark, day, year, time] = YEAR_LAST.exec(text) ?? [];
      // Nobody who writes dots puts the month first.
      return mark === '.' ? undefined : assembled(year, month, day, time);
    },
  },
  text: { type: 'TEXT', label: 'text', read: (text) => text },
};

export const readingOf = (id: ReadingId): Reading => TABLE[id];

/** Cells that say that there is no value, in a column of numbers or dates; in a column of text they are text. */
export const MARKS_OF_NOTHING: ReadonlySet<string> = new Set([
  ...['NA', 'N/A', 'n/a', 'na', '#N/A', 'NULL', 'null', 'NaN', 'nan', 'None', '-', '–', '—', '?'],
]);

/** What the way a number is written says of the decimal sign: 1 for a comma, −1 for a point, 0 for nothing. */
export function decimalSign(text: string): -1 | 0 | 1 {
  if (/^-?\d{1,3}(?:\.\d{3})+,\d+$/.test(text) || /^-?\d+,(?:\d{1,2}|\d{4,})$/.test(text)) return 1;
  if (/^-?\d{1,3}(?:\.\d{3}){2,}$/.test(text) || /^-?(?:0|\d{4,}),\d+$/.test(text)) return 1;
  if (/^-?\d{1,3}(?:,\d{3})+\.\d+$/.test(text) || /^-?\d*\.(?:\d{1,2}|\d{4,})$/.test(text)) return -1;
  return /^-?\d{1,3}(?:,\d{3}){2,}$/.test(text) || /^-?(?:0|\d{4,})\.\d+$/.test(text) ? -1 : 0;
}
