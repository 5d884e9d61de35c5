/** Text of CSV and its relatives: what separates its cells, and the cells, some at a time. */
import Papa from 'papaparse';
import { DatasetError, placeIn } from '../entry.ts';

export const DELIMITERS = [',', ';', '\t', '|'] as const;
export type Delimiter = (typeof DELIMITERS)[number];

type Newline = '\n' | '\r\n' | '\r';

/** How a text of cells is written. */
export interface Dialect {
  readonly delimiter: Delimiter;
  readonly newline: Newline;
  /** Where its first row begins: after a line `sep=;`, as Excel reads it. */
  readonly from: number;
}

/** UTF-16 units that are read at a time; a row that is longer gets as many as it needs. */
const CHUNK = 1_000_000;
/** Of the beginning, from which the dialect is told. */
const SAMPLE = 65_536;

/** The dialect of a text, from its beginning. `hint`: what its name says. */
export function dialectOf(text: string, hint: Delimiter | null = null): Dialect {
  const declared = /^sep=([,;|\t])\r?\n/.exec(text);
  const from = declared?.[0].length ?? 0;
  const newline = newlineOf(text.slice(from, from + SAMPLE));
  const said = DELIMITERS.find((one) => one === declared?.[1]) ?? hint;
  if (said !== null) return { delimiter: said, newline, from };
  const beginning = text.slice(from, from + SAMPLE);
  const isAll = text.length <= from + SAMPLE;
  const scored = DELIMITERS.map((delimiter) => ({ delimiter, score: evenness(beginning, delimiter, newline, isAll) }));
  const [best] = scored.sort((a, b) => b.score - a.score);
  return { delimiter: best === undefined || best.score === 0 ? ',' : best.delimiter, newline, from };
}

/** Share of rows with as many cells as most have; 0 where that is one. More cells break a tie. */
function evenness(sample: string, delimiter: Delimiter, newline: Newline, isAll: boolean): number {
  const counts = new Map<number, number>();
  let rows = 0;
  for (const row of parserOf({ delimiter, newline }).parse(sample, 0, !isAll).data) {
    if (isBlank(row)) continue;
    counts.set(row.length, (counts.get(row.length) ?? 0) + 1);
    rows++;
  }
  const [cells = 1, most = 0] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? [];
  return cells < 2 ? 0 : most / rows + Math.min(cells, 100) / 10_000;
}

/** What ends lines outside of quotes; a text with several kinds is to be made even first (`evenLines`). */
function newlineOf(sample: string): Newline {
  const bare = sample.replace(/"(?:[^"]|"")*"/g, '');
  const [first] = /\r\n|\n|\r/.exec(bare) ?? [];
  return first === '\r\n' || first === '\r' ? first : '\n';
}

/** The text, with `\n` for each end of a line where its beginning has several kinds outside of quotes. */
export function evenLines(text: string): string {
  const bare = text.slice(0, SAMPLE).replace(/"(?:[^"]|"")*"/g, '');
  const kinds = new Set(bare.match(/\r\n|\n|\r/g));
  // The sample may end within a pair.
  if (text[SAMPLE - 1] === '\r' && text[SAMPLE] === '\n' && kinds.has('\r\n')) kinds.delete('\r');
  return kinds.size > 1 ? text.replace(/\r\n?/g, '\n') : text;
}

/** Some rows, and the index of what follows them. */
export interface RowsRead {
  readonly rows: readonly string[][];
  readonly at: number;
}

/**
 * The rows of a text, about a million characters at a time, and how far it is read. Blank lines are rows of one empty
 * cell.
 *
 * @throws DatasetError with the line and the column where a quote is not closed, or text follows one that is
 */
export function* rowsOf(text: string, { delimiter, newline, from }: Dialect, source: string): Generator<RowsRead> {
  const parser = parserOf({ delimiter, newline });
  let at = from;
  let length = CHUNK;
  while (at < text.length) {
    const atEnd = at + length >= text.length;
    const { data, errors, meta } = parser.parse(text.slice(at, at + length), 0, !atEnd);
    const fault = errors.find(({ type }) => type === 'Quotes');
    if (fault !== undefined && (atEnd || fault.code === 'InvalidQuotes')) {
      const opens = at + Math.max((fault.index ?? 1) - 1, 0);
      throw new DatasetError(`${source}, ${placeIn(text, opens)}: ${QUOTES[fault.code] ?? fault.message}`);
    }
    if (!atEnd && meta.cursor === 0) {
      length *= 2;
      continue;
    }
    // What the last line break ends is followed by nothing, which is no row.
    if (atEnd && data.length > 0 && isBlank(data.at(-1) ?? [])) data.pop();
    at = atEnd ? text.length : at + meta.cursor;
    yield { rows: data, at };
    length = CHUNK;
  }
}

const QUOTES: Readonly<Record<string, string>> = {
  MissingQuotes: 'a quoted cell begins here and its closing quote is missing.',
  InvalidQuotes:
    'in the quoted cell that begins here, text follows a closing quote. Write a quote within a cell twice ("").',
};

/** The line on which a row begins: rows before it may have cells of several lines. `from`: that of the first row. */
export function lineOf(rows: readonly (readonly string[])[], row: number, from: number): number {
  let line = from + row;
  for (const cells of rows.slice(0, row))
    for (const cell of cells) if (/[\n\r]/.test(cell)) line += cell.match(/\r\n|\n|\r/g)?.length ?? 0;
  return line;
}

export const isBlank = (row: readonly string[]): boolean => row.every((cell) => cell.trim() === '');

interface Parsed {
  readonly data: string[][];
  readonly errors: readonly {
    readonly type: string;
    readonly code: string;
    readonly message: string;
    index?: number;
  }[];
  readonly meta: { readonly cursor: number };
}

/** The library's own reader of one chunk, which leaves a row that is not whole and says how far it came. */
function parserOf({ delimiter, newline }: Pick<Dialect, 'delimiter' | 'newline'>): {
  parse(chunk: string, base: number, leaveLastRow: boolean): Parsed;
} {
  return new Papa.Parser({ delimiter, newline, quoteChar: '"', escapeChar: '"' });
}
