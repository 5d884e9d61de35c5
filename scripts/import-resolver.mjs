/**
 * Tells eslint-plugin-boundaries where an import leads. Relative imports are
 * written with their extension, so the path itself is the answer; that the file
 * exists is for the type check (and test/tooling/cycles.test.ts) to say.
 */
import { isBuiltin } from 'node:module';
import { dirname, resolve as resolvePath } from 'node:path';

export const interfaceVersion = 2;

/**
 * @param {string} source what is imported
 * @param {string} file the importing file
 * @returns {{ found: boolean, path: string | null }} null for Node's own modules
 */
export function resolve(source, file) {
  if (source.startsWith('.')) return { found: true, path: resolvePath(dirname(file), source.replace(/\?.*$/, '')) };
  return { found: true, path: isBuiltin(source) ? null : resolvePath(import.meta.dirname, '../node_modules', source) };
}
