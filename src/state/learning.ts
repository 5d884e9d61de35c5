/** Learning from a correction on the spot: what is kept, what is practised, and the way back. */
import type { Judged } from '../engine/protocol.ts';
import type { Feedback } from '../grpo/feedback.ts';
import { isOwn } from '../grpo/own-data.ts';
import type { Practised, RunState } from './run.svelte.ts';

export interface Learned {
  /** What went wrong; '' for nothing. */
  readonly problem: string;
  readonly steps: number;
  /** Hints whose weight changed, or that are new. */
  readonly moved: number;
  /** Whether its last tries were right without being shown the answer. */
  readonly foundByItself: boolean;
  /** The question asks for what is held out: it answers, and nothing was learned from it. */
  readonly heldOut?: boolean;
  /** The question has another answer key, which somebody gave it elsewhere: it stays. */
  readonly keyStays?: boolean;
}

/** Learns as `work` does; counts what it moved. */
export async function countLearned(run: RunState, work: () => Promise<Practised>): Promise<Learned> {
  const [before, steps] = [new Set(weightsOf(run)), run.stepCount];
  const { problem, ...came } = await work();
  const moved = weightsOf(run).filter((entry) => !before.has(entry)).length;
  return { problem: problem ?? '', steps: run.stepCount - steps, moved, ...came };
}

/** What each run learned last from a correction: this SQL to this question. */
const learnedLast = new WeakMap<
  RunState,
  { readonly question: string; readonly sql: string; readonly undo: () => Promise<Undone> }
>();

/**
 * Keeps this SQL as the right answer, adds the question to those of the reader's own database, and takes steps on it.
 * Resolves also to whether anything was kept, which `takeBack` takes back.
 */
export async function learnCorrection(
  run: RunState,
  completion: Judged,
  sql: string,
): Promise<Learned & { readonly kept: boolean }> {
  const before = run.feedback.on(completion);
  const [runId, start] = [run.runId, run.stepCount];
  const { problem: refused, heldOut, keyStays, undo } = await addQuestion(run, completion.question, sql);
  if (refused !== '') return { problem: refused, steps: 0, moved: 0, foundByItself: false, kept: false };
  const learned = await countLearned(run, () => run.learnCorrection(completion, sql));
  const [end, hints] = [run.stepCount, hintsOf(run)];
  learnedLast.set(run, {
    question: completion.question.trim(),
    sql: sql.trim(),
    async undo() {
      const problem = (await run.feedback.putBack(completion, before)) ?? (await undo());
      if (problem !== '' || learned.moved === 0) return { problem, hints: 'untouched' };
      if (run.runId !== runId) return { problem, hints: 'elsewhere' };
      // A change by hand is no step, and not to be lost either.
      if (end === start || run.stepCount !== end || hintsOf(run) !== hints) return { problem, hints: 'stay' };
      await run.move((engine) => engine.byHand({ does: 'step', step: start }));
      return { problem, hints: 'back' };
    },
  });
  return { ...learned, heldOut: heldOut || learned.heldOut === true, keyStays, kept: true };
}

export interface Undone {
  /** What went wrong; '' for nothing. */
  readonly problem: string;
  /**
   * Whether they are as they were before: `stay` where more was learned or changed since, `elsewhere` where another run
   * is on the page, `untouched` where none had been moved.
   */
  readonly hints: 'back' | 'stay' | 'elsewhere' | 'untouched' | 'unknown';
}

/** Takes a correction back, and its question and what the hints learned where it was the last to be learned from. */
export async function takeBack(run: RunState, { question, text, corrected }: Feedback): Promise<Undone> {
  const last = learnedLast.get(run);
  if (last?.question === question && last.sql === corrected) {
    const undone = await last.undo();
    // What could not be taken back can be tried again.
    if (undone.problem === '') learnedLast.delete(run);
    return undone;
  }
  return { problem: (await run.feedback.correct({ question, sql: text }, null)) ?? '', hints: 'unknown' };
}

interface Added {
  readonly problem: string;
  readonly heldOut: boolean;
  readonly keyStays: boolean;
  readonly undo: () => Promise<string>;
}

/**
 * Only a database of the reader's own takes questions. An answer key that is no earlier correction was given elsewhere,
 * and is not written over.
 */
async function addQuestion(run: RunState, question: string, sql: string): Promise<Added> {
  const nothing = { problem: '', heldOut: false, keyStays: false, undo: () => Promise.resolve('') };
  if (!isOwn(run.dataset?.name ?? '')) return nothing;
  // With the files that Data is made of: nothing else of a correction needs them.
  const [{ openData }, { sameQuestion }] = await Promise.all([
    import('./open-data.ts'),
    import('./questions.svelte.ts'),
  ]);
  const { questions } = openData(run);
  const find = () => run.dataset?.questions.find((one) => sameQuestion(one.question, question));
  const was = find();
  if (was?.sql !== undefined && !run.feedback.correctionsOf(question).includes(was.sql))
    return { ...nothing, heldOut: was.split === 'held-out', keyStays: was.sql !== sql };
  // What is there already stays on its side: nothing that is held out is moved by being answered.
  const typed = { question: was?.question ?? question, sql, split: was?.split ?? 'train' };
  const problem = await questions.keep(typed, was?.id ?? null);
  if (problem !== '') return { ...nothing, problem };
  return {
    problem,
    keyStays: false,
    // What asks for the same as a held-out question went to its side.
    heldOut: find()?.split === 'held-out',
    async undo() {
      const now = find();
      if (now === undefined) return '';
      if (was !== undefined)
        return questions.keep({ question: was.question, sql: was.sql ?? null, split: was.split }, now.id);
      await questions.remove(now.id);
      return questions.listProblem;
    },
  };
}

/** Each hint with its weight, to tell what moved. */
/** All of the hints that a step or a hand may change. */
const hintsOf = (run: RunState): string =>
  JSON.stringify(run.hints.map(({ key, weight, enabled, pinned }) => [key, weight, enabled, pinned]).sort());
const weightsOf = (run: RunState): string[] => run.hints.map(({ key, weight }) => `${weight} ${key}`);
