/** What a column of texts holds: the readings that fit all of its cells, and the one that is proposed. */
import { decimalSign, MARKS_OF_NOTHING, readingOf, READINGS, type Read, type ReadingId } from './readings.ts';

export interface ColumnDraft {
  readonly name: string;
  /** As the file has it; '' for a file without names. */
  readonly header: string;
  readonly reading: ReadingId;
  /** All that fit; the others are refused with `misfits`. */
  readonly fits: readonly ReadingId[];
  /** For each that does not: the first cell it cannot read, and the row of it, from 0. */
  readonly misfits: Readonly<Partial<Record<ReadingId, { readonly row: number; readonly text: string }>>>;
  /** What becomes of its cells, where that is not plain; '' for nothing to say. */
  readonly note: string;
  /** Cells without a value, as it is read. */
  readonly missing: number;
  /** Cells with nothing in them; cells that say that there is no value, and what they say. */
  readonly empty: number;
  readonly marked: number;
  readonly marks: readonly string[];
  readonly hasValues: boolean;
  /** The first different cells, as they are written. */
  readonly samples: readonly string[];
  /** Cells that differ only in case or spaces, the first few such groups; empty where most cells differ. */
  readonly spellings: readonly (readonly string[])[];
}

/** Null for nothing. */
export type Cell = string | null;

/** What is stored of a cell that is read so; null for nothing. Throws RangeError where it cannot be. */
export function valueOf(cell: Cell, reading: ReadingId): Read | null {
  const text = cell?.trim() ?? '';
  if (cell === null || text === '') return null;
  if (reading === 'text') return cell;
  if (MARKS_OF_NOTHING.has(text)) return null;
  const value = readingOf(reading).read(text);
  if (value === undefined) throw new RangeError(`“${text.slice(0, 60)}” is no ${readingOf(reading).label}`);
  return value;
}

/** Different cells that a column shows. */
const SAMPLES = 3;

/** Different cells up to which a column is one of a few values, which are looked at for spellings. */
const MOST_VALUES = 200;
/** Groups of spellings that are named. */
const SPELLINGS = 2;

/** Looks at the cells of one column, in order. */
export class ColumnScan {
  readonly #onlyText: boolean;
  #alive: readonly ReadingId[];
  readonly #misfits: Partial<Record<ReadingId, { readonly row: number; readonly text: string }>> = {};
  readonly #samples: string[] = [];
  readonly #marks = new Set<string>();
  readonly #values = new Set<string>();
  #missing = 0;
  #marked = 0;
  #seen = 0;
  /** How many cells say that the decimal sign is a point, and a comma. */
  #signs = { point: 0, comma: 0 };
  /** Whether digits are grouped somewhere. */
  #grouped = false;

  /** `onlyText`: its cells are known to be texts, as the strings of JSON are; they may be dates all the same. */
  constructor(onlyText = false) {
    this.#onlyText = onlyText;
    this.#alive = READINGS.filter((id) => !onlyText || readingOf(id).type === 'TEXT');
  }

  get signs(): { readonly point: number; readonly comma: number } {
    return this.#signs;
  }

  see(cell: Cell, row: number): void {
    const text = cell?.trim() ?? '';
    if (text === '') {
      this.#missing++;
      return;
    }
    if (this.#samples.length < SAMPLES && !this.#samples.includes(text)) this.#samples.push(text);
    if (cell !== null && this.#values.size <= MOST_VALUES) this.#values.add(cell);
    if (!this.#onlyText && MARKS_OF_NOTHING.has(text)) {
      this.#marks.add(text);
      this.#marked++;
      return;
    }
    this.#seen++;
    if (this.#alive.length === 1) return;
    let lost = false;
    for (const id of this.#alive) {
      if (readingOf(id).read(text) !== undefined) continue;
      this.#misfits[id] = { row, text };
      lost = true;
    }
    if (lost) this.#alive = this.#alive.filter((id) => this.#misfits[id] === undefined);
    if (!/[^\d-]/.test(text)) return;
    const sign = decimalSign(text);
    if (sign < 0) this.#signs.point++;
    if (sign > 0) this.#signs.comma++;
    this.#grouped = true;
  }

  /** `commas`: whether the file's decimal sign is a comma, as far as its other columns tell. */
  draft(name: string, header: string, commas: boolean): ColumnDraft {
    const fits = this.#seen === 0 ? (['text'] as const) : this.#alive;
    const { point, comma } = this.#signs;
    const european = comma === point ? commas : comma > point;
    const draft = {
      name,
      header,
      fits,
      misfits: this.#misfits,
      empty: this.#missing,
      marks: [...this.#marks],
      marked: this.#marked,
      hasValues: this.#seen + this.#marked > 0,
      samples: this.#samples,
      spellings: this.#values.size > MOST_VALUES ? [] : spellingsOf([...this.#values]),
    };
    return withReading(draft, this.#grouped ? proposed(fits, european) : (fits[0] ?? 'text'));
  }
}

/** Those that say the same but for case and spaces. */
function spellingsOf(values: readonly string[]): string[][] {
  const groups = new Map<string, string[]>();
  for (const value of values) {
    const plain = value.trim().replace(/\s+/g, ' ').toLowerCase();
    groups.set(plain, [...(groups.get(plain) ?? []), value]);
  }
  return [...groups.values()].filter(({ length }) => length > 1).slice(0, SPELLINGS);
}

/** The column read in another way. */
export function withReading(
  column: Omit<ColumnDraft, 'reading' | 'note' | 'missing'>,
  reading: ReadingId,
): ColumnDraft {
  const { empty, marked } = column;
  return { ...column, reading, missing: empty + (reading === 'text' ? 0 : marked), note: noteOf(column, reading) };
}

function noteOf(
  { fits, samples, marks, hasValues, spellings }: Omit<ColumnDraft, 'reading' | 'note' | 'missing'>,
  reading: ReadingId,
): string {
  const notes: string[] = [];
  if (!hasValues) notes.push('no cell has a value');
  if (reading !== 'text' && marks.length > 0)
    notes.push(`${marks.map((mark) => `“${mark}”`).join(', ')} become${marks.length === 1 ? 's' : ''} NULL`);
  if (reading === 'text' && fits.includes('date-day') && fits.includes('date-month'))
    notes.push('dates whose day and month cannot be told apart: choose how to read them');
  if (reading === 'text' && samples.some((text) => /^0\d+$/.test(text)) && samples.every((text) => /^\d+$/.test(text)))
    notes.push('kept as text for the zeros in front');
  if (reading === 'text' && spellings.length > 0)
    notes.push(`${spellings.map((group) => group.map(written).join(' and ')).join(', ')} are different values to SQL`);
  const changed = samples.find((text) => String(readingOf(reading).read(text) ?? text) !== text);
  if (reading !== 'text' && changed !== undefined)
    notes.push(`${changed} becomes ${String(readingOf(reading).read(changed))}`);
  return notes.join('; ');
}

/** With the spaces at its ends and in a row to be seen. */
const written = (value: string): string =>
  `“${value.slice(0, 40).replace(/^\s+|\s+$|\s{2,}/g, (spaces) => '·'.repeat(spaces.length))}”`;

/**
 * The first that fits, in the order that the decimal sign gives. Dates of which day and month may change places stay
 * text.
 */
function proposed(fits: readonly ReadingId[], commas: boolean): ReadingId {
  const numbers: readonly ReadingId[] = commas
    ? ['integer-comma', 'real-comma', 'integer', 'real']
    : ['integer', 'real', 'integer-comma', 'real-comma'];
  const number = numbers.find((id) => fits.includes(id));
  if (number !== undefined) return number;
  if (fits.includes('date')) return 'date';
  const [day, month] = [fits.includes('date-day'), fits.includes('date-month')];
  if (day !== month) return day ? 'date-day' : 'date-month';
  return 'text';
}
