/**
 * An import resolver for eslint-plugin-boundaries that takes relative paths at
 * their word, so that the import rule can be tested on files that do not exist.
 */
import { builtinModules } from 'node:module';
import { dirname, resolve as resolvePath } from 'node:path';

export const interfaceVersion = 2;

/**
 * @param {string} source what is imported
 * @param {string} file the importing file
 */
export function resolve(source, file) {
  if (source.startsWith('.')) return { found: true, path: resolvePath(dirname(file), source) };
  return { found: true, path: source.startsWith('node:') || builtinModules.includes(source) ? null : `/node_modules/${source}/index.js` };
}
