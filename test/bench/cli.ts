/** Rows about the command line: whole processes, as `npm run lab` starts them. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { inTurn, pairedRow, type Row } from './rows.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const ROUNDS = 7;
const SHOP = join(ROOT, 'public/datasets/shop');
const TRAIN = ['--database', join(SHOP, 'db.sqlite'), '--questions', join(SHOP, 'questions.json'), '--steps', '1'];

/** How a checkout starts its command line: what stands in its package.json. */
function launcherOf(root: string): string[] {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string | undefined>;
  };
  const [program = '', ...rest] = (scripts['lab'] ?? '').split(' ');
  const files = rest.map((file) => join(root, file));
  if (program === 'node') return files;
  if (program === 'tsx') return [join(root, 'node_modules/tsx/dist/cli.mjs'), ...files];
  throw new Error(`${root}: its script "lab" starts neither with node nor with tsx.`);
}

/** CPU milliseconds of a call and of the Nodes that it starts. */
async function cpuOf(root: string, args: readonly string[]): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const file = join(folder, 'cpu');
  const preload = pathToFileURL(join(ROOT, 'test/bench/report-cpu.mjs')).href;
  try {
    await promisify(execFile)(process.execPath, [...launcherOf(root), ...args], {
      cwd: root,
      env: { ...process.env, NODE_OPTIONS: `--import=${preload}`, REPORT_CPU_TO: file },
    });
    return readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .reduce((sum, line) => sum + Number(line), 0);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export async function cliRows(roots: { readonly here: string; readonly beside: string | null }): Promise<Row[]> {
  // Once before it counts: the bundle is made, and the files are in memory.
  for (const root of [roots.here, roots.beside]) if (root !== null) await cpuOf(root, ['--help']);
  const help = await inTurn(roots, ROUNDS, (root) => cpuOf(root, ['--help']));
  const train = await inTurn(roots, ROUNDS, (root) => cpuOf(root, ['train', ...TRAIN]));
  return [
    pairedRow({ what: 'lab --help, CPU', unit: 'ms', aim: { of: 'ratio', most: 0.3 } }, help, (ms) => ms),
    pairedRow({ what: 'lab train, one step, CPU', unit: 'ms', aim: { of: 'ratio', most: 0.45 } }, train, (ms) => ms),
  ];
}
