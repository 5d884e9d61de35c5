/** Where a command speaks: progress to stderr, its result in a sentence to stdout. */
export interface Report {
  progress(line: string): void;
  result(line: string): void;
}

/** True for about ten of the numbers 1 … all, and for the last. */
export function everyTenth(number: number, all: number): boolean {
  return number === all || number % Math.max(1, Math.floor(all / 10)) === 0;
}

/** Rows as lines, in columns. */
export function inColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** A result as the text of a file; the same value gives the same text. */
export function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 1)}\n`;
}
