/**
 * Finds Firefox and WebKitGTK, in which `npm test` plays a part of what it plays in Chromium where they are installed.
 * Nothing but Node is needed.
 */
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, delimiter, join } from 'node:path';
import { isExecutable } from './chromium.mjs';

/**
 * What starts an engine, or why it cannot be tried. `display` is the X server to start for it, if any.
 * @typedef {{ name: string, file: string, display?: string, missing?: undefined }} Found
 * @typedef {{ name: string, missing: string }} Missing
 */

/**
 * A snap sees no temporary files but its own, so no profile that it is given. Ubuntu's `firefox` is a script that
 * starts one.
 * @param {string} file
 */
function isSnap(file) {
  if (basename(realpathSync(file)) === 'snap') return true;
  return statSync(file).size < 100_000 && readFileSync(file, 'utf8').includes('/snap/bin/');
}

/**
 * Firefox and WebKit, in this order.
 * @param {NodeJS.ProcessEnv} [env]
 * @param {NodeJS.Platform} [platform]
 * @returns {(Found | Missing)[]}
 */
export function findEngines(env = process.env, platform = process.platform) {
  const folders = (env.PATH ?? '').split(delimiter).filter(Boolean);
  const onPath = (/** @type {string[]} */ ...commands) =>
    commands.flatMap((command) => folders.map((folder) => join(folder, command))).filter(isExecutable);

  const firefox = () => {
    const name = 'Firefox';
    const app = '/Applications/Firefox.app/Contents/MacOS/firefox';
    const found = [...onPath('firefox', 'firefox-esr'), ...(platform === 'darwin' && isExecutable(app) ? [app] : [])];
    const file = found.find((one) => !isSnap(one));
    if (file !== undefined) return { name, file };
    return { name, missing: found.length > 0 ? 'only a snap of it is installed' : 'not installed (firefox-esr)' };
  };
  const webkit = () => {
    const name = 'WebKit';
    const [file] = onPath('WebKitWebDriver');
    if (file === undefined) return { name, missing: 'not installed (webkit2gtk-driver)' };
    const [display] = onPath('Xvfb');
    if (display !== undefined) return { name, file, display };
    return env.DISPLAY || env.WAYLAND_DISPLAY ? { name, file } : { name, missing: 'it has no display (xvfb)' };
  };
  // Processes are ended by their group, which Windows does not have.
  if (platform === 'win32') return ['Firefox', 'WebKit'].map((name) => ({ name, missing: 'not tried on Windows' }));
  return [firefox(), webkit()];
}
