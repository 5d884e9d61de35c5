/** The questions of the open dataset, where they are the reader's own: added, changed, deleted, brought in files. */
import {
  moveFact,
  readBrought,
  holdsOutTrained,
  sameQuestion,
  sortedOut,
  withBrought,
  type Brought,
  type BroughtQuestion,
  type RefusedQuestion,
  type Typed,
} from '../engine/data/brought-questions.ts';
import type { Trial } from '../engine/protocol.ts';
import { messageOf } from '../grpo/message-of.ts';
import type { Question, Split } from '../grpo/types.ts';
import type { RunState } from './run.svelte.ts';

export { sameQuestion };
export type { Brought, BroughtQuestion, Trial, Typed };

/** What a file brings, after its SQL was run. */
export interface CheckedFile {
  readonly source: string;
  readonly notes: readonly string[];
  readonly database: string | null;
  readonly good: readonly BroughtQuestion[];
  readonly refused: readonly RefusedQuestion[];
  readonly withoutSql: number;
}

/** SQL texts that are run at a time. */
const BATCH = 100;

export class QuestionsState {
  readonly #run: RunState;
  /** After the questions changed. */
  readonly #onchange: () => Promise<void>;
  #turn = 0;
  #fileProblem = $state('');
  #listProblem = $state('');
  #checking = $state.raw<{ readonly done: number; readonly all: number } | null>(null);
  #file = $state.raw<Brought | null>(null);
  #checked = $state.raw<CheckedFile | null>(null);
  #before = $state.raw<readonly Question[] | null>(null);
  #said = $state('');

  constructor(run: RunState, onchange: () => Promise<void>) {
    this.#run = run;
    this.#onchange = onchange;
  }

  /** What went wrong with a file; '' for nothing. */
  get fileProblem(): string {
    return this.#fileProblem;
  }
  /** Why a question of the list could not be deleted, put back or moved; '' for nothing. */
  get listProblem(): string {
    return this.#listProblem;
  }
  /** How many SQL texts of a file were run; null while none are. */
  get checking(): { readonly done: number; readonly all: number } | null {
    return this.#checking;
  }
  /** The file that was read last. */
  get file(): Brought | null {
    return this.#file;
  }
  /** What of it would be added; null until it was run. */
  get checked(): CheckedFile | null {
    return this.#checked;
  }
  /** What was deleted last can be put back. */
  get canUndo(): boolean {
    return this.#before !== null;
  }
  /** What was done last, in words. */
  get said(): string {
    return this.#said;
  }

  /** Runs SQL as an answer key would be. Rejects as the engine does. */
  async try(sql: string): Promise<Trial> {
    const [trial] = await this.#run.ask((engine) => engine.tryGold([sql]));
    if (trial === undefined) throw new Error('The engine gave no answer.');
    return trial;
  }

  /** Adds what was typed, or puts it in the place of that question. Resolves to why it is not kept; '' where it is. */
  async keep(typed: Typed, id: string | null): Promise<string> {
    const questions = this.#run.dataset?.questions ?? [];
    if (typed.sql !== null) {
      const { refused } = await this.try(typed.sql).catch((error: unknown) => ({ refused: messageOf(error) }));
      if (refused !== null) return refused;
    }
    const same = questions.find((one) => one.id !== id && sameQuestion(one.question, typed.question));
    if (same !== undefined) return 'This question is there already. Edit that one.';
    const changed = questions.map((one): Question => {
      if (one.id !== id) return one;
      const { sql, sqlAlternatives, ...rest } = one;
      const kept = { ...rest, question: typed.question, split: typed.split ?? one.split };
      if (typed.sql === null) return kept;
      // Other ways to say the answer key before are none of another one.
      const alike = typed.sql === sql && sqlAlternatives !== undefined;
      return { ...kept, sql: typed.sql, ...(alike ? { sqlAlternatives } : {}) };
    });
    if (id !== null) return this.#set(withBrought(changed, [], this.#trained), 'Changed.');
    const added = withBrought(questions, [typed], this.#trained);
    const side =
      added.at(-1)?.split === 'held-out'
        ? ' Held out: it is asked, and never learned from.'
        : typed.sql === null
          ? ''
          : ' To learn from.';
    return this.#set(added, `Added.${side}`);
  }

  async remove(id: string): Promise<void> {
    const questions = this.#run.dataset?.questions ?? [];
    this.#listProblem = await this.#set(
      questions.filter((one) => one.id !== id),
      'Deleted.',
    );
    if (this.#listProblem === '') this.#before = questions;
  }

  async undo(): Promise<void> {
    if (this.#before !== null) this.#listProblem = await this.#set(this.#before, 'Put back.');
  }

  /** All questions of its fact go with it. */
  async move(id: string, split: Split): Promise<void> {
    this.#listProblem = await this.#set(
      moveFact(this.#run.dataset?.questions ?? [], id, split),
      split === 'train' ? 'It trains now.' : 'It is held out now.',
    );
  }

  /** Reads a file of questions and runs its SQL. */
  async read(file: File): Promise<void> {
    const schema = this.#run.dataset?.schema;
    if (schema === undefined) return;
    this.leaveFile();
    try {
      const brought = readBrought(new Uint8Array(await file.arrayBuffer()), file.name, schema);
      this.#file = brought;
      await this.choose(brought.databases[0]?.name ?? null);
    } catch (error) {
      this.#fileProblem = messageOf(error);
    }
  }

  /**
   * Reads a file of questions that came with its database, and adds what it brings where all its SQL runs; where not,
   * it waits for the reader to look at it.
   */
  async take(file: File): Promise<void> {
    await this.read(file);
    if (this.#checked !== null && this.#checked.refused.length === 0) await this.addFile();
  }

  /** Takes of the file what is about that database; all of it for null. */
  async choose(database: string | null): Promise<void> {
    const file = this.#file;
    if (file === null) return;
    const turn = ++this.#turn;
    this.#checked = null;
    const all = file.questions.filter((one) => database === null || one.database === database);
    const withSql = all.filter((one): one is BroughtQuestion & { sql: string } => one.sql !== null);
    const refusals: (string | null)[] = [];
    try {
      for (let i = 0; i < withSql.length; i += BATCH) {
        this.#checking = { done: i, all: withSql.length };
        const batch = withSql.slice(i, i + BATCH);
        const trials = await this.#run.ask((engine) => engine.tryGold(batch.map(({ sql }) => sql)));
        if (turn !== this.#turn) return;
        refusals.push(...trials.map(({ refused }) => refused));
      }
    } catch (error) {
      this.#fileProblem = messageOf(error);
      return;
    } finally {
      if (turn === this.#turn) this.#checking = null;
    }
    this.#checked = {
      source: file.source,
      notes: file.notes,
      database,
      ...sortedOut(all, refusals),
      withoutSql: all.length - withSql.length,
    };
  }

  /** Adds what the file brings. Resolves to whether it is kept. */
  async addFile(): Promise<boolean> {
    const checked = this.#checked;
    const before = this.#run.dataset?.questions ?? [];
    if (checked === null) return false;
    const all = withBrought(before, checked.good, this.#trained);
    const added = all.length - before.length;
    const twice = checked.good.length - added;
    const are = (many: number): string => (many === 1 ? 'was' : 'were');
    const said = `${added} ${added === 1 ? 'question' : 'questions'} of ${checked.source} ${are(added)} added${twice > 0 ? `, ${twice} ${are(twice)} there already` : ''}.`;
    const problem = await this.#set(all, said);
    if (problem === '') this.leaveFile();
    else this.#fileProblem = problem;
    return problem === '';
  }

  leaveFile(): void {
    this.#turn++;
    this.#file = null;
    this.#checked = null;
    this.#checking = null;
    this.#fileProblem = '';
  }

  get #trained(): readonly string[] {
    return this.#run.dataset?.trained ?? [];
  }

  /** Resolves to why the questions are as they were; '' where they are changed. */
  async #set(questions: readonly Question[], said: string): Promise<string> {
    this.#listProblem = '';
    this.#said = '';
    this.#run.pause();
    const before = this.#run.dataset?.questions ?? [];
    const isSeen = this.#run.stepCount > 0 && holdsOutTrained(before, questions, this.#trained);
    try {
      this.#run.take(await this.#run.ask((engine) => engine.setQuestions(questions)));
      this.#before = null;
      this.#said = said;
      if (isSeen) {
        // What a run has trained on is no question that it never saw.
        await this.#run.reset();
        this.#said = `${said} A new run begins, because the one before may have trained on it; that one stays in the list of runs.`;
      }
      await this.#onchange();
      return '';
    } catch (error) {
      return messageOf(error);
    }
  }
}
