/** Rows about steps: engine-run.ts in a process of its own, bundled with the source of each checkout. */
import { execFile } from 'node:child_process';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { bundled } from '../../scripts/bundle.mjs';
import type { EngineRun } from './engine-run.ts';
import { absentRow, inTurn, median, pairedRow, type Row } from './rows.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const ROUNDS = 3;

/** A TypeScript file of this bench, run against the source of a checkout. Resolves to what it prints. */
export async function runAgainst(root: string, file: string, args: readonly string[]): Promise<string> {
  const swap: [string, string][] =
    root === ROOT
      ? []
      : [
          [join(ROOT, 'src/'), join(root, 'src/')],
          // Where file formats were before they had a room.
          [join(ROOT, 'src/formats/'), join(root, 'src/engine/')],
        ];
  const folder = await bundled({ entries: { main: join('test/bench', file) }, swap });
  const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'main.mjs'), ...args], {
    maxBuffer: 2 ** 26,
  });
  return stdout;
}

const sum = (list: readonly number[]) => list.reduce((total, value) => total + value, 0);

/** Steps that the sandbox did not stop, against what their SQL takes without one. */
function timesBare({ warm, bare }: EngineRun): number {
  const whole = warm.filter((_, i) => bare[i] !== null);
  return sum(whole) / sum(bare.filter((ms) => ms !== null));
}

function entropyText(run: EngineRun | undefined): string | null {
  if (run === undefined) return null;
  const { exact, estimated, none } = run.entropy;
  return `${exact} / ${estimated}${none === 0 ? '' : ` / ${none} none`}`;
}

export async function engineRows(
  roots: { readonly here: string; readonly beside: string | null },
  dataset: string | null,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const folder of [join(ROOT, 'public/datasets/shop'), dataset]) {
    if (folder === null) {
      rows.push(
        absentRow('steps on another dataset', 'give a folder with db.sqlite and questions.json: --dataset DIR'),
      );
      continue;
    }
    const name = basename(folder);
    const pairs = await inTurn(
      roots,
      ROUNDS,
      async (root) => JSON.parse(await runAgainst(root, 'engine-run.ts', [resolve(folder)])) as EngineRun,
    );
    rows.push(
      pairedRow(
        { what: `first meeting, ${name}, CPU`, unit: 'ms', aim: { of: 'ratio', most: 0.35 } },
        pairs,
        ({ first }) => median(first),
      ),
      pairedRow(
        { what: `warm step without its SQL, ${name}, CPU`, unit: 'ms', aim: { of: 'ratio', most: 0.5 } },
        pairs,
        ({ warmWithoutSql }) => median(warmWithoutSql),
      ),
      pairedRow(
        { what: `warm steps ÷ bare execution, ${name}`, unit: '×', aim: { of: 'figure', most: 3 } },
        pairs,
        timesBare,
      ),
      {
        what: `entropy exact / estimated, ${name}`,
        unit: '',
        here: entropyText(pairs.here[0]),
        beside: entropyText(pairs.beside[0]),
      },
    );
  }
  return rows;
}
