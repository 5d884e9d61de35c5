/** The datasets that ship with the page, opened from disk as the page opens them. */
import { readFile } from 'node:fs/promises';
import { SqliteDatabase } from '../../src/database/sqlite-database.ts';
import type { Dataset, EnginePorts } from '../../src/engine/engine-ports.ts';
import { openDataset } from '../../src/engine/data/open-dataset.ts';

const PUBLIC = new URL('../../public/', import.meta.url);

/**
 * Opens one anew at every call, as its database is closed when another takes its place. `opened` collects them, to be
 * closed.
 */
export function shippedDatasets(opened: Dataset[]): EnginePorts['openDataset'] {
  return async (name) => {
    const dataset = await openDataset({
      ...(name === undefined ? {} : { name }),
      baseUrl: PUBLIC.href,
      openDatabase: (bytes) => SqliteDatabase.open(bytes),
      fetch: async (address) =>
        new Response(new Uint8Array(await readFile(new URL(address instanceof Request ? address.url : address)))),
    });
    opened.push(dataset);
    return dataset;
  };
}
