/**
 * Right answers on questions the run never saw, as far as they are measured. The page drives: while somebody looks, it
 * lets the engine go on whenever no step needs it, and between the steps of top speed for a part of the time.
 */
import type { EngineApi, Measured, UnseenCounts, UnseenPoint } from '../engine/protocol.ts';
import { messageOf } from '../grpo/message-of.ts';

interface UnseenOptions {
  /** Calls the engine past the queue of calls, since measuring gives way to them. */
  readonly ask: (call: (engine: EngineApi) => Promise<Measured>) => Promise<Measured>;
  /** Whether steps are being taken as fast as they come. */
  readonly atMax: () => boolean;
  /** False while there is no run, and for a recorded one that is played back: nothing new can be asked of it. */
  readonly canAsk: () => boolean;
}

/** Milliseconds of measuring between two looks at what else is to be done. */
const SLICE_MS = 50;
/** Of the time that steps take at top speed. */
const SHARE_AT_MAX = 0.1;
/** Milliseconds that are saved up at most. */
const MOST_SAVED_MS = 200;
/** The first steps change the most: at top speed, too, each has its point, which takes so many milliseconds at most. */
const FIRST_STEPS = 12;
const MOST_OF_A_POINT_MS = 600;

export class UnseenState {
  readonly #options: UnseenOptions;
  #watchers = 0;
  #working = false;
  /** Whether the run moved since the last slice was begun. */
  #moved = false;
  #saved = 0;
  #series = '';
  /** Points of the series that arrived. */
  #known = 0;
  /** Changes with the run. */
  #generation = 0;
  /** When the point in hand was asked for, and how much of it was there. */
  #asked: { readonly at: number; readonly answered: number } | null = null;

  #points = $state.raw<readonly UnseenPoint[]>([]);
  #measured = $state.raw<Measured | null>(null);
  #failure = $state<string | null>(null);
  #at = $state<number | null>(null);
  #secondsLeft = $state<number | null>(null);

  constructor(options: UnseenOptions) {
    this.#options = options;
  }

  /** In the order of their steps, one for each. */
  get points(): readonly UnseenPoint[] {
    return this.#points;
  }
  /** What a point asks; null until it is known. */
  get counts(): UnseenCounts | null {
    return this.#measured?.counts ?? null;
  }
  /** The point in the making. */
  get inHand(): Measured['inHand'] {
    return this.#measured?.inHand ?? null;
  }
  /** Why it could not be measured; null when it could. */
  get failure(): string | null {
    return this.#failure;
  }
  /** The step that a language model is being asked about; null for none. */
  get asking(): number | null {
    return this.#at;
  }
  /** What is left of it, as the answers so far say; null when nobody knows. */
  get secondsLeft(): number | null {
    return this.#secondsLeft;
  }

  /** Measures from now on, until what it returns is called. */
  watch(): () => void {
    this.#watchers++;
    this.moved();
    return () => void this.#watchers--;
  }

  /** Another run is shown. */
  forget(): void {
    this.#generation++;
    this.#series = '';
    this.#known = 0;
    this.#points = [];
    this.#measured = null;
    this.#failure = null;
    this.stop();
  }

  /** The run moved, or stopped. */
  moved(): void {
    this.#moved = true;
    if (!this.#working && this.#failure === null) void this.#goOn();
  }

  /** Whether the step after this one is taken by itself at top speed, so that its point is seen. */
  isFirst(step: number): boolean {
    return step < FIRST_STEPS && this.#wanted() && this.#failure === null;
  }

  /** After one of the first steps at top speed: its whole point. */
  async whole(): Promise<void> {
    if (!this.#wanted() || this.#working || this.#failure !== null) return;
    const until = performance.now() + MOST_OF_A_POINT_MS;
    this.#working = true;
    for (let done = false; !done && this.#failure === null && this.#options.atMax() && performance.now() < until;)
      done = await this.#slice('eager', SLICE_MS);
    this.#working = false;
    if (!this.#options.atMax()) this.moved();
  }

  /** Between two batches of steps at top speed, of which the last took so many milliseconds. */
  async between(elapsed: number): Promise<void> {
    this.#saved = Math.min(MOST_SAVED_MS, this.#saved + elapsed * SHARE_AT_MAX);
    if (!this.#wanted() || this.#working || this.#failure !== null || this.#saved < 1) return;
    const start = performance.now();
    this.#working = true;
    await this.#slice('sparing', this.#saved);
    this.#working = false;
    this.#saved -= performance.now() - start;
    // Paused meanwhile.
    if (!this.#options.atMax()) this.moved();
  }

  /** Asks a language model for the point of a step: the present one, or the start of the run. */
  ask(step: number): void {
    this.#failure = null;
    this.#at = step;
    this.#asked = null;
    this.moved();
  }

  /** Leaves the point in hand; `ask` takes it up again. */
  stop(): void {
    this.#at = null;
    this.#secondsLeft = null;
  }

  #wanted(): boolean {
    return this.#watchers > 0 && this.#options.canAsk();
  }

  async #goOn(): Promise<void> {
    this.#working = true;
    for (
      let done = false;
      (!done || this.#moved) && this.#failure === null && this.#wanted() && !this.#options.atMax();
    ) {
      this.#moved = false;
      done = await this.#slice('eager', SLICE_MS);
    }
    this.#working = false;
  }

  /** Resolves to whether nothing is left to do. */
  async #slice(pace: 'eager' | 'sparing', budgetMs: number): Promise<boolean> {
    const generation = this.#generation;
    const at = this.#at;
    try {
      const measured = await this.#options.ask((engine) =>
        engine.measure({
          budgetMs,
          pace,
          series: this.#series,
          known: this.#known,
          ...(at === null ? {} : { at }),
        }),
      );
      // Of a run that is no longer shown: the one that is has a loop of its own to begin.
      if (generation !== this.#generation) return false;
      this.#take(measured);
      const isDone = measured.done || (at !== null && this.#at === null);
      if (measured.done && at !== null && at === this.#at) this.stop();
      return isDone;
    } catch (error) {
      if (generation !== this.#generation) return false;
      // A run that is lost is told of by the page itself, with the way out.
      const isLost = error instanceof Error && error.name === 'StoreLost';
      this.#failure = isLost ? 'this run can no longer be read here.' : messageOf(error);
      this.stop();
      return true;
    }
  }

  #take(measured: Measured): void {
    if (measured.series !== this.#series) {
      this.#series = measured.series;
      this.#known = 0;
      this.#points = [];
    }
    this.#measured = measured;
    this.#known += measured.points.length;
    if (measured.points.length > 0) {
      const anew = measured.points.filter(
        ({ step }, i) => !measured.points.slice(i + 1).some((later) => later.step === step),
      );
      const kept = this.#points.filter(({ step }) => !anew.some((point) => point.step === step));
      this.#points = [...kept, ...anew].sort((a, b) => a.step - b.step);
    }
    const { inHand, counts } = measured;
    if (this.#at === null || inHand === null || counts === null) return;
    const now = performance.now();
    this.#asked ??= { at: now, answered: inHand.answered };
    const answered = inHand.answered - this.#asked.answered;
    if (answered > 0) this.#secondsLeft = ((now - this.#asked.at) / answered / 1000) * (counts.asked - inHand.answered);
  }
}
