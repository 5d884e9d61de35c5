/** The lessons as far as they are fetched, and which of them the reader has been through. */
import { createContext } from 'svelte';
import type { Lesson, RunLesson } from '../lessons/lesson.ts';
import { WATCH_IT_LEARN } from '../lessons/watch-it-learn.ts';

/** Opens the page of somebody who has never been here; the others are fetched when one is asked for. */
export const FIRST_LESSON: RunLesson = WATCH_IT_LEARN;

/** Ids of lessons that were read to their end, kept beyond the page. */
export interface LessonMemory {
  readonly read: () => readonly string[];
  readonly write: (ids: readonly string[]) => void;
}

export class LessonsState {
  readonly #memory: LessonMemory;
  readonly #onall: () => void;
  #all = $state.raw<readonly Lesson[]>([FIRST_LESSON]);
  #state = $state<'first' | 'loading' | 'all' | 'failed'>('first');
  #done = $state.raw<readonly string[]>([]);

  /** `onall` is called once all are there. */
  constructor(memory: LessonMemory, onall: () => void = () => undefined) {
    this.#memory = memory;
    this.#onall = onall;
    this.#done = memory.read();
  }

  /** The first one, and the others once they are fetched. */
  get all(): readonly Lesson[] {
    return this.#all;
  }
  /** Whether one that is not in `all` does not exist. */
  get areAll(): boolean {
    return this.#state === 'all';
  }
  get failed(): boolean {
    return this.#state === 'failed';
  }

  /** Fetches the others; again after it failed. */
  async fetch(): Promise<void> {
    if (this.#state === 'loading' || this.#state === 'all') return;
    this.#state = 'loading';
    try {
      this.#all = (await import('../lessons/index.ts')).LESSONS;
      this.#state = 'all';
    } catch {
      this.#state = 'failed';
      return;
    }
    this.#onall();
  }

  isDone(id: string): boolean {
    return this.#done.includes(id);
  }

  /** Read to its end. */
  done(id: string): void {
    if (this.#done.includes(id)) return;
    this.#done = [...this.#done, id];
    this.#memory.write(this.#done);
  }
}

const [read, write] = createContext<LessonsState>();
export const useLessons = read;
export const provideLessons = write;
