/** The questions asked in this visit and their answers, and the verbs that ask. */
import {
  MOST_SAMPLES,
  usualSamples,
  type ActedHint,
  type AskAnswer,
  type AskCandidate,
  type AskRequest,
  type Sureness,
} from '../ask/types.ts';
import { DEFAULT_SEED } from '../grpo/config.ts';
import { messageOf } from '../grpo/message-of.ts';

export type { ActedHint, AskAnswer, AskCandidate, AskRequest, Sureness };
export { MOST_SAMPLES };

export interface AskOptions {
  /** Rejects with what went wrong; with an AbortError after `stop`. */
  readonly ask: (request: AskRequest) => Promise<AskAnswer>;
  /** Ends the question under way. */
  readonly stop: () => void;
  /** Whether a language model answers. */
  readonly isLanguageModel: () => boolean;
  /** Learns for so many milliseconds how sure answers may be; resolves to whether nothing is left to do. */
  readonly calibrate: (budgetMs: number) => Promise<boolean>;
}

/** An answer that can be looked at again. */
export interface Asked {
  readonly id: number;
  readonly answer: AskAnswer;
}

/** Answers that are kept. */
const REMEMBERED = 8;
/** Milliseconds of calibrating between two looks at what else is to be done. */
const SLICE_MS = 50;

export class AskState {
  readonly #options: AskOptions;
  /** Of the question under way; what an older one brings is not shown any more. */
  #turn = 0;
  #last: AskRequest | null = null;
  #dataset: string | null = null;
  #asking = $state.raw<AskRequest | null>(null);
  #problem = $state('');
  #stopped = $state(false);
  #history = $state.raw<readonly Asked[]>([]);
  #shown = $state<number | null>(null);

  /** What is typed. */
  text = $state('');
  /** Whether the next question is answered with the hints. */
  hints = $state(true);
  /** How many candidates the reader wants it chosen from; null for the usual number. */
  #wanted = $state<number | null>(null);
  #watched = false;
  #calibrating = false;

  constructor(options: AskOptions) {
    this.#options = options;
  }

  /** How many candidates the next question is answered from. */
  get samples(): number {
    return this.#wanted ?? usualSamples(this.#options.isLanguageModel());
  }
  set samples(wanted: number) {
    this.#wanted = wanted;
  }
  /** The question under way; null for none. */
  get asking(): AskRequest | null {
    return this.#asking;
  }
  /** Why the last question has no answer; '' when it has one. */
  get problem(): string {
    return this.#problem;
  }
  /** True when the last question was stopped before it had an answer. */
  get stopped(): boolean {
    return this.#stopped;
  }
  /** What was asked, the newest first. */
  get history(): readonly Asked[] {
    return this.#history;
  }
  /** The answer on the screen; null before the first. */
  get shown(): Asked | null {
    return this.#history.find(({ id }) => id === this.#shown) ?? null;
  }

  /**
   * Asks what is typed, or this text, which then stands in the box. Does nothing for no text, or while a question is
   * under way.
   */
  async ask(text = this.text): Promise<void> {
    this.text = text;
    await this.#ask({ question: text, samples: this.samples, hints: this.hints, seed: DEFAULT_SEED });
  }

  /** The question that is shown, with the settings as they are now and other draws. */
  async again(): Promise<void> {
    const answer = this.shown?.answer;
    if (answer === undefined) return;
    this.text = answer.question;
    await this.#ask({ question: answer.question, samples: this.samples, hints: this.hints, seed: answer.seed + 1 });
  }

  /** The question that is shown, with the same draws, after something was learned. */
  async anew(): Promise<void> {
    const answer = this.shown?.answer;
    if (answer === undefined) return;
    const { question, hints, seed, samples } = answer;
    await this.#ask({ question, hints, seed, samples });
  }

  /** The question that failed or was stopped, as it was asked. */
  async retry(): Promise<void> {
    if (this.#last !== null) await this.#ask(this.#last);
  }

  stop(): void {
    if (this.#asking !== null) this.#options.stop();
  }

  /**
   * Calibrates after each answer from now on, until what it returns is called: a few own questions at a time, while
   * none of the reader's is under way.
   */
  watch(): () => void {
    this.#watched = true;
    return () => {
      this.#watched = false;
    };
  }

  async #calibrate(): Promise<void> {
    if (this.#calibrating) return;
    this.#calibrating = true;
    try {
      for (let done = false; !done && this.#watched && this.#asking === null;)
        done = await this.#options.calibrate(SLICE_MS);
    } catch {
      // The answers keep the probability that they have: nothing of what the reader asked for went wrong.
    }
    this.#calibrating = false;
  }

  /** Puts an earlier answer on the screen. */
  show(id: number): void {
    this.#shown = id;
    this.#problem = '';
    this.#stopped = false;
  }

  /** Which dataset the questions are about: answers about another one are forgotten. */
  about(dataset: string): void {
    const before = this.#dataset;
    this.#dataset = dataset;
    if (before === null || before === dataset) return;
    this.#turn++;
    this.#asking = null;
    this.#history = [];
    this.#shown = null;
    this.#problem = '';
    this.#stopped = false;
    this.text = '';
  }

  async #ask(request: AskRequest): Promise<void> {
    if (request.question.trim() === '' || this.#asking !== null) return;
    const turn = ++this.#turn;
    this.#last = request;
    this.#asking = request;
    this.#problem = '';
    this.#stopped = false;
    try {
      const answer = await this.#options.ask(request);
      if (turn !== this.#turn) return;
      const same = (other: AskAnswer): boolean =>
        other.question === answer.question &&
        other.hints === answer.hints &&
        other.seed === answer.seed &&
        other.samples === answer.samples &&
        other.sampler.id === answer.sampler.id &&
        other.sampler.label === answer.sampler.label;
      this.#history = [{ id: turn, answer }, ...this.#history.filter((asked) => !same(asked.answer))].slice(
        0,
        REMEMBERED,
      );
      this.#shown = turn;
      this.#asking = null;
      void this.#calibrate();
    } catch (error) {
      if (turn !== this.#turn) return;
      if (error instanceof Error && error.name === 'AbortError') this.#stopped = true;
      else this.#problem = messageOf(error);
    }
    this.#asking = null;
  }
}
