/** What was done to the hints by hand since the engine started, so that each change can be taken back. */
import type { Wanted } from '../../grpo/policy-edits.ts';
import type { HintEvent, PolicyHint } from '../../grpo/types.ts';
import type { HandDone, Undoable } from '../policy-protocol.ts';

/** Changes that can be taken back. */
const MOST = 100;

interface Done extends Undoable {
  readonly run: string;
  /** What the hints were that it touched. */
  readonly before: Wanted;
}

export class DoneByHand {
  #done: readonly Done[] = [];

  /** `hints`: all of them before `events`. */
  done(run: string, does: HandDone, hints: readonly PolicyHint[], events: readonly HintEvent[]): void {
    const keys = [...new Set(events.map(({ key }) => key))];
    const known = new Map(hints.map((hint) => [hint.key, hint]));
    const before = keys.map((key) => ({ key, hint: known.get(key) ?? null }));
    const [only = null, ...more] = keys;
    const done = { run, does, key: more.length > 0 ? null : only, hints: keys.length, before };
    this.#done = [...this.#done, done].slice(-MOST);
  }

  /** The last change of that run; null where there is none, or another run was changed since. */
  last(run: string): Done | null {
    const last = this.#done.at(-1);
    return last?.run === run ? last : null;
  }

  forget(): void {
    this.#done = this.#done.slice(0, -1);
  }
}
