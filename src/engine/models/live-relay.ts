/** Passes on what a language model is writing, not more often than a reader can see. */
import type { LiveGroup } from '../../samplers/language/language-sampler.ts';

const EVERY_MS = 60;

export class LiveRelay {
  readonly #now: () => number;
  #watchers: ((group: LiveGroup | null) => void)[] = [];
  #told = -Infinity;
  /** Finished completions of the group that was told last: an end is never held back. */
  #done = 0;
  /** What was held back: told when its time has come, so that the last word is always seen. */
  #held: { readonly group: LiveGroup; readonly timer: ReturnType<typeof setTimeout> } | null = null;

  constructor(now: () => number) {
    this.#now = now;
  }

  watch(watcher: (group: LiveGroup | null) => void): void {
    this.#watchers.push(watcher);
  }

  tell(group: LiveGroup | null): void {
    if (this.#held !== null) clearTimeout(this.#held.timer);
    this.#held = null;
    const done = group?.completions.filter(({ state }) => state === 'done').length ?? 0;
    const now = this.#now();
    if (group !== null && done === this.#done && now - this.#told < EVERY_MS) {
      this.#held = { group, timer: setTimeout(() => this.#pass(group), EVERY_MS) };
      return;
    }
    this.#told = now;
    this.#done = done;
    this.#pass(group);
  }

  #pass(group: LiveGroup | null): void {
    for (const watcher of this.#watchers) watcher(group);
  }
}
