/** What a row of a table is called by. */
import type { ColumnEntry, SchemaIndex } from '../../linking/schema-index.ts';
import { stemOf } from '../../linking/words.ts';

const NAME_WORDS: ReadonlySet<string> = new Set(['name', 'title', 'label'].map(stemOf));

/** The column a reader would call a row by: its name or title, else its first text column, else its first. */
export function displayColumn(index: SchemaIndex, table: string): ColumnEntry | undefined {
  const entry = index.tables.get(table);
  const columns = entry?.columns ?? [];
  const names = columns.filter((column) => column.stems.some((stem) => NAME_WORDS.has(stem)));
  // `city.city_name` before `city.country_name`.
  return (
    names.find((column) => column.stems.some((stem) => entry?.stems.includes(stem) === true)) ??
    names[0] ??
    columns.find((column) => !column.isKey && column.profile?.holds === 'text') ??
    columns[0]
  );
}
