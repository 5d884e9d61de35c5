/** The starter policy: general hints learned on other databases, shipped with the page. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { PolicyHint } from '../grpo/types.ts';
import { readText } from './files.ts';
import { parseHints } from '../engine/hints-file.ts';
import { UsageError } from './options.ts';

const SHOWN = 'public/starter/hints.json';
const PATH = fileURLToPath(new URL(`../../${SHOWN}`, import.meta.url));

/** Throws UsageError when it is not there, DatasetError when it is broken. */
export function loadStarter(): PolicyHint[] {
  if (!existsSync(PATH)) throw new UsageError(`There is no starter policy: ${SHOWN} is missing.`);
  return parseHints(readText(PATH), SHOWN);
}
