/** Runs a TypeScript file in plain Node: `node scripts/run.mjs FILE [arguments]`. */
import { resolve } from 'node:path';
import { bundled, DATABASE_WORKER, runBundled } from './bundle.mjs';

const [file, ...rest] = process.argv.slice(2);
if (file === undefined) {
  process.stderr.write('Usage: node scripts/run.mjs FILE [arguments]\n');
  process.exit(2);
}
const folder = await bundled({ entries: { main: resolve(file), ...DATABASE_WORKER } });
process.argv.splice(1, process.argv.length, resolve(file), ...rest);
await runBundled(folder);
