import { beforeAll, describe, expect, it } from 'vitest';
import { SqliteDatabase } from '../../src/database/sqlite-database.ts';
import type { Database, Question, Sampler } from '../../src/grpo/types.ts';
import { fixedPolicy } from '../../src/lab/evaluate.ts';
import { Judge } from '../../src/lab/judge.ts';
import { wilson } from '../../src/lab/statistics.ts';
import { MOST_ASKED, UnseenChoice, UnseenMeasurement } from '../../src/lab/unseen.ts';

let database: Database;
const always = (): Promise<boolean> => Promise.resolve(true);
const { signal } = new AbortController();

beforeAll(async () => {
  database = await SqliteDatabase.open('CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1),(2),(3);');
});

const judgeOf = (): Judge => new Judge(database, { maxVmSteps: 1e6, deadlineMs: 1000 });
const heldOut = (id: string, sql?: string): Question => ({
  id,
  question: id,
  split: 'held-out',
  ...(sql === undefined ? {} : { sql }),
});

describe('which questions are asked', () => {
  const questions: Question[] = [
    { id: 'seen', question: 'seen', sql: 'select count(*)  FROM t', split: 'train' },
    heldOut('sum', 'SELECT SUM(a) FROM t'),
    heldOut('total', 'select sum(a)  from t;'),
    heldOut('count', 'SELECT COUNT(*) FROM t'),
    heldOut('no key'),
    heldOut('broken', 'SELECT gone FROM t'),
  ];

  it('is one wording for each different answer that can be compared with', async () => {
    const choice = new UnseenChoice(questions);
    const chosen = (await choice.goOn(judgeOf(), always)) ?? [];
    expect(chosen.map(({ id }) => id)).toEqual([expect.stringMatching(/^(sum|total)$/), 'count']);
    expect(choice.counts).toEqual({
      asked: 2,
      ids: chosen.map(({ id }) => id),
      practised: 1,
      answers: 2,
      wordings: 3,
      heldOut: 5,
    });
    const again = new UnseenChoice(questions);
    expect(await again.goOn(judgeOf(), always)).toEqual(chosen);
  });

  it('goes on where it was left', async () => {
    const choice = new UnseenChoice(questions);
    const judge = judgeOf();
    let left = 1;
    expect(await choice.goOn(judge, () => Promise.resolve(left-- > 0))).toBeNull();
    expect(await choice.goOn(judge, always)).toHaveLength(2);
  });

  it('is a part of them where there are many', async () => {
    const many = Array.from({ length: MOST_ASKED + 20 }, (_, i) => heldOut(`q${i}`, `SELECT ${i + 1}`));
    const choice = new UnseenChoice(many);
    const chosen = (await choice.goOn(judgeOf(), always)) ?? [];
    expect(chosen).toHaveLength(MOST_ASKED);
    expect(choice.counts).toMatchObject({ asked: MOST_ASKED, answers: MOST_ASKED + 20 });
    // Not the first of them, yet in their order.
    expect(chosen).not.toEqual(many.slice(0, MOST_ASKED));
    expect(chosen).toEqual(many.filter((question) => chosen.includes(question)));
  });

  it('is none where there is no key, or nothing is held out', async () => {
    const keyless = new UnseenChoice([heldOut('a'), heldOut('b')]);
    expect(await keyless.goOn(judgeOf(), always)).toEqual([]);
    expect(keyless.counts).toEqual({ asked: 0, ids: [], practised: 0, answers: 0, wordings: 0, heldOut: 2 });
    expect(new UnseenChoice([]).counts.heldOut).toBe(0);
  });
});

describe('a point', () => {
  const questions = [heldOut('sum', 'SELECT SUM(a) FROM t'), heldOut('count', 'SELECT COUNT(*) FROM t')];
  const asked: string[] = [];
  const sampler = (answers: Record<string, string>): Sampler => ({
    id: 'scripted',
    label: 'Scripted',
    isLanguageModel: false,
    greedy: ({ question, signal }) => {
      asked.push(question);
      signal?.throwIfAborted();
      const sql = answers[question] ?? '';
      return Promise.resolve({
        text: sql,
        sql,
        features: [],
        logProbability: null,
        referenceLogProbability: null,
        decisions: [],
      });
    },
    generateGroup: () => Promise.reject(new Error('No group is drawn.')),
    distribution: () => null,
  });
  const measurement = (answers: Record<string, string>): UnseenMeasurement =>
    new UnseenMeasurement({
      step: 7,
      policy: fixedPolicy([]),
      questions,
      sampler: sampler(answers),
      judge: judgeOf(),
      temperature: 1,
    });

  it('counts right answers, with the interval over them', async () => {
    const point = await measurement({ sum: 'SELECT 6', count: 'SELECT 4' }).goOn(always, signal);
    expect(point).toEqual({ step: 7, right: 1, answers: [true, false], ...wilson(1, 2) });
  });

  it('is taken up where it was left, and an answer given up is asked for again', async () => {
    const one = measurement({ sum: 'SELECT 6', count: 'SELECT 3' });
    asked.length = 0;
    let left = 1;
    expect(await one.goOn(() => Promise.resolve(left-- > 0), signal)).toBeNull();
    expect(one.answered).toBe(1);
    await expect(one.goOn(always, AbortSignal.abort())).rejects.toThrow();
    expect((await one.goOn(always, signal))?.answers).toEqual([true, true]);
    expect(asked).toEqual(['sum', 'count', 'count']);
  });
});
