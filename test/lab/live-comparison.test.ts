import { beforeAll, describe, expect, it } from 'vitest';
import { SqliteDatabase } from '../../src/database/sqlite-database.ts';
import type { Database, Question, Sample, Sampler } from '../../src/grpo/types.ts';
import { meanOverFacts } from '../../src/lab/accuracy.ts';
import { fixedPolicy } from '../../src/lab/evaluate.ts';
import { Judge } from '../../src/lab/judge.ts';
import { LiveComparison, questionsToAsk, rightShare, type PromptedModel } from '../../src/lab/live-comparison.ts';

let database: Database;
const never = new AbortController().signal;
const ignore = (): void => undefined;

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
const numbered = (count: number): Question[] =>
  Array.from({ length: count }, (_, i) => heldOut(`q${i}`, `SELECT ${i + 1}`));

/** What a model writes to a question, from its number, with hints or without. */
type Writes = (at: number, withHints: boolean) => string;

/** Hints stand in the prompts of all questions but those that end in 0. Notes what it is asked. */
function model(
  writes: Writes,
  { atATime = 1, tokens = 5 }: { readonly atATime?: number; readonly tokens?: number | null } = {},
) {
  const asked: string[] = [];
  const applies = (question: string): boolean => !question.endsWith('0');
  const promptOf = (question: string, withHints: boolean) => [
    { role: 'user' as const, content: `${question}${withHints && applies(question) ? ' Hint.' : ''}` },
  ];
  const samplerOf = (withHints: boolean): Sampler => {
    const write = async (question: string, random: () => number): Promise<Sample> => {
      const sql = writes(Number(question.slice(1)), withHints);
      asked.push(`${question} ${withHints ? 'with' : 'without'} ${random()}`);
      return {
        ...{ text: sql === '' ? 'I do not know.' : sql, sql, features: [], decisions: [] },
        ...{ logProbability: null, referenceLogProbability: null },
        origin: {
          model: 'm',
          how: 'live',
          prompt: promptOf(question, withHints),
          ...(tokens === null ? {} : { tokens }),
        },
      };
    };
    return {
      ...{ id: 'm', label: 'm', isLanguageModel: true, distribution: () => null },
      greedy: ({ question, random, signal }) => {
        signal?.throwIfAborted();
        return write(question, random);
      },
      generateGroup: ({ question, random }, count) =>
        Promise.all(Array.from({ length: count }, () => write(question, random))),
    };
  };
  const prompted: PromptedModel = {
    withHints: samplerOf(true),
    withoutHints: samplerOf(false),
    plainPrompt: (question) => promptOf(question, false),
    hintsIn: (question) => (applies(question) ? 2 : 0),
    atATime,
  };
  return { prompted, asked };
}

const comparisonOf = (questions: readonly Question[], draws = 0): LiveComparison =>
  new LiveComparison({ questions, policy: fixedPolicy([]), judge: judgeOf(), draws, temperature: 1 });

describe('which questions are asked', () => {
  it('is each fact once before any twice, of those that are held out and can be judged, in an order of chance', async () => {
    const questions = [
      { id: 'seen', question: 'seen', sql: 'SELECT 1', split: 'train' as const },
      heldOut('no key'),
      heldOut('broken', 'SELECT gone FROM t'),
      ...['a', 'b', 'c'].flatMap((fact, i) => [1, 2].map((wording) => heldOut(`${fact}${wording}`, `SELECT ${i}`))),
    ];
    const all = (await questionsToAsk(questions, 100, judgeOf())).map(({ id }) => id);
    expect([...all].sort()).toEqual(['a1', 'a2', 'b1', 'b2', 'c1', 'c2']);
    expect(
      all
        .slice(0, 3)
        .map((id) => id[0])
        .sort(),
    ).toEqual(['a', 'b', 'c']);
    expect((await questionsToAsk(questions, 4, judgeOf())).map(({ id }) => id)).toEqual(all.slice(0, 4));
    const many = await questionsToAsk(numbered(30), 10, judgeOf());
    expect(many).toHaveLength(10);
    expect(many).not.toEqual(numbered(10));
  });
});

describe('a comparison', () => {
  it('judges both sides, pairs them by question, and counts facts', async () => {
    // Right with hints always, without for every third.
    const { prompted } = model((at, withHints) => `SELECT ${withHints || at % 3 === 0 ? at + 1 : 99}`);
    const questions = numbered(30).map((one, i) => ({ ...one, ...(i === 29 ? { sql: 'SELECT 29' } : {}) }));
    const of = comparisonOf(questions);
    expect(of.report()).toBeNull();
    const tokens: (number | null)[] = [];
    await of.goOn(prompted, { signal: never, onAnswered: (count) => void tokens.push(count) });
    const report = of.report();
    expect(tokens.slice(0, 2)).toEqual([5, 10]);
    expect(report).toMatchObject({ questions: 30, all: 30, facts: 29, draws: 0, weakGold: 0 });
    const values = questions.map((_, i) => (i === 29 ? 0 : 1));
    const facts = questions.map(({ id }, i) => (i === 29 ? 'q28' : id));
    expect(report?.withHints).toEqual(meanOverFacts(values, facts));
    expect(report?.comparison).toMatchObject({ outcome: 'gain', seeds: 1, lost: [] });
    expect(report?.comparison.verdict).toMatch(/^Evidence of a gain of /);
    expect(report?.comparison.difference).toBeCloseTo(
      (report?.withHints.accuracy ?? 0) - (report?.withoutHints.accuracy ?? 0),
    );
    expect(report?.perQuestion[1]).toEqual({
      ...{ id: 'q1', question: 'q1', fact: 'q1', hints: 2, once: false, weakGold: false },
      withHints: [{ sql: 'SELECT 2', text: '', right: true }],
      withoutHints: [{ sql: 'SELECT 99', text: '', right: false }],
    });
  });

  it('asks once where no hint applies, and that counts for both', async () => {
    const { prompted, asked } = model((at, withHints) => `SELECT ${withHints ? at + 1 : 99}`);
    const of = comparisonOf(numbered(2));
    await of.goOn(prompted, { signal: never, onAnswered: ignore });
    expect(asked.map((one) => one.split(' ').slice(0, 2).join(' '))).toEqual(['q0 with', 'q1 with', 'q1 without']);
    expect(of.report()?.perQuestion[0]).toMatchObject({ once: true, hints: 0 });
    expect(of.report()?.perQuestion.map((one) => rightShare(one.withoutHints))).toEqual([1, 0]);
  });

  it('says that there is no evidence of a gain, and of weak gold and answers without SQL', async () => {
    const { prompted } = model((at) => (at === 3 ? '' : `SELECT ${at % 2 === 0 ? at + 1 : 99}`));
    const of = comparisonOf([...numbered(32), heldOut('q40', 'SELECT 0')]);
    await of.goOn(prompted, { signal: never, onAnswered: ignore });
    expect(of.report()?.comparison.verdict).toMatch(/^No evidence of a gain: \+0\.0 points/);
    expect(of.report()?.weakGold).toBe(1);
    expect(of.report()?.perQuestion[3]?.withHints).toEqual([{ sql: '', text: 'I do not know.', right: false }]);
  });

  it('draws with the same chance on both sides, and takes shares of several answers', async () => {
    let calls = 0;
    const { prompted, asked } = model((at) => `SELECT ${calls++ % 4 === 0 ? at + 1 : 99}`);
    const of = comparisonOf([heldOut('q1', 'SELECT 2')], 4);
    await of.goOn(prompted, { signal: never, onAnswered: ignore });
    const [one] = of.report()?.perQuestion ?? [];
    expect(one?.withHints).toHaveLength(4);
    expect(rightShare(one?.withHints ?? [])).toBe(0.25);
    const drawn = asked.map((text) => text.split(' ')[2]);
    expect(new Set(drawn).size).toBe(4);
    expect(drawn.slice(4)).toEqual(drawn.slice(0, 4));
  });

  it('keeps what was answered where the model fails or it is ended, and goes on with the rest', async () => {
    const whole = comparisonOf(numbered(9));
    const writes: Writes = (at, withHints) => `SELECT ${withHints && at % 2 === 0 ? at + 1 : 99}`;
    await whole.goOn(model(writes).prompted, { signal: never, onAnswered: ignore });

    const of = comparisonOf(numbered(9));
    const failing = model((at, withHints) => {
      if (at === 3) throw new Error('the server is gone');
      return writes(at, withHints);
    });
    await expect(of.goOn(failing.prompted, { signal: never, onAnswered: ignore })).rejects.toThrow(
      'the server is gone',
    );
    expect(of.answered).toBe(3);
    expect(of.report()).toMatchObject({ questions: 3, all: 9 });
    expect(of.report()?.comparison.verdict).toMatch(/^Too few questions to tell/);

    const ending = new AbortController();
    const stop = (): void => {
      if (of.answered === 5) ending.abort();
    };
    const rest = model(writes);
    await expect(of.goOn(rest.prompted, { signal: ending.signal, onAnswered: stop })).rejects.toThrow(/abort/i);
    expect(of.answered).toBe(5);
    await of.goOn(rest.prompted, { signal: never, onAnswered: ignore });
    expect(rest.asked.filter((text) => /^q[0-2] /.test(text))).toEqual([]);
    expect(of.report()).toEqual(whole.report());
  });

  it('asks several at a time where that is worth it, with the same outcome', async () => {
    const writes: Writes = (at, withHints) => `SELECT ${withHints ? at + 1 : 99}`;
    const [one, four] = [comparisonOf(numbered(11)), comparisonOf(numbered(11))];
    const several = model(writes, { atATime: 4, tokens: null });
    await one.goOn(model(writes).prompted, { signal: never, onAnswered: ignore });
    const tokens: (number | null)[] = [];
    await four.goOn(several.prompted, { signal: never, onAnswered: (count) => void tokens.push(count) });
    expect(several.asked.slice(0, 4).map((text) => text.slice(0, 2))).toEqual(['q0', 'q1', 'q2', 'q3']);
    expect(four.report()).toEqual(one.report());
    expect(new Set(tokens)).toEqual(new Set([null]));
  });
});
