/**
 * Plays a recording back: the same run, with its SQL run, scored and learned from again. How to use it: recorder.ts.
 */
import { makeConfig } from '../grpo/config.ts';
import type { GRPOConfig } from '../grpo/config.ts';
import type { Feedback, FeedbackProvider } from '../grpo/feedback.ts';
import { messageOf } from '../grpo/message-of.ts';
import { GRPOTrainer, type TrainerOptions } from '../grpo/trainer.ts';
import type { Database, HintEvent, Question, Step } from '../grpo/types.ts';
import { RecordingEnded, RecordingMismatch, ReplaySampler } from '../samplers/replay/recording-sampler.ts';
import { DatasetError } from '../formats/entry.ts';
import { judgementsOf } from '../rewards/feedback-book.ts';
import { withChange } from './feedback.ts';
import type { RecordedQuestion, Recording, RecordingEntry, SamplerName } from './format.ts';

export interface PlaybackOptions {
  readonly database: Database;
  /** The dataset's; those of the recording are looked up by id. */
  readonly questions: readonly Question[];
  /** Makes the reward model, given what people had said at each point of the recording. */
  readonly rewards: (feedback: FeedbackProvider) => TrainerOptions['rewards'];
}

/** What one entry of a recording did. */
export type Played =
  | { readonly kind: 'step'; readonly step: Step }
  /** A hint was edited, or the hints changed in another way between two steps. */
  | { readonly kind: 'hints'; readonly events: readonly HintEvent[] }
  | { readonly kind: 'configure'; readonly config: GRPOConfig }
  | { readonly kind: 'feedback'; readonly feedback: readonly Feedback[] }
  | { readonly kind: 'sampler'; readonly sampler: SamplerName };

export class Playback {
  readonly trainer: GRPOTrainer;
  readonly sampler: ReplaySampler;
  readonly #recording: Recording;
  readonly #find: (question: RecordedQuestion) => Question;
  readonly #pools = new Map<readonly RecordedQuestion[], readonly Question[]>();
  #recorded: SamplerName;
  #feedback: readonly Feedback[];
  #next = 0;

  /** Throws DatasetError when a question of the recording is not in `questions`, or reads otherwise there. */
  constructor(recording: Recording, { database, questions, rewards }: PlaybackOptions) {
    const { sampler, config, state, learning, distribution, feedback } = recording;
    this.#recording = recording;
    this.#recorded = sampler;
    this.#feedback = feedback;
    this.#find = finder(recording, questions);
    for (const entry of recording.entries) {
      if (entry.kind !== 'step') continue;
      entry.questions.forEach(this.#find);
      if (entry.pool !== null) this.#poolOf(entry.pool);
    }
    this.sampler = new ReplaySampler(sampler);
    this.trainer = new GRPOTrainer({
      config,
      sampler: this.sampler,
      database,
      rewards: rewards(async ({ question }) => judgementsOf(this.#feedback, question)),
      seed: state.seed,
      state,
      learning,
      distribution,
    });
  }

  /** Entries that were played. */
  get played(): number {
    return this.#next;
  }
  get entries(): number {
    return this.#recording.entries.length;
  }
  /**
   * Whether the next entry is what a model made of the step before it: changes of the hints that have its completions
   * as their causes.
   */
  get nextIsReflection(): boolean {
    const entry = this.#recording.entries[this.#next];
    return (
      entry?.kind === 'events' &&
      this.#recording.entries[this.#next - 1]?.kind === 'step' &&
      entry.events.every(({ causes }) => causes.length > 0)
    );
  }

  /**
   * Plays the next entry; resolves to null after the last. Rejects with DatasetError when the recording does not fit,
   * and with AbortError when aborted; it cannot go on after that.
   */
  async next(signal?: AbortSignal): Promise<Played | null> {
    signal?.throwIfAborted();
    const entry = this.#recording.entries[this.#next];
    if (entry === undefined) return null;
    try {
      const played = await this.#play(entry, signal);
      this.#next++;
      return played;
    } catch (error) {
      if (error instanceof RecordingEnded || error instanceof RecordingMismatch)
        throw this.#misfit(error.message, error);
      throw error;
    }
  }

  async #play(entry: RecordingEntry, signal?: AbortSignal): Promise<Played> {
    const { trainer } = this;
    switch (entry.kind) {
      case 'step':
        return { kind: entry.kind, step: await this.#step(entry, signal) };
      case 'configure': {
        const config = makeConfig({ ...trainer.config, ...entry.settings });
        trainer.configure(config);
        return { kind: entry.kind, config };
      }
      case 'edit':
        return { kind: 'hints', events: this.#edited(entry) };
      case 'events': {
        for (const event of entry.events) {
          if (event.sequence !== trainer.policy.eventCount)
            throw this.#misfit(
              `It has event ${event.sequence} of the hints where event ${trainer.policy.eventCount} is next.`,
            );
          this.#checked(() => trainer.policy.apply(event));
        }
        return { kind: 'hints', events: entry.events };
      }
      case 'feedback':
        this.#feedback = withChange(this.#feedback, entry.feedback);
        return { kind: entry.kind, feedback: this.#feedback };
      case 'sampler':
        this.#recorded = entry.sampler;
        return entry;
    }
  }

  async #step(
    { questions, pool, calls }: Extract<RecordingEntry, { kind: 'step' }>,
    signal?: AbortSignal,
  ): Promise<Step> {
    const { trainer, sampler } = this;
    const recorded = questions.map(this.#find);
    const asked = pool === null ? recorded : trainer.nextQuestions(this.#poolOf(pool));
    if (asked.length !== recorded.length || asked.some(({ id }, i) => id !== recorded[i]?.id))
      throw this.#misfit('The questions drawn for it are not the recorded ones.');
    sampler.play(calls, this.#recorded);
    const step = await trainer.runStep(asked, signal);
    if (sampler.remaining > 0)
      throw this.#misfit(`It holds ${sampler.remaining} more answers of the sampler than were asked for.`);
    return step;
  }

  #edited({ key, edit }: Extract<RecordingEntry, { kind: 'edit' }>): HintEvent[] {
    return this.#checked(() => this.trainer.editHint(key, edit));
  }

  /** A change of the hints, refused as the file's fault where it does not fit them. */
  #checked<T>(change: () => T): T {
    try {
      return change();
    } catch (error) {
      throw this.#misfit(messageOf(error), error);
    }
  }

  #poolOf(pool: readonly RecordedQuestion[]): readonly Question[] {
    const known = this.#pools.get(pool);
    if (known !== undefined) return known;
    const found = pool.map(this.#find);
    this.#pools.set(pool, found);
    return found;
  }

  #misfit(what: string, cause?: unknown): DatasetError {
    return new DatasetError(
      `The recording cannot be played back beyond entry ${this.#next}: ${what} The database, the questions or the file are not what they were.`,
      { cause },
    );
  }
}

/** Plays a whole recording. Rejects like `Playback.next`. */
export async function playBack(
  recording: Recording,
  {
    onStep,
    signal,
    ...options
  }: PlaybackOptions & { readonly onStep?: (step: Step) => void | Promise<void>; readonly signal?: AbortSignal },
): Promise<Playback> {
  const playback = new Playback(recording, options);
  for (let played = await playback.next(signal); played !== null; played = await playback.next(signal)) {
    if (played.kind === 'step') await onStep?.(played.step);
  }
  return playback;
}

/** Questions of a recording in the dataset. One that somebody typed is in none: its text is all there is of it. */
function finder({ dataset }: Recording, questions: readonly Question[]): (recorded: RecordedQuestion) => Question {
  const byId = new Map(questions.map((question) => [question.id, question]));
  return ({ id, question }) => {
    const found = byId.get(id);
    if (found === undefined && id === `own:${question}`) return { id, question, split: 'train' };
    const named = JSON.stringify(id.slice(0, 60));
    if (found === undefined)
      throw new DatasetError(
        `The recording was made on ${dataset}, and its question ${named} is not among these questions.`,
      );
    if (found.question !== question)
      throw new DatasetError(`The recording was made on ${dataset}, and its question ${named} reads otherwise here.`);
    return found;
  };
}
