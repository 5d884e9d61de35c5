/** What the queries that read a schema share. */

/** Milliseconds that one of them may take at most, whatever it counts. */
export const QUERY_DEADLINE_MS = 5000;

/** A name as SQL writes it. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as SQL writes it. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
