/**
 * `npm run bench`: what steps, the page, storage and the command line cost, as one table. CPU time, medians.
 *
 *   npm run bench [-- --dataset DIR] [--beside DIR] [--playground DIR] [--only engine,page,storage,cli]
 *
 * --dataset is a folder with db.sqlite and questions.json, measured beside the shop. --beside is another checkout with
 * its packages installed, measured in the same run and in turn. --playground is a build of TensorFlow Playground, whose
 * loading is measured beside ours. Rows about the page need a built site (npm run build).
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { cliRows } from './cli.ts';
import { engineRows } from './engine.ts';
import { pageRows } from './page-rows.ts';
import { tableOf, type Row } from './rows.ts';
import { storageRows } from './storage.ts';

const ROOT = resolve(import.meta.dirname, '../..');

interface Given {
  readonly roots: { readonly here: string; readonly beside: string | null };
  readonly dataset: string | null;
  readonly playground: string | null;
}

const PARTS: Readonly<Record<string, (given: Given) => Promise<Row[]>>> = {
  engine: ({ roots, dataset }) => engineRows(roots, dataset),
  page: ({ roots, playground }) => pageRows(roots, playground),
  storage: ({ roots }) => storageRows(roots),
  cli: ({ roots }) => cliRows(roots),
};

/** Throws Error with what is wrong with the arguments. */
function given(): Given & { readonly parts: readonly string[] } {
  const { values } = parseArgs({
    options: {
      dataset: { type: 'string' },
      beside: { type: 'string' },
      playground: { type: 'string' },
      only: { type: 'string' },
    },
  });
  const parts = values.only?.split(',') ?? Object.keys(PARTS);
  const unknown = parts.find((part) => PARTS[part] === undefined);
  if (unknown !== undefined) throw new Error(`--only takes ${Object.keys(PARTS).join(', ')}, not "${unknown}".`);
  return {
    roots: { here: ROOT, beside: folder('beside', values.beside, 'package.json') },
    dataset: folder('dataset', values.dataset, 'questions.json'),
    playground: folder('playground', values.playground, 'index.html'),
    parts,
  };
}

function folder(option: string, path: string | undefined, file: string): string | null {
  if (path === undefined) return null;
  if (!existsSync(join(path, file))) throw new Error(`--${option} ${path}: there is no ${file}.`);
  return resolve(path);
}

async function main(): Promise<void> {
  const { parts, ...rest } = given();
  const rows: Row[] = [];
  for (const part of parts) {
    process.stderr.write(`${part} …\n`);
    try {
      rows.push(...((await PARTS[part]?.(rest)) ?? []));
    } catch (error) {
      // One part that cannot be measured leaves the others.
      process.exitCode = 1;
      rows.push({ what: part, unit: '', here: null, beside: null, note: String(error).split('\n')[0] ?? '' });
    }
  }
  process.stdout.write(`${tableOf(rows).join('\n')}\n`);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
