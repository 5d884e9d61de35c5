/**
 * Finds the Chromium or Chrome that the browser tests drive, and installs
 * Debian's package where that is possible. Node built-ins only, because
 * `scripts/test.mjs` runs it before the dependencies exist.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';

/**
 * Command-line switches for every automated Chromium: no sandbox (containers
 * run as root), and none of the background traffic of a fresh profile.
 */
export const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * For tests, which are short and measure nothing: neither SQLite's WebAssembly nor scripts are compiled once more, for
 * speed, behind them, and memory is collected by one thread. That was a fifth of their work.
 */
export const CHROMIUM_ARGS_OF_TESTS = [...CHROMIUM_ARGS, '--js-flags=--liftoff-only,--no-opt,--single-threaded-gc'];

/** The headless shell first: without windows, whose own pages took as long to load as the page that is tested. */
const COMMANDS = [
  'chromium-headless-shell',
  'chrome-headless-shell',
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
  'msedge',
  'microsoft-edge',
];

const MAC_APPS = [
  'Google Chrome.app/Contents/MacOS/Google Chrome',
  'Chromium.app/Contents/MacOS/Chromium',
  'Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
];

const WINDOWS_PROGRAMS = [
  'Google/Chrome/Application/chrome.exe',
  'Chromium/Application/chrome.exe',
  'Microsoft/Edge/Application/msedge.exe',
];

/** @param {string} file */
export function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/**
 * The places to look, most specific first.
 * @param {NodeJS.ProcessEnv} env
 * @param {NodeJS.Platform} platform
 * @returns {string[]}
 */
function candidates(env, platform) {
  const suffix = platform === 'win32' ? '.exe' : '';
  const folders = (env.PATH ?? '').split(delimiter).filter(Boolean);
  const onPath = COMMANDS.flatMap((command) => folders.map((folder) => join(folder, command + suffix)));
  if (platform === 'darwin') {
    const roots = ['/Applications', join(env.HOME ?? '', 'Applications')];
    return [...onPath, ...roots.flatMap((root) => MAC_APPS.map((app) => join(root, app)))];
  }
  if (platform === 'win32') {
    const roots = [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA].filter((root) => root !== undefined);
    return [...onPath, ...roots.flatMap((root) => WINDOWS_PROGRAMS.map((program) => join(root, program)))];
  }
  return onPath;
}

/** The browser that `npx playwright install` would have downloaded, if it is there. */
function playwrightChromium() {
  try {
    /** @type {typeof import('playwright')} */
    const { chromium } = createRequire(import.meta.url)('playwright');
    const file = chromium.executablePath();
    return existsSync(file) ? file : undefined;
  } catch {
    return undefined; // Playwright is not installed yet
  }
}

/**
 * The path of a Chromium-based browser, or undefined if none is found.
 * `CHROMIUM_PATH` and `CHROME_PATH` win over everything else.
 * @param {NodeJS.ProcessEnv} [env]
 * @param {NodeJS.Platform} [platform]
 * @returns {string | undefined}
 * @throws {Error} if `CHROMIUM_PATH` or `CHROME_PATH` names something that cannot be run
 */
export function findChromium(env = process.env, platform = process.platform) {
  for (const name of ['CHROMIUM_PATH', 'CHROME_PATH']) {
    const file = env[name];
    if (!file) continue;
    if (!isExecutable(file)) throw new Error(`${name} is set to ${file}, which is not an executable file.`);
    return file;
  }
  return candidates(env, platform).find(isExecutable) ?? playwrightChromium();
}

/** @param {string} file */
function starts(file) {
  // On Windows `--version` opens a window instead of answering.
  return (
    process.platform === 'win32' || spawnSync(file, ['--version'], { stdio: 'ignore', timeout: 30_000 }).status === 0
  );
}

/**
 * Like {@link findChromium}, but makes sure that the browser starts, and installs
 * Debian's package if there is none and this process may do so.
 * @returns {string} the path of a browser that starts
 * @throws {Error} with what to install, if there is no browser in the end
 */
export function ensureChromium() {
  const found = findChromium();
  if (found && starts(found)) return found;
  if (canUseApt()) {
    console.log('No Chromium found: installing one …');
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const apt = (/** @type {string[]} */ ...args) => spawnSync('apt-get', args, { stdio: 'inherit', env }).status === 0;
    apt('update');
    // Older releases of Debian have no package of the headless shell.
    const install = (/** @type {string} */ name) => apt('install', '-y', '--no-install-recommends', name);
    if (!install('chromium-headless-shell')) install('chromium');
    const installed = findChromium();
    if (installed && starts(installed)) return installed;
  }
  throw new Error(
    (found ? `${found} does not start.` : 'No Chromium, Chrome or Edge was found.') +
      ' The browser tests need one. Install it (Debian: `apt-get install chromium`; other systems: Google Chrome, or' +
      ' `npx playwright install chromium`), or set CHROMIUM_PATH to its executable.',
  );
}

function canUseApt() {
  return (
    process.platform === 'linux' &&
    process.getuid?.() === 0 &&
    spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status === 0
  );
}
