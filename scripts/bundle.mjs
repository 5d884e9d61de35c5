/**
 * TypeScript for plain Node: a program and what it imports, bundled once and again when one of its files has changed.
 * Bundles are kept in node_modules/.cache, each in a folder of its own that is moved into place when it is whole, so
 * that calls at the same time do not meet. Node's own modules only, until there is something to bundle.
 */
import { createHash, randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
/** A bundle that has been replaced may still be running: it is kept this long. */
const KEPT_MS = 24 * 60 * 60_000;

/**
 * What is bundled: each entry becomes a file `<name>.mjs` of one folder. `swap` takes what it names by the beginning of
 * its path from another place, where there is a file, the first that fits; what is imported there comes from there.
 * @typedef {Readonly<Record<string, string>>} Names
 * @typedef {{ root?: string, entries: Names, swap?: readonly (readonly [from: string, to: string])[] }} Program
 */

/** The database worker of `src/database/node-spawn.mjs`, which looks for it beside itself under this name. */
export const DATABASE_WORKER = { 'node-worker': 'src/database/node-serve.mjs' };

/**
 * What says that a file has changed: its time and size, or that it is gone.
 * @param {string} file
 */
function stateOf(file) {
  const found = statSync(file, { throwIfNoEntry: false });
  return `${file} ${found === undefined ? 'gone' : `${found.mtimeMs} ${found.size}`}`;
}

/** @param {readonly string[]} texts */
function hashOf(texts) {
  return createHash('sha256').update(texts.join('\n')).digest('hex').slice(0, 16);
}

/**
 * The folder that holds the bundled program, made anew if a file of it is newer. Where nothing can be written beside
 * the packages, it is made in a temporary folder, for this process only, and stderr says so.
 * @param {Program} program paths relative to its root, which is this project unless it says otherwise
 * @returns {Promise<string>} an absolute path
 * @throws {Error} if a file is missing or cannot be read as TypeScript, or the packages are not installed
 */
export async function bundled({ root = ROOT, entries, swap = [] }) {
  const cache = join(root, 'node_modules/.cache/grpo-sql-lab');
  // Two checkouts may share their packages.
  const key = hashOf([root, JSON.stringify([entries, swap])]);
  const list = join(cache, `${key}.json`);
  const known = readList(list);
  if (known !== undefined && hashOf(known.files.map(stateOf)) === known.state) return join(cache, known.folder);

  const { folder: target, lasting } = placeFor(cache);
  const states = await build(root, entries, swap, target).catch((/** @type {unknown} */ error) => {
    rmSync(target, { recursive: true, force: true });
    throw error;
  });
  if (!lasting) return target;
  const state = hashOf([...states.values()]);
  const files = [...states.keys()];
  const folder = `${key}-${state}`;
  try {
    renameSync(target, join(cache, folder));
  } catch {
    // Another call has made the same one in the meantime.
    rmSync(target, { recursive: true, force: true });
  }
  // Not by the process: each of its threads may be here at once.
  const written = join(cache, `${key}.${randomUUID()}.tmp`);
  writeFileSync(written, JSON.stringify({ files, state, folder }));
  renameSync(written, list);
  sweep(cache);
  return join(cache, folder);
}

/**
 * Runs the entry `main` of a bundle in this process. Errors are shown where they are in the source.
 * @param {string} folder
 */
export async function runBundled(folder) {
  process.setSourceMapsEnabled(true);
  await import(pathToFileURL(join(folder, 'main.mjs')).href);
}

/**
 * @param {string} list
 * @returns {{ files: string[], state: string, folder: string } | undefined}
 */
function readList(list) {
  try {
    const known = /** @type {{ files: string[], state: string, folder: string }} */ (
      JSON.parse(readFileSync(list, 'utf8'))
    );
    return statSync(join(dirname(list), known.folder)).isDirectory() ? known : undefined;
  } catch {
    return undefined;
  }
}

/**
 * A new folder to build in.
 * @param {string} cache
 */
function placeFor(cache) {
  try {
    mkdirSync(cache, { recursive: true });
    return { folder: mkdtempSync(join(cache, 'new-')), lasting: true };
  } catch (error) {
    const folder = mkdtempSync(join(tmpdir(), 'grpo-sql-lab-'));
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    process.stderr.write(`${cache} cannot be written (${why}): bundled for this call only.\n`);
    return { folder, lasting: false };
  }
}

/**
 * The packages that only development needs, none where there is no package.json.
 * @param {string} root
 */
function toolsOf(root) {
  const file = join(root, 'package.json');
  if (!existsSync(file)) return [];
  const { devDependencies = {} } = /** @type {{ devDependencies?: Names }} */ (JSON.parse(readFileSync(file, 'utf8')));
  return Object.keys(devDependencies);
}

/**
 * Imports of packages, or of files in them.
 * @param {readonly string[]} names
 */
function packages(names) {
  return new RegExp(`^(${names.map((name) => name.replace(/[.]/g, '\\.')).join('|')})(/|$)`);
}

/**
 * @param {string} root
 * @param {Names} entries
 * @param {NonNullable<Program['swap']>} swap
 * @param {string} target an empty folder
 * @returns {Promise<Map<string, string>>} the state of each file it was made from; the lockfile stands for packages
 */
async function build(root, entries, swap, target) {
  const { rolldown } = await import('rolldown').catch(() => {
    throw new Error('The packages are not installed: `npm ci` does that.');
  });
  const outside = packages(['@sqlite.org/sqlite-wasm', ...toolsOf(root)]);
  const others = [join(root, 'package-lock.json'), fileURLToPath(import.meta.url)];
  const states = new Map(others.map((file) => [file, stateOf(file)]));
  const bundle = await rolldown({
    cwd: root,
    input: Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, resolve(root, file)])),
    platform: 'node',
    // What cannot be bundled is thrown; a remark on how long it took would stand among what the program says.
    logLevel: 'silent',
    plugins: [
      {
        name: 'swap',
        resolveId: {
          filter: { id: /^\./ },
          handler: (source, importer) => {
            const path = resolve(dirname(importer ?? root), source);
            const others = swap
              .filter(([from]) => path.startsWith(from))
              .map(([from, to]) => to + path.slice(from.length));
            const found = others.find((other) => existsSync(other));
            if (found === undefined && others.length > 0) throw new Error(`There is no ${others.join(' or ')}.`);
            return found;
          },
        },
      },
      {
        // SQLite finds its .wasm beside its own module, and tools are no part of a program.
        name: 'stays-outside',
        resolveId: {
          filter: { id: outside },
          async handler(source, importer) {
            const found = await this.resolve(source, importer, { skipSelf: true });
            return found === null ? null : { id: pathToFileURL(found.id).href, external: true };
          },
        },
      },
      {
        // A file is found from where its source is; only the worker is looked for in the bundle.
        name: 'own-address',
        transform: {
          filter: { id: { exclude: [/node_modules/, /node-spawn\.mjs$/] }, code: 'import.meta.' },
          handler: (code, id) => {
            const own = { url: pathToFileURL(id).href, filename: id, dirname: dirname(id) };
            const addressed = code.replace(
              /\bimport\.meta\.(url|filename|dirname)\b/g,
              (_, /** @type {keyof typeof own} */ name) => JSON.stringify(own[name]),
            );
            return { code: addressed, map: null };
          },
        },
      },
      {
        // Before it is read: what changes while it is bundled is then newer than the bundle.
        name: 'inputs',
        load: (id) => {
          if (!id.includes('node_modules') && !id.startsWith('\0')) states.set(id, stateOf(id));
          return null;
        },
      },
    ],
  });
  try {
    await bundle.write({
      dir: target,
      format: 'esm',
      sourcemap: true,
      // The cache may be reached through a link to the packages of another checkout.
      sourcemapPathTransform: (source, map) => resolve(dirname(map), source),
      entryFileNames: '[name].mjs',
      chunkFileNames: '[name]-[hash].mjs',
    });
  } finally {
    await bundle.close();
  }
  return states;
}

/**
 * Removes bundles that were replaced long enough ago, and what was never finished.
 * @param {string} cache
 */
function sweep(cache) {
  const names = readdirSync(cache);
  const lists = names.filter((name) => name.endsWith('.json'));
  const used = new Set([...lists, ...lists.map((name) => readList(join(cache, name))?.folder)]);
  for (const name of names) {
    const path = join(cache, name);
    const found = statSync(path, { throwIfNoEntry: false });
    if (used.has(name) || found === undefined || Date.now() - found.mtimeMs < KEPT_MS) continue;
    rmSync(path, { recursive: true, force: true });
  }
}
