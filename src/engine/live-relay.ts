/** Passes on what a language model is writing, not more often than a reader can see. */
import type { LiveGroup } from '../samplers/language/language-sampler.ts';

const EVERY_MS = 60;

export class LiveRelay {
  readonly #now: () => number;
  #watchers: ((group: LiveGroup | null) => void)[] = [];
  #told = -Infinity;
  /** Finished completions of the group that was told last: an end is never held back. */
  #done = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  watch(watcher: (group: LiveGroup | null) => void): void {
    this.#watchers.push(watcher);
  }

  tell(group: LiveGroup | null): void {
    const done = group?.completions.filter(({ state }) => state === 'done').length ?? 0;
    const now = this.#now();
    if (group !== null && done === this.#done && now - this.#told < EVERY_MS) return;
    this.#told = now;
    this.#done = done;
    for (const watcher of this.#watchers) watcher(group);
  }
}
