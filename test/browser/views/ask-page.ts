/** Puts Ask on the screen over an engine in memory, with a question asked and answered as a test says. */
import { expect, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import '../../../src/app.css';
import { AskState, type AskAnswer, type AskCandidate, type AskRequest } from '../../../src/state/ask.svelte.ts';
import { RunState } from '../../../src/state/run.svelte.ts';
import Ask from '../../../src/views/ask/Ask.svelte';
import { engineOf, SPREAD } from '../../views/fixture.ts';
import { violations } from './page.ts';

const rewards = { components: {}, total: 0.9 } as const;
export const best: AskCandidate = {
  sql: "SELECT name, country FROM products WHERE country = 'France'",
  text: 'SELECT',
  count: 3,
  greedy: true,
  rowCount: 34,
  rewards,
  score: 1.6,
  hintScore: 0.7,
  said: null,
  logProbability: null,
  why: '',
  hintCount: 9,
  execution: {
    status: 'rows',
    columns: ['name', 'country', 'an_extremely_long_column_name_without_a_break', 'd', 'e', 'f'],
    rows: Array.from({ length: 20 }, (_, i) => [`Product number ${i}`, 'France', i * 1000.5, null, 'x'.repeat(60), 5]),
    truncated: false,
  },
  hints: [
    {
      key: 'a',
      cue: { kind: 'word', parts: ['list'] },
      pattern: { kind: 'sql', parts: ['SELECT products.name'] },
      template: 'name',
      weight: 0.9,
      times: 2,
    },
    { key: 'b', cue: null, pattern: { kind: 'sql', parts: ['DISTINCT'] }, template: 'pattern', weight: -0.2, times: 1 },
  ],
  agreement: { same: 4, others: 6 },
};
export const lost: AskCandidate = {
  ...best,
  sql: 'SELECT COUNT(*) FROM products',
  count: 1,
  greedy: false,
  rowCount: 1,
  score: 0.4,
  why: 'Another result: of the other 6, none agrees with it and 4 with the answer; a lower reward (+0.40 against +0.90): Shows COUNT(*).',
  execution: { status: 'rows', columns: ['COUNT(*)'], rows: [[54]], truncated: false },
  agreement: { same: 0, others: 6 },
  origin: { model: 'Scripted model', how: 'recorded', seed: 7 },
};
export const broken: AskCandidate = {
  ...lost,
  sql: 'SELECT nonsense FROM products',
  rowCount: 0,
  score: -0.7,
  why: 'SQLite cannot compile it: no such column: nonsense.',
  agreement: null,
  execution: { status: 'invalid', columns: [], rows: [], truncated: false, error: 'no such column: nonsense' },
};

/** Other results, each unlike all others. */
export const others = (count: number): AskCandidate[] =>
  Array.from({ length: count }, (_, i) => ({
    ...lost,
    sql: `SELECT ${i} AS other`,
    execution: { status: 'rows', columns: ['other'], rows: [[i]], truncated: false },
  }));

const answerTo = ({ question, hints, seed, samples }: AskRequest, over: Partial<AskAnswer> = {}): AskAnswer => ({
  question: question.trim(),
  hints,
  seed,
  samples,
  scoredBy: 'reward',
  note: null,
  sure: null,
  readings: null,
  sampler: { id: 'given', label: 'Given completions', isLanguageModel: false },
  candidates: [best, lost, broken],
  ...over,
});

/** The view over an engine in memory; questions wait until they are answered, refused or stopped. */
export async function showAsk({ width = 1440 } = {}) {
  await page.viewport(width, 1000);
  const engine = engineOf(SPREAD);
  const run = new RunState({
    connect: () => engine,
    address: { read: () => ({ settings: {}, seed: null, start: null, problems: [] }), write: () => undefined },
    reducedMotion: () => true,
    wait: () => Promise.resolve(),
  });
  const asked: AskRequest[] = [];
  let settle: { readonly resolve: (answer: AskAnswer) => void; readonly reject: (error: Error) => void } | null = null;
  const ask = new AskState({
    ask: (request) => {
      asked.push(request);
      return new Promise((resolve, reject) => {
        settle = { resolve, reject };
      });
    },
    isLanguageModel: () => run.sampler.view.isLanguageModel,
    calibrate: (budgetMs) => run.calibrate(budgetMs),
    stop: () => settle?.reject(Object.assign(new Error('Stopped.'), { name: 'AbortError' })),
  });
  await render(Ask, { run, ask });
  await run.open();
  return {
    run,
    ask,
    asked,
    engine,
    answer: (over: Partial<AskAnswer> = {}) => settle?.resolve(answerTo(asked.at(-1) as AskRequest, over)),
    fail: (message: string) => settle?.reject(new Error(message)),
  };
}

export const box = () => page.getByLabelText('Question', { exact: true });
export const heading = (name: string) => page.getByRole('heading', { name, exact: true });

/** Types a question, asks it with Enter and has it answered. */
export async function answered(question = 'List products from France', over: Partial<AskAnswer> = {}, width = 1440) {
  const view = await showAsk({ width });
  await box().fill(question);
  await userEvent.keyboard('{Enter}');
  await vi.waitFor(() => expect(view.asked).toHaveLength(1));
  view.answer(over);
  await expect.element(heading(question)).toBeVisible();
  return view;
}

export const SURE = {
  ...{ probability: 0.72, evidence: [1], unsure: false, confirmed: false, margin: 0.2, unlinked: ['frobs'] },
  from: { questions: 868, databases: 15, own: false },
  says: 'About 7 in 10 answers like this are right.',
  because: ['5 of the 7 candidates that ran give this result.', 'Nothing in the database goes with “frobs”.'],
  basis: 'Measured on 868 questions of 15 other databases.',
} as const;

/** The page around the view, with its landmarks and its first heading, is App's. */
export async function violationsHere(): Promise<string[]> {
  return (await violations()).filter((found) => !/^(region|page-has-heading-one|landmark-one-main)/.test(found));
}
