/** The table of the bench: what a row is, how figures become one, how it is printed. */

/** What a row has to come to: its figure, or its ratio to the other checkout's. */
export interface Aim {
  readonly of: 'figure' | 'ratio';
  readonly most: number;
}

export interface Row {
  readonly what: string;
  /** Behind the figures: ms, kB, MB, ×; '' for texts. */
  readonly unit: string;
  /** A text stands as it is; null where it was not measured. */
  readonly here: number | string | null;
  readonly beside: number | string | null;
  /** Of pairs measured in turn, the median of their ratios; otherwise of the two figures. */
  readonly ratio?: number | null;
  readonly aim?: Aim;
  /** Why there is no figure, or what it is short of. */
  readonly note?: string;
}

export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return ((sorted[Math.ceil(half) - 1] ?? NaN) + (sorted[Math.floor(half)] ?? NaN)) / 2;
}

/** What was measured of the two checkouts in turn; `beside` is empty where there is only one. */
export interface Pairs<T> {
  readonly here: readonly T[];
  readonly beside: readonly T[];
}

/** Measures both checkouts so many times in turn, so that a machine that slows down slows both. */
export async function inTurn<T>(
  roots: { readonly here: string; readonly beside: string | null },
  rounds: number,
  measure: (root: string) => Promise<T>,
): Promise<Pairs<T>> {
  const here: T[] = [];
  const beside: T[] = [];
  for (let i = 0; i < rounds; i++) {
    here.push(await measure(roots.here));
    if (roots.beside !== null) beside.push(await measure(roots.beside));
  }
  return { here, beside };
}

/** A row of pairs: the medians, and the median of the ratios. A figure of null was not to be had. */
export function pairedRow<T>(
  row: Pick<Row, 'what' | 'unit' | 'aim' | 'note'>,
  pairs: Pairs<T>,
  figure: (run: T) => number | null,
): Row {
  const here = pairs.here.map(figure);
  const beside = pairs.beside.map(figure);
  const ratios = beside.flatMap((other, i) => {
    const own = here[i] ?? null;
    return own === null || other === null || other === 0 ? [] : [own / other];
  });
  const known = (list: readonly (number | null)[]) => median(list.filter((value) => value !== null));
  return { ...row, here: known(here), beside: known(beside), ratio: median(ratios) };
}

/** What cannot be measured, and why. */
export function absentRow(what: string, note: string): Row {
  return { what, unit: '', here: null, beside: null, note };
}

function ratioOf({ ratio, here, beside }: Row): number | null {
  if (ratio !== undefined) return ratio;
  return typeof here === 'number' && typeof beside === 'number' && beside !== 0 ? here / beside : null;
}

/** Null where the aim has nothing to be held against. */
export function holds(row: Row): boolean | null {
  if (row.aim === undefined) return null;
  const value = row.aim.of === 'ratio' ? ratioOf(row) : row.here;
  return typeof value === 'number' ? value <= row.aim.most : null;
}

/** Three figures, as in a table. */
export function shown(value: number | string | null, unit: string): string {
  if (value === null) return '–';
  if (typeof value === 'string') return value;
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return `${value.toFixed(digits)}${unit === '' ? '' : ` ${unit}`}`;
}

const HOLDS = new Map<boolean | null, string>([
  [true, 'yes'],
  [false, 'NO'],
  [null, ''],
]);

/** The rows as lines of a table in Markdown. */
export function tableOf(rows: readonly Row[]): string[] {
  const cells = [
    ['measure', 'here', 'beside', 'ratio', 'aim', 'holds', 'note'],
    ...rows.map((row) => [
      row.what,
      shown(row.here, row.unit),
      shown(row.beside, row.unit),
      shown(ratioOf(row), ''),
      row.aim === undefined ? '' : `≤ ${row.aim.most} ${row.aim.of === 'ratio' ? 'of beside' : row.unit}`.trimEnd(),
      HOLDS.get(holds(row)) ?? '',
      row.note ?? '',
    ]),
  ];
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((line) => (line[column] ?? '').length)));
  const line = (texts: readonly string[]) =>
    `| ${texts.map((text, i) => text.padEnd(widths[i] ?? 0)).join(' | ')} |`.trimEnd();
  const [head = [], ...rest] = cells;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rest.map(line)];
}
