/**
 * The engine on the command line: `npm run --silent lab -- <command>`, or `node scripts/lab.mjs <command>`. Runs
 * src/cli from a bundle, which is made anew when the source is newer.
 */
import { bundled, DATABASE_WORKER, runBundled } from './bundle.mjs';

await runBundled(await bundled({ entries: { main: 'src/cli/main.ts', ...DATABASE_WORKER } }));
