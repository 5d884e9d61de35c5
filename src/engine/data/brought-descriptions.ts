/** From files of descriptions that somebody brings, one for each table, to what is said of the open schema. */
import { readDescriptions } from '../../formats/descriptions-file.ts';
import { DatasetError } from '../../formats/entry.ts';
import { decodeText } from '../../formats/tables/decode.ts';
import type { Described } from '../../grpo/schema-notes.ts';
import type { Schema } from '../../grpo/types.ts';

/** Files that are read together. */
const MOST_FILES = 1000;

/**
 * What they say, and what that is in words. Rejects with DatasetError, with what is wrong with one of them: all are
 * taken, or none.
 */
export async function readDescriptionFiles(
  files: readonly File[],
  schema: Schema,
): Promise<{ readonly described: readonly Described[]; readonly said: string }> {
  if (files.length > MOST_FILES) throw new DatasetError(`At most ${MOST_FILES} files are read together.`);
  const described: Described[] = [];
  const tables = new Set<string>();
  const unknown: string[] = [];
  for (const file of files) {
    const bytes = await file.arrayBuffer().catch((error: unknown) => {
      throw new DatasetError(`${file.name} could not be read: it may have been moved or changed. Choose it again.`, {
        cause: error,
      });
    });
    const read = readDescriptions(decodeText(new Uint8Array(bytes), file.name).text, file.name, schema);
    tables.add(read.table);
    described.push(...read.described);
    unknown.push(...read.unknown.map((column) => `${read.table}.${column}`));
  }
  const counted = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;
  return {
    described,
    said: `${counted(described.length, 'column')} of ${counted(tables.size, 'table')} described.${unknown.length === 0 ? '' : ` Left out, because there is no such column: ${unknown.slice(0, 8).join(', ')}${unknown.length > 8 ? ` and ${unknown.length - 8} more` : ''}.`}`,
  };
}
