/** Hints in the prompt of the loaded language model against none: what it lacks, how far it is, and what came out. */
import type { LiveOutcome, LiveProgress, LiveRequest, LiveSubject } from '../engine/live-protocol.ts';
import { actingWeight } from '../grpo/acting.ts';
import { messageOf } from '../grpo/message-of.ts';
import type { ModelsState } from './models.svelte.ts';
import type { RunState } from './run.svelte.ts';

export type { LiveOutcome };

/** What has to be there before it can begin. */
export type Lack = 'run' | 'model' | 'hints' | 'acting hints' | 'questions';

export class LiveComparisonState {
  /** The run whose hints are compared. */
  readonly run: RunState;
  readonly models: ModelsState;
  /** Seconds a question, by model and draws, as they were measured last. */
  #pace = $state.raw<Readonly<Record<string, number>>>({});
  #running = $state(false);
  #asked = $state.raw<LiveSubject | null>(null);
  #stopping = $state(false);
  #progress = $state.raw<LiveProgress | null>(null);
  #outcome = $state.raw<LiveOutcome | null>(null);
  #problem = $state('');

  constructor(run: RunState, models: ModelsState) {
    this.run = run;
    this.models = models;
  }

  /** In the order in which it is best seen to. */
  get lacks(): readonly Lack[] {
    const { status, hints, config } = this.run;
    if (status !== 'ready') return ['run'];
    return [
      ...(this.model === null ? (['model'] as const) : []),
      ...(hints.length === 0
        ? (['hints'] as const)
        : hints.some((hint) => actingWeight(hint, config) !== 0)
          ? []
          : (['acting hints'] as const)),
      ...(this.questions === 0 ? (['questions'] as const) : []),
    ];
  }
  /** What is asked, while it is; else what would be. */
  get subject(): LiveSubject {
    return this.#asked ?? this.#present;
  }
  get #present(): LiveSubject {
    const { dataset, hints, stepCount, config } = this.run;
    return {
      model: this.model ?? '',
      dataset: dataset?.title ?? '',
      temperature: config.temperature,
      hints: hints.length,
      step: stepCount,
    };
  }
  /** What the loaded model is called; null for none. */
  get model(): string | null {
    const { state } = this.models;
    return state.status === 'ready' ? state.label : null;
  }
  /** Held-out questions that have an answer key. */
  get questions(): number {
    const asked = this.run.dataset?.questions ?? [];
    return asked.filter(({ split, sql }) => split === 'held-out' && sql !== undefined).length;
  }
  get running(): boolean {
    return this.#running;
  }
  /** From the press of Stop until it has stopped. */
  get stopping(): boolean {
    return this.#stopping;
  }
  get progress(): LiveProgress | null {
    return this.#progress;
  }
  /** Of the one that ended last. */
  get outcome(): LiveOutcome | null {
    return this.#outcome;
  }
  /** Whether some of its questions were not answered. */
  get isPartial(): boolean {
    return this.#outcome !== null && this.#outcome.progress.answered < this.#outcome.progress.all;
  }
  /** Why it could not begin; '' for nothing. */
  get problem(): string {
    return this.#problem;
  }

  /** Seconds that are left, as the answers so far say; null when nobody knows. */
  get secondsLeft(): number | null {
    const { progress } = this;
    return progress === null || progress.secondsEach === null
      ? null
      : progress.secondsEach * (progress.all - progress.answered);
  }

  /** Seconds that as many questions take, going by the last time this model was asked so; null when it was not. */
  secondsFor({ questions, draws }: Pick<LiveRequest, 'questions' | 'draws'>): number | null {
    const each = this.#pace[this.#paceKey(draws)];
    return each === undefined ? null : each * questions;
  }

  async start(request: LiveRequest): Promise<void> {
    if (this.#running) return;
    const key = this.#paceKey(request.draws);
    this.#running = true;
    this.#asked = request.goOn && this.#outcome !== null ? this.#outcome : this.#present;
    this.#problem = '';
    this.#progress = null;
    try {
      this.#outcome = await this.run.compareLive(request, (progress) => {
        if (this.#running) this.#progress = progress;
      });
      const { secondsEach } = this.#outcome.progress;
      if (secondsEach !== null) this.#pace = { ...this.#pace, [key]: secondsEach };
    } catch (error) {
      this.#problem = messageOf(error);
    }
    this.#running = false;
    this.#asked = null;
    this.#stopping = false;
  }

  /** What was measured until then is the outcome. */
  stop(): void {
    if (!this.#running) return;
    this.#stopping = true;
    this.run.stopComparing();
  }

  #paceKey(draws: number): string {
    return `${this.model ?? ''} ${draws}`;
  }
}
