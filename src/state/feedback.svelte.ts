/** What was said of completions, as the page sees it, and the verbs that say it. */
import type { EngineApi, Feedback, FeedbackView, Judged, Trial } from '../engine/protocol.ts';
import type { Thumb } from '../grpo/feedback.ts';
import { messageOf } from '../grpo/message-of.ts';
import { normaliseSql } from '../sql/normalise.ts';

export type { Judged, Trial };

interface Options {
  /** Queues a call to the engine. */
  readonly ask: <T>(call: (engine: EngineApi) => Promise<T>) => Promise<T>;
  /** What else a change of feedback changes. */
  readonly onchange: (view: FeedbackView) => void;
}

export class FeedbackState {
  readonly #options: Options;
  #entries = $state.raw<readonly Feedback[]>([]);

  constructor(options: Options) {
    this.#options = options;
  }

  get entries(): readonly Feedback[] {
    return this.#entries;
  }

  /** What was said of this SQL as an answer to this question; null for nothing. */
  on({ question, sql }: Judged): Feedback | null {
    if (this.#entries.length === 0) return null;
    const [asked, normalised] = [question.trim(), normaliseSql(sql)];
    return this.#entries.find((entry) => entry.question === asked && entry.sql === normalised) ?? null;
  }

  /** What the reader wrote as the right SQL for this question, the newest last. */
  correctionsOf(question: string): readonly string[] {
    return this.#entries
      .filter((entry) => entry.question === question.trim())
      .sort((a, b) => a.at - b.at)
      .flatMap(({ corrected }) => corrected ?? []);
  }

  /** The correction of this SQL, else the newest of its question; null for none. */
  correctionFor(completion: Judged): Feedback | null {
    const own = this.on(completion);
    if (own !== null && own.corrected !== null) return own;
    const all = this.#entries.filter(
      ({ question, corrected }) => corrected !== null && question === completion.question.trim(),
    );
    return all.sort((a, b) => a.at - b.at).at(-1) ?? null;
  }

  show(entries: readonly Feedback[]): void {
    this.#entries = entries;
  }

  /** A thumb, or null to take it back; `over`: of a choice of two. Resolves to what went wrong, or null. */
  judge(completion: Judged, thumb: Thumb | null, over?: string): Promise<string | null> {
    return this.#change((engine) => engine.judge(plain(completion), thumb, over));
  }

  /** A comment on what was said, or null to take it back. Resolves to what went wrong, or null. */
  remark(completion: Judged, comment: string | null): Promise<string | null> {
    return this.#change((engine) => engine.remark(plain(completion), comment));
  }

  /**
   * Puts what was said of one SQL text as it was before; nothing of it, for one that was new then. Resolves to what
   * went wrong, or null.
   */
  async putBack(completion: Judged, before: Feedback | null): Promise<string | null> {
    const now = this.on(completion);
    const { thumb = null, corrected = null, comment = null, chosenOver } = before ?? {};
    const again = before === null ? completion : { question: before.question, sql: before.text };
    return (
      (corrected === (now?.corrected ?? null) ? null : await this.correct(again, corrected)) ??
      (await this.judge(again, thumb, chosenOver)) ??
      (before === null ? null : await this.remark(again, comment))
    );
  }

  /** Runs SQL without keeping it. Rejects only when the engine is gone. */
  try(sql: string): Promise<Trial> {
    return this.#options.ask((engine) => engine.tryCorrection(sql));
  }

  /** All rows of SQL. Rejects only when the engine is gone. */
  rows(sql: string): Promise<Trial> {
    return this.#options.ask((engine) => engine.allRows(sql));
  }

  /** Keeps a corrected SQL, or takes it back for null. Resolves to why it was refused, or null. */
  correct(completion: Judged, sql: string | null): Promise<string | null> {
    return this.#change((engine) => engine.correct(plain(completion), sql));
  }

  async #change(call: (engine: EngineApi) => Promise<FeedbackView>): Promise<string | null> {
    try {
      const view = await this.#options.ask(call);
      this.#entries = view.feedback;
      this.#options.onchange(view);
      return null;
    } catch (error) {
      return messageOf(error);
    }
  }
}

/** What crosses to the worker, and no more: a completion carries far more than this. */
const plain = ({ question, sql }: Judged): Judged => ({ question, sql });
