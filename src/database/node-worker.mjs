// Entry of the worker thread where node-spawn.mjs runs unbundled, as in the tests: the same worker from a bundle of its
// own, since not every Node reads TypeScript. A bundled program has that worker beside itself under this name.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundled, DATABASE_WORKER } from '../../scripts/bundle.mjs';

await import(pathToFileURL(join(await bundled({ entries: DATABASE_WORKER }), 'node-worker.mjs')).href);
