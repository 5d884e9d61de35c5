import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { Engine } from '../../../src/engine/engine.ts';
import type { Dataset, EnginePorts } from '../../../src/engine/engine-ports.ts';
import { feedbackText, parseFeedback } from '../../../src/formats/feedback-file.ts';
import type { Feedback } from '../../../src/grpo/feedback.ts';
import type { PolicyHint } from '../../../src/grpo/types.ts';
import { parseProject } from '../../../src/recording/project.ts';
import { StoreError } from '../../../src/storage/errors.ts';
import { MemoryStore } from '../../../src/storage/memory-store.ts';
import { portsFor, shopDataset } from '../scenario.ts';
import { shopFiles } from '../shop-files.ts';

let shop: Dataset;

beforeAll(async () => {
  shop = await shopDataset(shopFiles());
});

async function opened(over: Partial<EnginePorts> = {}, settings: Record<string, unknown> = {}): Promise<Engine> {
  const engine = new Engine(portsFor(shop, over));
  await engine.open({ seed: 1, settings });
  return engine;
}

const weights = (hints: readonly PolicyHint[]): Map<string, number> =>
  new Map(hints.map(({ key, weight }) => [key, weight]));
const one = (ownQuestion: string) => ({ steps: 1, budgetMs: 1e9, ownQuestion });
const PEOPLE = { validity_weight: 0, execution_weight: 0, quality_weight: 0, format_weight: 0, feedback_weight: 1 };
const QUESTION = 'How many products are there?';

describe('feedback on a completion', () => {
  it('is kept with its time, and is still there in another tab and after a reload', async () => {
    const store = new MemoryStore();
    const ports = { openStore: () => Promise.resolve(store) };
    const engine = await opened(ports);
    const { feedback } = await engine.judge({ question: ` ${QUESTION} `, sql: 'select count(*) from PRODUCTS;' }, 'up');
    expect(feedback).toEqual([
      {
        dataset: 'shop',
        question: QUESTION,
        sql: feedback[0]?.sql,
        text: 'select count(*) from PRODUCTS;',
        thumb: 'up',
        corrected: null,
        at: 1_700_000_000_000,
      },
    ]);
    const view = await new Engine(portsFor(shop, ports)).open({});
    expect(view.feedback).toEqual(feedback);
    expect((await engine.reset({ seed: 2 })).feedback).toEqual(feedback);
    expect(structuredClone(view)).toEqual(view);
  });

  it('is one record however the SQL is written, and goes when nothing is left of it', async () => {
    const engine = await opened();
    const judged = { question: QUESTION, sql: 'SELECT COUNT(*) FROM products' };
    await engine.judge(judged, 'up');
    await engine.judge({ ...judged, sql: 'select  count(*) from "products"' }, 'down');
    expect((await engine.correct(judged, ' SELECT 54 ')).feedback).toMatchObject([
      { thumb: 'down', corrected: 'SELECT 54' },
    ]);
    expect((await engine.judge(judged, null)).feedback).toMatchObject([{ thumb: null, corrected: 'SELECT 54' }]);
    expect((await engine.correct(judged, null)).feedback).toEqual([]);
    expect((await engine.open({})).feedback).toEqual([]);
  });

  it('counts from the next step on', async () => {
    const engine = await opened({}, { ...PEOPLE, group_size: 8, temperature: 1 });
    const before = (await engine.advance(one(QUESTION))).step?.groups[0];
    expect(before?.completions.map(({ rewards }) => rewards.total)).toEqual(Array(8).fill(null));
    await engine.correct({ question: QUESTION, sql: 'SELECT 1' }, 'SELECT COUNT(*) FROM products');
    const after = (await engine.advance(one(QUESTION))).step?.groups[0];
    const values = after?.completions.map(({ rewards }) => rewards.components.feedback?.value) ?? [];
    expect(values.every((value) => value === 1 || value === -1)).toBe(true);
    expect(after?.completions.map(({ rewards }) => rewards.total)).toEqual(values);
    const right = after?.completions.find(({ rewards }) => rewards.components.feedback?.value === 1);
    expect(right?.rewards.components.feedback?.reasons[0]?.id).toBe('same-as-written');
    // Of another question nobody said anything.
    expect(
      (await engine.advance(one('List the product names.'))).step?.groups[0]?.completions[0]?.rewards.total,
    ).toBeNull();
  });

  it('is learned from until it is found without help, and gone back on', async () => {
    const engine = await opened({}, { feedback_weight: 1 });
    const { hints: before } = await engine.advance({ steps: 3, budgetMs: 1e9 });
    const asked = 'Which country is most popular with us?';
    const right = 'SELECT country FROM customers GROUP BY country ORDER BY COUNT(*) DESC LIMIT 1';
    await engine.correct({ question: asked, sql: 'SELECT 1' }, right);
    const shown = { steps: 60, budgetMs: 1e9, ownQuestion: asked, shown: right };
    const learned = await engine.advance(shown);
    expect(learned.foundByItself).toBe(true);
    expect(learned.stepCount).toBeGreaterThanOrEqual(6);
    expect(learned.step?.groups[0]?.completions.map(({ rewards }) => rewards.components.feedback?.value)).toEqual(
      Array(4).fill(1),
    );
    expect(weights(learned.hints)).not.toEqual(weights(before));
    const back = await engine.byHand({ does: 'step', step: 3 });
    expect(weights(back.hints)).toEqual(weights(before));

    // Nothing is learned where nothing that the sampler writes is right.
    const odd = "SELECT name || '?' FROM customers WHERE length(name) = 11 ORDER BY name LIMIT 2";
    await engine.correct({ question: 'Who?', sql: 'SELECT 1' }, odd);
    const none = await engine.advance({ ...shown, ownQuestion: 'Who?', shown: odd });
    expect(none).toMatchObject({ step: null, foundByItself: false, stepCount: learned.stepCount });
  });

  it('changes nothing when it cannot be stored', async () => {
    const store = new MemoryStore();
    const engine = await opened({ openStore: () => Promise.resolve(store) });
    const put = vi.spyOn(store, 'putFeedback').mockRejectedValue(new StoreError('full', 'Storage is full.'));
    await expect(engine.judge({ question: QUESTION, sql: 'SELECT 1' }, 'up')).rejects.toThrow('Storage is full.');
    put.mockRestore();
    expect(
      (await engine.judge({ question: QUESTION, sql: 'SELECT 2' }, 'up')).feedback.map(({ text }) => text),
    ).toEqual(['SELECT 2']);
  });
});

describe('a comment', () => {
  const judged = { question: QUESTION, sql: 'SELECT COUNT(*) FROM products' };
  it('stands with a judgement, moves neither its time nor its place, and goes with it', async () => {
    let now = 1;
    const engine = await opened({ today: () => now });
    expect((await engine.remark(judged, 'alone')).feedback).toEqual([]);
    await engine.judge(judged, 'up');
    now = 2;
    await engine.judge({ ...judged, sql: 'SELECT 1' }, 'down');
    const { feedback } = await engine.remark({ ...judged, sql: 'select count(*) from products' }, 'counts all of them');
    expect(feedback.map(({ text, comment, at }) => [text, comment, at])).toEqual([
      ['SELECT COUNT(*) FROM products', 'counts all of them', 1],
      ['SELECT 1', undefined, 2],
    ]);
    expect((await engine.judge(judged, 'down')).feedback.at(-1)).toMatchObject({ comment: 'counts all of them' });
    expect((await engine.remark(judged, ' ')).feedback.at(-1)).not.toHaveProperty('comment');
    await expect(engine.remark(judged, 'x'.repeat(2001))).rejects.toThrow('A comment has at most 2000 characters.');
  });

  it('and a choice between two readings go into the files, and come back', async () => {
    const engine = await opened();
    await engine.judge(judged, 'up', 'SELECT COUNT(DISTINCT name) FROM products');
    const { feedback } = await engine.remark(judged, 'products, not names');
    expect(feedback).toMatchObject([
      { comment: 'products, not names', chosenOver: 'SELECT COUNT(DISTINCT name) FROM products' },
    ]);
    const json = await engine.exportFile({ what: 'feedback' });
    expect(parseFeedback(String(json.content), 'F')).toEqual(feedback);
    const csv = await engine.exportFile({ what: 'feedback-csv' });
    expect(String(csv.content)).toContain('"products, not names",SELECT COUNT(DISTINCT name) FROM products');
    const project = await engine.exportFile({ what: 'project' });
    expect(parseProject(String(project.content), 'F').feedback).toEqual(feedback);
    // A thumb of its own is no choice of two any more.
    expect((await engine.judge(judged, 'down')).feedback[0]).not.toHaveProperty('chosenOver');
  });

  it('files from before there were any still open', () => {
    const text = readFileSync(new URL('../../fixtures/feedback-v1.json', import.meta.url), 'utf8');
    const read = parseFeedback(text, 'F');
    expect(read).toHaveLength(2);
    expect(read).toEqual((JSON.parse(text) as { feedback: unknown }).feedback);
    for (const [over, message] of [
      [{ comment: '' }, /^F: entry 1 has an empty "comment"/],
      [{ comment: 'x'.repeat(2001) }, /has 2001 characters in "comment", at most 2000 are read/],
      [{ chosenOver: 7 }, /^F: entry 1 needs the text "chosenOver"/],
    ] as const)
      expect(() => parseFeedback(feedbackText([{ ...read[0], ...over } as Feedback]), 'F')).toThrow(message);
  });
});

describe('a corrected SQL', () => {
  it('is run first, and its result is shown', async () => {
    const engine = await opened();
    expect(await engine.tryCorrection('SELECT COUNT(*) AS n FROM products')).toMatchObject({
      execution: { status: 'rows', columns: ['n'] },
      rowCount: 1,
      refused: null,
      saysNothing: false,
    });
    const many = await engine.tryCorrection('SELECT * FROM order_items LIMIT 100');
    expect([many.rowCount, many.execution.rows.length]).toEqual([100, 20]);
    expect(await engine.tryCorrection('SELECT 0')).toMatchObject({ refused: null, saysNothing: true });
  });

  it.each([
    ['SELECT nonsense FROM products', /no such column: nonsense/],
    ['DELETE FROM products', /refused/],
    ['SELECT 1; SELECT 2', /one/],
    ['  ', /Type the SQL/],
    [`SELECT '${'x'.repeat(100_001)}'`, /at most 100000 characters/],
    ['WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n', /query budget/],
    ['SELECT a.* FROM order_items a, products b LIMIT 6000', /more rows than are kept/],
  ])('is refused when it does not run: %.40s', async (sql, why) => {
    const engine = await opened();
    expect((await engine.tryCorrection(sql)).refused).toMatch(why);
    await expect(engine.correct({ question: QUESTION, sql: 'SELECT 1' }, sql)).rejects.toThrow(why);
    expect((await engine.open({})).feedback).toEqual([]);
  });
});

describe('training questions where gold rewards', () => {
  const WEAK = {
    id: 'weak',
    question: 'How many products cost nothing?',
    sql: 'SELECT COUNT(*) FROM products WHERE price < 0',
    split: 'train' as const,
  };
  const BROKEN = { id: 'broken', question: 'Broken?', sql: 'SELECT nonsense', split: 'train' as const };
  const GOOD = { id: 'good', question: QUESTION, sql: 'SELECT COUNT(*) FROM products', split: 'train' as const };
  const HELD = { id: 'held', question: 'Held?', sql: 'SELECT 0', split: 'held-out' as const };
  const three = (): Partial<EnginePorts> => ({
    openDataset: () => Promise.resolve({ ...shop, questions: [WEAK, BROKEN, GOOD, HELD] }),
  });

  it('are those whose gold teaches; the others are named', async () => {
    const engine = await opened(three());
    expect((await engine.open({})).leftOut).toEqual([]);
    expect((await engine.configure({ gold_weight: 1 })).leftOut).toEqual(['weak', 'broken']);
    const { points } = await engine.advance({ steps: 6, budgetMs: 1e9 });
    expect(new Set(points.map(({ questionId }) => questionId))).toEqual(new Set(['good']));
    expect((await engine.open({})).leftOut).toEqual(['weak', 'broken']);
    expect((await engine.configure({ gold_weight: 0 })).leftOut).toEqual([]);
  });

  it('come back when somebody writes better gold, while feedback counts', async () => {
    const engine = await opened(three(), { gold_weight: 1, feedback_weight: 1 });
    const { leftOut } = await engine.correct(
      { question: BROKEN.question, sql: 'SELECT 1' },
      'SELECT COUNT(*) FROM orders',
    );
    expect(leftOut).toEqual(['weak']);
    expect((await engine.configure({ feedback_weight: 0 })).leftOut).toEqual(['weak', 'broken']);
  });

  it('may be none, which is said', async () => {
    const engine = await opened(
      { openDataset: () => Promise.resolve({ ...shop, questions: [WEAK] }) },
      { gold_weight: 1 },
    );
    await expect(engine.advance({ steps: 1, budgetMs: 1e9 })).rejects.toThrow(/no training question has gold SQL/);
    expect((await engine.advance(one(QUESTION))).stepCount).toBe(1);
  });
});
