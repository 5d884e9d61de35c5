/**
 * Any run to a file, and back.
 *
 * Recording (engine or command line):
 *
 *   const recorder = new Recorder({ sampler, dataset: 'shop', databaseSha256, learning, distribution });
 *   const trainer = new GRPOTrainer({ sampler: recorder.sampler, … });      // this sampler, not the bare one
 *   recorder.begin(trainer.config, trainer.state(), feedback);              // after startFrom, before the first step
 *   recorder.step(step, pool);             // after each step that is kept; pool: what nextQuestions drew from, null
 *                                          // for a question that was asked for
 *   recorder.configure(config); recorder.edit(key, edit); recorder.said(feedback); recorder.changed(events);
 *   recorder.text();                       // the file
 *
 * Evaluation and validation use the bare sampler: what they ask is no part of the run. After `trainWithValidation`, its
 * `events` go to `changed`, and its pool is `splitForValidation(questions, validation_share, seed).training`. A driver
 * that goes back to an earlier state (a failed step, a store that refused) takes `mark()` before and calls
 * `rollback(mark)` after; one that goes on after a failed step has to as well.
 * Once `recorder.ended` is set, the file is full: it ends there, and playing it back gives the run up to there.
 *
 * Playing back:
 *
 *   const recording = parseRecording(text, 'run.json');                     // recording-file.ts; throws DatasetError
 *   const rewards = (feedback) => rewardsFor(database, feedback);
 *   const { trainer } = await playBack(recording, { database, questions, rewards, onStep, signal });    // playback.ts
 *
 * or, an entry at a time, `const playback = new Playback(recording, options)` and `await playback.next()` until it is
 * null. What does not fit (another database's questions, a file that was changed) is a DatasetError.
 * The run's seed, settings, start and questions come from the recording; `recording.databaseSha256` says for which
 * database. Steps, rewards, advantages, hints and the trainer's state are then the same to the bit, but for the origin
 * of the samples and where a query ran into its wall-clock deadline.
 */
import type { GRPOConfig } from '../grpo/config.ts';
import type { Feedback } from '../grpo/feedback.ts';
import type { TrainerOptions } from '../grpo/trainer.ts';
import type { HintEvent, Question, Sampler, Step, TrainerState } from '../grpo/types.ts';
import { RecordingSampler } from '../samplers/replay/recording-sampler.ts';
import type { HintEdit } from '../grpo/types.ts';
import { changesOf } from './feedback.ts';
import type { RecordingEntry, RecordingHeader, SamplerName } from './format.ts';
import { RecordingFull } from './tables.ts';
import { RecordingWriter, type RecordingMark } from './writer.ts';

export interface RecorderOptions extends Pick<TrainerOptions, 'learning' | 'distribution'> {
  /** The sampler to record. */
  readonly sampler: Sampler;
  readonly dataset: string;
  /** In hexadecimal digits. */
  readonly databaseSha256?: string;
}

/** What a recorder knows between two entries. */
interface Standing {
  readonly config: GRPOConfig;
  readonly feedback: readonly Feedback[];
  readonly sampler: SamplerName;
  readonly ended: string | null;
}

interface Run {
  readonly writer: RecordingWriter;
  standing: Standing;
}

export interface RecorderMark {
  readonly standing: Standing;
  readonly written: RecordingMark;
}

/**
 * Records one run at a time; see the top of this file. Every method but `begin` and `sampler` throws Error before
 * `begin`.
 */
export class Recorder {
  /** The sampler for the trainer: the one to record, with its answers noted. */
  readonly sampler: RecordingSampler;
  readonly #options: RecorderOptions;
  #run: Run | null = null;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.sampler = new RecordingSampler(options.sampler);
  }

  /** Why nothing is recorded any more, as a sentence; null while it is. */
  get ended(): string | null {
    return this.#run?.standing.ended ?? null;
  }
  /** Characters of the file as it stands; 0 before `begin`. */
  get size(): number {
    return this.#run?.writer.size ?? 0;
  }

  /**
   * Starts anew from a trainer's settings and state, and from what people had said (oldest first). What was recorded
   * before is forgotten.
   */
  begin(config: GRPOConfig, state: TrainerState, feedback: readonly Feedback[] = []): void {
    const { dataset, databaseSha256, learning = 'on', distribution = true } = this.#options;
    this.sampler.takeCalls();
    const sampler = nameOf(this.sampler);
    const header: RecordingHeader = {
      dataset,
      ...(databaseSha256 === undefined ? {} : { databaseSha256 }),
      sampler,
      learning,
      distribution,
      config,
      feedback,
      state,
    };
    this.#run = { writer: new RecordingWriter(header), standing: { config, feedback, sampler, ended: null } };
  }

  /**
   * A step that was taken and is kept. `pool`: what nextQuestions drew its questions from; null for questions that were
   * asked for.
   */
  step(step: Step, pool: readonly Question[] | null): void {
    const calls = this.sampler.takeCalls();
    const sampler = nameOf(this.sampler);
    const before = this.#begun().standing.sampler;
    if (
      sampler.id !== before.id ||
      sampler.label !== before.label ||
      sampler.isLanguageModel !== before.isLanguageModel
    )
      this.#add([{ kind: 'sampler', sampler }], { sampler });
    this.#add([
      {
        kind: 'step',
        questions: step.groups.map(({ questionId, question }) => ({ id: questionId, question })),
        pool,
        calls,
      },
    ]);
  }

  /** Settings that hold from the next step on. */
  configure(config: GRPOConfig): void {
    const before = this.#begun().standing.config;
    const settings = Object.fromEntries(
      Object.entries(config).filter(([name, value]) => value !== before[name as keyof GRPOConfig]),
    ) as Partial<GRPOConfig>;
    if (Object.keys(settings).length > 0) this.#add([{ kind: 'configure', settings }], { config });
  }

  /** A hint edited by hand, as `GRPOTrainer.editHint` does it. */
  edit(key: string, edit: HintEdit): void {
    this.#add([{ kind: 'edit', key, edit }]);
  }

  /** Any other change of the hints between two steps: one added or deleted, a snapshot put back, a hint proposed. */
  changed(events: readonly HintEvent[]): void {
    if (events.length > 0) this.#add([{ kind: 'events', events }]);
  }

  /** Everything that people have said up to now, the oldest first. */
  said(feedback: readonly Feedback[]): void {
    const changes = changesOf(this.#begun().standing.feedback, feedback);
    this.#add(
      changes.map((change): RecordingEntry => ({ kind: 'feedback', feedback: change })),
      { feedback },
    );
  }

  mark(): RecorderMark {
    const { writer, standing } = this.#begun();
    return { standing, written: writer.mark() };
  }

  /** Forgets what was recorded since then, and the calls of a step that failed. */
  rollback({ standing, written }: RecorderMark): void {
    const run = this.#begun();
    this.sampler.takeCalls();
    run.writer.rollback(written);
    run.standing = standing;
  }

  /** The file. */
  text(): string {
    return this.#begun().writer.text();
  }

  #add(entries: readonly RecordingEntry[], change: Partial<Standing> = {}): void {
    const run = this.#begun();
    if (run.standing.ended !== null) return;
    try {
      for (const entry of entries) run.writer.add(entry);
      run.standing = { ...run.standing, ...change };
    } catch (error) {
      if (!(error instanceof RecordingFull)) throw error;
      run.standing = { ...run.standing, ended: `The recording ends here: ${error.message}.` };
    }
  }

  #begun(): Run {
    if (this.#run === null) throw new Error('The recorder was not begun.');
    return this.#run;
  }
}

function nameOf({ id, label, isLanguageModel }: Sampler): SamplerName {
  return { id, label, isLanguageModel };
}
