/** The starter policy: general hints learned on other databases, shipped with the page. And the options that choose it. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseHints } from '../engine/hints-file.ts';
import type { PolicyHint } from '../grpo/types.ts';
import { readText } from './files.ts';
import { UsageError } from './options.ts';

const SHOWN = 'public/starter/hints.json';
const PATH = fileURLToPath(new URL(`../../${SHOWN}`, import.meta.url));

/** Throws UsageError when it is not there, DatasetError when it is broken. */
export function loadStarter(path = PATH): PolicyHint[] {
  if (!existsSync(path)) throw new UsageError(`There is no starter policy: ${SHOWN} is missing.`);
  return parseHints(readText(path), SHOWN);
}

export interface ChosenHints {
  readonly hints: readonly PolicyHint[];
  /** As results name it. */
  readonly from: 'none' | 'starter' | 'file';
  /** The file, for from 'file'. */
  readonly path: string | null;
  /** What the caller has to be told; null for nothing. */
  readonly warning: string | null;
}

/**
 * What `none`, `starter` or a file stands for; without a choice the starter policy, or, where this copy of the program has
 * none, no hints with a warning. Throws UsageError, DatasetError.
 */
export function chosenHints(chosen: string | undefined, starterPath = PATH): ChosenHints {
  if (chosen === undefined && !existsSync(starterPath)) {
    return { hints: [], from: 'none', path: null, warning: `Warning: there is no starter policy (${SHOWN} is missing), so there are no hints to begin with.` };
  }
  if (chosen === 'none') return { hints: [], from: 'none', path: null, warning: null };
  if (chosen === undefined || chosen === 'starter') return { hints: loadStarter(starterPath), from: 'starter', path: null, warning: null };
  return { hints: parseHints(readText(chosen), chosen), from: 'file', path: chosen, warning: null };
}
