/** Learning from a correction on the spot: what is kept, what is practised, and the way back. */
import type { Judged } from '../engine/protocol.ts';
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
  const { problem, foundByItself } = await work();
  const moved = weightsOf(run).filter((entry) => !before.has(entry)).length;
  return { problem: problem ?? '', steps: run.stepCount - steps, moved, foundByItself };
}

/**
 * Keeps this SQL as the right answer, adds the question to those of the reader's own database, and takes steps
 * on it. `undo` takes answer, question and what the hints learned back, the last only while no further step was taken;
 * it is null where nothing was kept.
 */
export async function learnCorrection(
  run: RunState,
  completion: Judged,
  sql: string,
): Promise<Learned & { readonly undo: (() => Promise<Undone>) | null }> {
  const before = run.feedback.on(completion);
  const start = run.stepCount;
  const added = await addQuestion(run, completion.question, sql);
  const { problem: refused, heldOut, keyStays, undo } = added;
  // Nothing was kept.
  if (refused !== '') return { problem: refused, steps: 0, moved: 0, foundByItself: false, undo: null };
  const learned = await countLearned(run, async () =>
    heldOut
      ? { problem: await run.feedback.correct(completion, sql), foundByItself: false }
      : run.learnCorrection(completion, sql),
  );
  const end = run.stepCount;
  return {
    ...learned,
    heldOut,
    keyStays,
    undo: async () => {
      const problem = (await run.feedback.putBack(completion, before)) ?? (await undo());
      if (problem !== '' || learned.moved === 0) return { problem, hintsStay: false };
      const goesBack = end > start && run.stepCount === end;
      if (goesBack) await run.move((engine) => engine.byHand({ does: 'step', step: start }));
      return { problem: '', hintsStay: !goesBack };
    },
  };
}

export interface Undone {
  /** What went wrong; '' for nothing. */
  readonly problem: string;
  /** What the hints learned stays: more was learned since. */
  readonly hintsStay: boolean;
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
const weightsOf = (run: RunState): string[] => run.hints.map(({ key, weight }) => `${weight} ${key}`);
