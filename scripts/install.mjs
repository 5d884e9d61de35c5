/**
 * What both commands do first: refuse a Node that is too old, and install the
 * locked dependencies if they are missing or no longer match package-lock.json.
 * Node built-ins only.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Whether a Node version can run the tools: 20.19 and later 20.x, 22.13 and later 22.x, 24 and up.
 * @param {string} version such as "20.19.0"
 */
export function isSupportedNode(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return (major === 20 && minor >= 19) || (major === 22 && minor >= 13) || major >= 24;
}

/** @typedef {{ version?: string, optional?: boolean, devOptional?: boolean }} LockedPackage */

/**
 * Whether what npm recorded in node_modules is what the lockfile asks for.
 * Optional packages (binaries for other systems) may be absent.
 * @param {Record<string, LockedPackage>} locked `packages` of package-lock.json
 * @param {Record<string, LockedPackage>} installed `packages` of node_modules/.package-lock.json
 */
export function matchesLock(locked, installed) {
  return Object.entries(locked).every(([path, wanted]) => {
    if (path === '') return true; // the project itself
    const found = installed[path];
    return found ? found.version === wanted.version : Boolean(wanted.optional ?? wanted.devOptional);
  });
}

/**
 * @param {string} file relative to the project
 * @returns {Record<string, LockedPackage> | undefined} undefined if npm has not written the file
 */
function readPackages(file) {
  try {
    const lock = /** @type {{ packages?: Record<string, LockedPackage> }} */ (
      JSON.parse(readFileSync(join(ROOT, file), 'utf8'))
    );
    return lock.packages;
  } catch {
    return undefined;
  }
}

/**
 * Runs `npm ci` unless the installed packages already match the lockfile.
 * @throws {Error} if Node is too old, or the packages cannot be installed
 */
export function prepare() {
  if (!isSupportedNode(process.versions.node)) {
    throw new Error(
      `GRPO SQL Lab needs Node 20.19 or later (20, 22.13+ or 24+); this is ${process.versions.node}. See https://nodejs.org`,
    );
  }
  const locked = readPackages('package-lock.json');
  if (!locked)
    throw new Error('package-lock.json is missing or broken: restore it with `git checkout package-lock.json`.');
  const installed = readPackages('node_modules/.package-lock.json');
  if (installed && matchesLock(locked, installed)) return;

  console.log(installed ? 'The lockfile has changed: installing …' : 'Installing the locked dependencies (once) …');
  // Under `npm start` and `npm test`, npm names its own script, so no shell is needed, not on Windows either.
  // NODE_ENV=production would leave out the development tools, which are all of the tools here.
  const npm = process.env.npm_execpath?.endsWith('npm-cli.js') ? process.env.npm_execpath : undefined;
  // Errors only: a package that states a newer Node than it needs is no concern of the user's.
  const args = ['ci', '--include=dev', '--loglevel=error'];
  const options = /** @type {const} */ ({ cwd: ROOT, stdio: 'inherit' });
  const { status } = npm
    ? spawnSync(process.execPath, [npm, ...args], options)
    : spawnSync(`npm ${args.join(' ')}`, { ...options, shell: true });
  if (status !== 0) throw new Error('npm ci failed (see above). It needs a network connection the first time.');
}
