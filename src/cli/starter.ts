/**
 * The starter policy: general hints learned on many databases, shipped with the page. And the options that choose it.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseHintsFile } from '../formats/hints-file.ts';
import type { HintsFile, HintSource } from '../formats/hints-file.ts';
import type { PolicyHint } from '../grpo/types.ts';
import { readText } from './files.ts';
import { UsageError } from './options.ts';

const SHOWN = 'public/starter/hints.json';
const PATH = fileURLToPath(new URL(`../../${SHOWN}`, import.meta.url));

/** Throws UsageError when it is not there, DatasetError when it is broken. */
export function loadStarter(path = PATH): PolicyHint[] {
  return [...readStarter(path).hints];
}

function readStarter(path: string): HintsFile {
  if (!existsSync(path)) throw new UsageError(`There is no starter policy: ${SHOWN} is missing.`);
  return parseHintsFile(readText(path), SHOWN);
}

export interface ChosenHints {
  readonly hints: readonly PolicyHint[];
  /** What they were learned on, where the file says so. */
  readonly sources: readonly HintSource[];
  /** As results name it. */
  readonly from: 'none' | 'starter' | 'file';
  /** The file, for from 'file'. */
  readonly path: string | null;
  /** What the caller has to be told; null for nothing. */
  readonly warning: string | null;
}

/**
 * What `none`, `starter` or a file stands for; without a choice the starter policy, or, where this copy of the program
 * has none, no hints with a warning. `option` is what it was given with. Throws UsageError, DatasetError.
 */
export function chosenHints(chosen: string | undefined, starterPath = PATH, option = 'hints'): ChosenHints {
  if (chosen === undefined && !existsSync(starterPath)) {
    return {
      hints: [],
      sources: [],
      from: 'none',
      path: null,
      warning: `Warning: there is no starter policy (${SHOWN} is missing), so there are no hints to begin with.`,
    };
  }
  if (chosen === 'none') return { hints: [], sources: [], from: 'none', path: null, warning: null };
  if (chosen === undefined || chosen === 'starter')
    return { ...readStarter(starterPath), from: 'starter', path: null, warning: null };
  if (!existsSync(chosen))
    throw new UsageError(
      `Cannot read ${chosen.slice(0, 200)}: there is no such file. --${option} takes none, starter or a hints file.`,
    );
  return { ...parseHintsFile(readText(chosen), chosen), from: 'file', path: chosen, warning: null };
}

/** Where hints come from, as a line; null where nobody said. */
export function learnedOn({ hints, sources }: Pick<ChosenHints, 'hints' | 'sources'>): string | null {
  if (sources.length === 0) return null;
  return `${hints.length} hints, learned on ${sources.map(({ name }) => name).join(', ')} (${sources.reduce((sum, { questions }) => sum + questions, 0)} questions)`;
}
