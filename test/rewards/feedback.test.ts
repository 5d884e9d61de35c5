import { beforeAll, describe, expect, it } from 'vitest';
import { makeConfig } from '../../src/grpo/config.ts';
import type { Judgements } from '../../src/grpo/feedback.ts';
import { rewardWeights } from '../../src/grpo/derived-settings.ts';
import type { Database, Question, ScoredRewards } from '../../src/grpo/types.ts';
import { makeAnalyser } from '../../src/linking/analyse.ts';
import { feedbackRewards, KnownResults } from '../../src/rewards/feedback.ts';
import { makeRewardModel } from '../../src/rewards/total.ts';
import { libraryPorts, QUESTIONS } from '../lab/library.ts';

let database: Database;
beforeAll(async () => {
  database = (await libraryPorts()).database;
});

const NOTHING: Judgements = { approved: [], disapproved: [], corrected: [] };
const COUNT = 'SELECT COUNT(*) FROM books';
const COUNT_TOO = 'SELECT COUNT(book_id) AS n FROM books';
const AUTHORS = 'SELECT COUNT(*) FROM authors';
const TITLES = 'SELECT title FROM books';

async function values(
  said: Partial<Judgements>,
  sqls: readonly string[],
  asked = database,
): Promise<(number | null)[]> {
  const executions = await database.execute(sqls);
  const completions = sqls.map((sql, i) => ({ sql, execution: executions[i] as (typeof executions)[number] }));
  return (await feedbackRewards({ ...NOTHING, ...said }, completions, asked, new KnownResults())).map(
    ({ value }) => value,
  );
}

describe('the feedback component', () => {
  it('knows an SQL text however it is written, and SQL with the same result', async () => {
    expect(await values({ approved: [COUNT] }, ['select count(*)  from BOOKS;', COUNT_TOO, AUTHORS, TITLES])).toEqual([
      1,
      1,
      null,
      null,
    ]);
    expect(await values({ disapproved: [COUNT] }, [COUNT, COUNT_TOO, AUTHORS, 'SELECT nonsense'])).toEqual([
      -1,
      -1,
      null,
      null,
    ]);
  });

  it('lets an approved result win over a disapproved one, and a thumb on the very SQL over both', async () => {
    expect(
      await values({ approved: [COUNT], disapproved: [COUNT_TOO] }, [COUNT, COUNT_TOO, 'SELECT SUM(1) FROM books']),
    ).toEqual([1, -1, 1]);
  });

  it('judges every completion where a person wrote what is right', async () => {
    expect(await values({ corrected: [COUNT] }, [COUNT, COUNT_TOO, AUTHORS, 'SELECT nonsense'])).toEqual([
      1, 1, -1, -1,
    ]);
    expect(
      await values({ corrected: [COUNT], approved: [AUTHORS] }, [AUTHORS, 'SELECT COUNT(name) FROM authors', TITLES]),
    ).toEqual([1, 1, -1]);
    expect(
      await values({ corrected: ['SELECT title FROM books ORDER BY pages'] }, [
        'SELECT title FROM books ORDER BY pages DESC',
        'SELECT title FROM books ORDER BY pages, title',
      ]),
    ).toEqual([-1, 1]);
  });

  it('takes a result that says nothing for that SQL text alone', async () => {
    const empty = "SELECT name FROM authors WHERE country = 'Peru'";
    const other = 'SELECT title FROM books WHERE pages > 9999';
    expect(await values({ approved: [empty] }, [empty, other])).toEqual([1, null]);
    expect(await values({ disapproved: [empty] }, [empty, other])).toEqual([-1, null]);
    expect(await values({ corrected: [empty] }, [empty, other, COUNT])).toEqual([1, null, null]);
  });

  it('runs nothing where every completion was judged itself', async () => {
    const still = { ...database, execute: () => Promise.reject(new Error('asked')) } as Database;
    expect(await values({ approved: [COUNT], disapproved: [AUTHORS] }, [COUNT, AUTHORS], still)).toEqual([1, -1]);
    await expect(values({ approved: [COUNT] }, [TITLES], still)).rejects.toThrow('asked');
  });
});

describe('feedback in the total', () => {
  const [question] = QUESTIONS as readonly [Question];

  async function scored(
    said: Judgements | null,
    settings: Record<string, number>,
    sqls: readonly string[],
    of = question,
  ): Promise<{ scores: ScoredRewards[]; asked: number }> {
    let asked = 0;
    const feedback = async (): Promise<Judgements | null> => {
      asked++;
      return said;
    };
    const { schema } = database;
    const model = makeRewardModel({
      schema,
      database,
      weights: rewardWeights(makeConfig(settings)),
      analyse: makeAnalyser(schema),
      feedback,
    });
    const executions = await database.execute(sqls);
    return {
      scores: await model.score(
        of,
        sqls.map((sql, i) => ({ sql, execution: executions[i] as (typeof executions)[number] })),
      ),
      asked,
    };
  }

  it('is not asked for without a weight', async () => {
    const { scores, asked } = await scored({ ...NOTHING, approved: [COUNT] }, {}, [COUNT]);
    expect(asked).toBe(0);
    expect(scores[0]?.components.feedback).toBeUndefined();
  });

  it('shares its place among the others where nobody said anything', async () => {
    const plain = await scored(null, {}, [COUNT, AUTHORS]);
    const mixed = await scored({ ...NOTHING, approved: [COUNT] }, { feedback_weight: 1 }, [COUNT, AUTHORS]);
    expect(mixed.asked).toBe(1);
    expect(mixed.scores[0]?.total).toBeCloseTo((1 + (plain.scores[0]?.total ?? 0)) / 2, 9);
    expect(mixed.scores[1]?.total).toBeCloseTo(plain.scores[1]?.total ?? 0, 9);
    expect((await scored(null, { feedback_weight: 1 }, [COUNT])).scores[0]?.components.feedback).toBeUndefined();
  });

  it('makes what people wrote the gold of the question, also where there is none', async () => {
    const settings = { gold_weight: 1, feedback_weight: 1 };
    const said = { ...NOTHING, corrected: [AUTHORS] };
    const gold = async (judgements: Judgements | null, of: Question): Promise<(number | null | undefined)[]> =>
      (await scored(judgements, settings, [COUNT, AUTHORS], of)).scores.map(({ components }) => components.gold?.value);
    expect(await gold(null, question)).toEqual([1, -1]);
    expect(await gold(said, question)).toEqual([-1, 1]);
    const own: Question = { id: 'own', question: 'How many writers?', split: 'train' };
    expect(await gold(null, own)).toEqual([null, null]);
    expect(await gold(said, own)).toEqual([-1, 1]);
    // Without a weight for feedback the dataset's gold stands.
    expect((await scored(said, { gold_weight: 1 }, [COUNT])).scores[0]?.components.gold?.value).toBe(1);
  });

  it('lifts the cap of an answer that looks unrelated', async () => {
    const strange: Question = { id: 'own', question: 'List the countries, please.', split: 'train' };
    const capped = (await scored(null, {}, [AUTHORS], strange)).scores[0];
    expect(capped?.cappedAt).toBeDefined();
    const lifted = (await scored({ ...NOTHING, approved: [AUTHORS] }, { feedback_weight: 1 }, [AUTHORS], strange))
      .scores[0];
    expect([lifted?.cappedAt, lifted?.components.feedback?.value]).toEqual([undefined, 1]);
  });
});
