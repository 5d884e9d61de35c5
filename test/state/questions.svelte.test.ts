/** Own questions: what a change of them means for the run that has trained on them. */
import { expect, test } from 'vitest';
import type { EngineApi } from '../../src/engine/protocol.ts';
import type { Question } from '../../src/grpo/types.ts';
import { QuestionsState } from '../../src/state/questions.svelte.ts';
import { RunState } from '../../src/state/run.svelte.ts';
import { engineOf, SPREAD } from '../views/fixture.ts';

async function opened(
  change: (question: Question) => Question = (question) => question,
  trained: readonly string[] = [],
) {
  const engine = engineOf(SPREAD);
  const open: EngineApi['open'] = async (options) => {
    const view = await engine.open(options);
    return { ...view, dataset: { ...view.dataset, trained, questions: view.dataset.questions.map(change) } };
  };
  const set: (readonly Question[])[] = [];
  const setQuestions: EngineApi['setQuestions'] = (questions) => {
    set.push(questions);
    return engine.setQuestions(questions);
  };
  const run = new RunState({
    connect: () => ({ ...engine, open, setQuestions }),
    address: { read: () => ({ settings: {}, seed: null, start: null, problems: [] }), write: () => undefined },
    reducedMotion: () => true,
    wait: () => new Promise((resolve) => setTimeout(resolve, 1)),
  });
  await run.open();
  return { run, set, questions: new QuestionsState(run, async () => undefined) };
}

test('a question that a run may have trained on is not held out of that run: another one begins', async () => {
  const { run, questions } = await opened();
  await run.stepOnce();
  const id = run.runId;
  await questions.move('secret', 'train');
  expect([run.runId, run.stepCount]).toEqual([id, 1]);

  await questions.move('revenue', 'held-out');
  expect(run.runId).not.toBe(id);
  expect(run.stepCount).toBe(0);
  expect(questions.said).toContain('A new run begins');
});

test('nor is one that a file holds out and that asks for the same as one that trained and is gone', async () => {
  const sql = 'SELECT name FROM products';
  for (const [gone, question, held] of [
    [[], { question: 'Anything new?', sql: 'SELECT 2' }, false],
    [[], { question: 'In other words?', sql: 'select  name from products' }, false],
    [['SELECT 2'], { question: 'Anything new?', sql: 'SELECT 2' }, true],
    [['“anything new?”'], { question: 'Anything  NEW?', sql: null }, true],
  ] as const) {
    const { run, questions } = await opened((one) => (one.split === 'train' ? { ...one, sql } : one), gone);
    await run.stepOnce();
    const id = run.runId;
    const file = new File([JSON.stringify([{ id: 'new', split: 'held-out', ...question }])], 'q.json');
    await questions.read(file);
    expect(await questions.addFile()).toBe(true);
    expect(run.runId !== id).toBe(held);
  }
});

test('before the first step every question may go to either side', async () => {
  const { run, questions } = await opened();
  const id = run.runId;
  await questions.move('revenue', 'held-out');
  expect(run.runId).toBe(id);
  expect(questions.said).toBe('It is held out now.');
});

test('another answer key takes the other ways to say the one before with it', async () => {
  const alternatives = ['SELECT 1 + 0'];
  const kept = async (sql: string) => {
    const { run, set, questions } = await opened((one) => ({ ...one, sql: 'SELECT 1', sqlAlternatives: alternatives }));
    const [first] = run.dataset?.questions ?? [];
    expect(await questions.keep({ question: first?.question ?? '', sql, split: null }, first?.id ?? '')).toBe('');
    return set[0]?.find(({ id }) => id === first?.id)?.sqlAlternatives;
  };
  expect(await kept('SELECT 1')).toEqual(alternatives);
  expect(await kept('SELECT 2')).toBeUndefined();
});
