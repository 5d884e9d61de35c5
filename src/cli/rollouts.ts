/** `lab train --rollouts F`: rollouts (formats/rollouts.ts) to a file while the run goes on. */
import { closeSync, openSync, writeSync } from 'node:fs';
import type { GRPOConfig } from '../grpo/config.ts';
import { rolloutLines } from '../formats/rollouts.ts';
import type { Step } from '../grpo/types.ts';
import { becauseOf, writeAll } from './files.ts';
import type { OutputFile } from './files.ts';
import type { Inputs } from './inputs.ts';
import { UsageError } from './options.ts';
import { toJson } from './report.ts';

/** What is said once of all lines. */
export interface RolloutsAbout {
  readonly dataset: Inputs['dataset'];
  readonly sampler: string;
  readonly seed: number;
  readonly config: GRPOConfig;
}

/** The file beside `path` that says what its lines are. */
const besideOf = (path: string): string => `${path}.about.json`;

/** What `checkOutputs` has to look at. */
export function rolloutFiles(path: string | undefined): OutputFile[] {
  return path === undefined
    ? []
    : [
        { option: 'rollouts', path },
        { option: 'rollouts', path: besideOf(path) },
      ];
}

/**
 * Writes while the run goes on, step by step: what was drawn before an interruption is kept, and a long run is never
 * held in memory.
 */
export class RolloutWriter {
  readonly #path: string;
  readonly #file: number;

  /** Throws UsageError where the files cannot be written. */
  constructor(path: string, about: RolloutsAbout) {
    this.#path = path;
    writeAll([{ path: besideOf(path), text: toJson({ format: 'grpo-sql-lab/rollouts', version: 1, ...about }) }]);
    this.#file = this.#guarded(() => openSync(path, 'w'));
  }

  /** Throws UsageError. */
  step(step: Step): void {
    this.#guarded(() => writeWhole(this.#file, rolloutLines(step)));
  }

  close(): void {
    closeSync(this.#file);
  }

  #guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw new UsageError(`Cannot write --rollouts ${this.#path}: ${becauseOf(error)}.`);
    }
  }
}

/** A pipe may take less than it was given. */
function writeWhole(file: number, text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
}
