/** Where the groups of a run come from, and what becomes of the run when that fails, ends or is another one. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Engine } from '../../../src/engine/engine.ts';
import type { Dataset, EnginePorts } from '../../../src/engine/engine-ports.ts';
import type { RunRecord } from '../../../src/grpo/run-store.ts';
import type { LiveGroup } from '../../../src/engine/protocol.ts';
import { ModelError, type LanguageModel } from '../../../src/samplers/language/model.ts';
import { MemoryStore } from '../../../src/storage/memory-store.ts';
import { scriptedModel } from '../../support/scripted-model.ts';
import { memoryFiles, type MemoryFiles } from '../memory-files.ts';
import { portsFor, shopDataset } from '../scenario.ts';
import { shippedDatasets } from '../shipped-datasets.ts';
import { shopFiles } from '../shop-files.ts';
import { FEEDBACK, PUBLISHED, SKETCH } from '../../../src/grpo/group-source.ts';
import { inBrowser, onServer } from '../../support/sources.ts';

const MODEL = 'scripted/model';
const SQL = [
  'SELECT COUNT(*) FROM customers',
  'SELECT nothing FROM customers',
  'SELECT name FROM customers',
  'SELECT * FROM orders LIMIT 3',
];
const writes = ({ seed }: { readonly seed: number }): string => SQL[seed % SQL.length] ?? '';
const one = { steps: 1, budgetMs: 1e9 };

let shop: Dataset;
let store: MemoryStore;
let files: MemoryFiles;
let model: LanguageModel | null;

beforeAll(async () => {
  shop = await shopDataset(shopFiles());
});
afterAll(() => shop.database.close());
beforeEach(() => {
  [store, files, model] = [new MemoryStore(), memoryFiles(), null];
});

/** An engine over the test's store, files and model: another one is what a reload makes. */
async function opened(over: Partial<EnginePorts> = {}): Promise<Engine> {
  const engine = new Engine(
    portsFor(shop, {
      openStore: () => Promise.resolve(store),
      openFiles: () => Promise.resolve(files),
      model: () => model,
      ...over,
    }),
  );
  await engine.open({ seed: 1 });
  return engine;
}

/** The same run, never troubled: in a store of its own. */
const untroubled = (over: Partial<EnginePorts> = {}): Promise<Engine> =>
  opened({ openStore: () => Promise.resolve(new MemoryStore()), ...over });

describe('the prompt that the page shows', () => {
  it('is the one that is sent, for a model of little context too', async () => {
    const [short, long] = [
      scriptedModel({ answer: writes, contextTokens: 700 }),
      scriptedModel({ answer: writes, contextTokens: 100_000 }),
    ];
    const engine = await opened();
    const { config, dataset } = await engine.open({});
    const question = dataset.questions[0];
    if (question === undefined) throw new Error('The shop has no question.');
    const shown: number[] = [];
    for (const loaded of [short, long]) {
      model = { ...loaded, id: MODEL };
      await engine.useSampler(inBrowser(MODEL), 'Scripted');
      const prompt = await engine.promptFor(question.question);
      await engine.advance({ ...one, questionId: question.id });
      expect(loaded.requests[0]?.messages).toEqual(config.hints_in_prompt ? prompt.withHints : prompt.withoutHints);
      expect(prompt.tokens).toBeLessThanOrEqual(
        Math.min(config.prompt_tokens, (loaded.contextTokens ?? 0) - config.max_tokens),
      );
      shown.push(prompt.tokens);
    }
    expect(shown[0]).toBeLessThan(shown[1] ?? 0);
  });
});

describe('a language model that is not loaded', () => {
  it('takes no step, says why and what to do, and loses nothing', async () => {
    const engine = await opened();
    const before = await engine.advance({ steps: 3, budgetMs: 1e9 });
    expect(await engine.useSampler(inBrowser('webllm/Some-model'), 'Some model')).toMatchObject({
      stepCount: 3,
      sampler: { source: inBrowser('webllm/Some-model'), label: 'Some model', isLanguageModel: true, ready: false },
    });
    await expect(engine.advance(one)).rejects.toThrow(
      'Some model is not loaded, so it cannot write a group. Load it, or go on with the built-in sampler.',
    );
    const view = await engine.open({});
    expect(view).toMatchObject({ stepCount: 3, hints: before.hints, sampler: { label: 'Some model', ready: false } });

    await engine.useSampler(SKETCH);
    const other = await untroubled();
    await other.advance({ steps: 3, budgetMs: 1e9 });
    expect((await engine.advance(one)).step).toEqual((await other.advance(one)).step);
  });

  it.each([
    ['sketch', SKETCH],
    ['webllm/Some-model', inBrowser('webllm/Some-model')],
    ['endpoint/qwen', onServer('endpoint/qwen')],
  ])(
    'a run of an earlier version, which kept the text %s, goes on and is kept in today’s words',
    async (text, source) => {
      await opened();
      const kept = await store.current();
      const old = { ...kept?.run, id: 'old', sampler: text, samplerLabel: 'Its name' } as unknown as RunRecord;
      await store.begin(old, kept?.run.id ?? null);
      const engine = await opened();
      expect((await engine.open({})).sampler.source).toEqual(source);
      await engine.configure({ group_size: 3 });
      expect((await store.current())?.run).toMatchObject({ id: 'old', sampler: source });
      expect((await (await opened()).open({})).sampler.source).toEqual(source);
    },
  );

  it('is named after a reload, and writes once it is loaded', async () => {
    await (await opened()).useSampler(inBrowser(MODEL), 'Scripted model');
    const engine = await opened();
    const { sampler } = await engine.open({});
    expect(sampler).toEqual({ source: inBrowser(MODEL), label: 'Scripted model', isLanguageModel: true, ready: false });
    model = scriptedModel({ answer: writes });
    expect((await engine.open({})).sampler.ready).toBe(true);
    expect((await engine.advance(one)).step?.groups[0]?.completions[0]?.origin).toMatchObject({
      model: 'Scripted model',
      how: 'live',
    });
  });
});

describe('a language model', () => {
  it('is told of while it writes; its SQL is run, scored and compared, and every step is kept by itself', async () => {
    model = scriptedModel({ answer: writes });
    const commit = vi.spyOn(store, 'commit');
    // Real time passes between two looks here, so that what is told is not held back.
    let now = 0;
    const engine = await opened({ now: () => (now += 100) });
    const told: (LiveGroup | null)[] = [];
    await engine.watchLive((group) => told.push(group));
    await engine.useSampler(inBrowser(MODEL), 'Scripted model');
    commit.mockClear();
    const { step, points, hints } = await engine.advance({ steps: 3, budgetMs: 1e9 });

    expect(points).toHaveLength(3);
    expect(commit.mock.calls.map(([change]) => change.points.length)).toEqual([1, 1, 1]);
    const completions = step?.groups[0]?.completions ?? [];
    expect(completions.map(({ sql }) => sql).toSorted()).toEqual(SQL.toSorted());
    expect(completions.map(({ execution }) => execution.status).toSorted()).toEqual([
      'invalid',
      'rows',
      'rows',
      'rows',
    ]);
    expect(completions.every(({ rewards }) => rewards.total !== null)).toBe(true);
    expect(completions.reduce((sum, { advantage }) => sum + advantage, 0)).toBeCloseTo(0, 9);
    expect(hints.length).toBeGreaterThan(0);

    const growing = told.flatMap(
      (group) => group?.completions.filter(({ state }) => state === 'writing').map(({ text }) => text) ?? [],
    );
    expect(growing.some((text) => text !== '' && !SQL.includes(text))).toBe(true);
    expect(told.findLast((group) => group !== null)?.completions.every(({ state }) => state === 'done')).toBe(true);
    expect(told.at(-1)).toBeNull();
    expect(structuredClone(told)).toEqual(told);
  });

  it('that fails in the middle leaves the steps before; its way out is told', async () => {
    let asked = 0;
    model = scriptedModel({
      answer: (request) => {
        if (++asked > 8) throw new ModelError('network', 'The server does not answer.', 'Start it again.');
        return writes(request);
      },
    });
    const engine = await opened();
    await engine.useSampler(inBrowser(MODEL));
    await expect(engine.advance({ steps: 5, budgetMs: 1e9 })).rejects.toMatchObject({
      name: 'ModelError',
      message: 'The server does not answer. Start it again.',
    });
    const kept = await engine.open({});
    expect(kept.history).toHaveLength(2);

    model = scriptedModel({ answer: writes });
    const other = await untroubled();
    await other.useSampler(inBrowser(MODEL));
    await other.advance({ steps: 2, budgetMs: 1e9 });
    expect((await engine.advance(one)).step).toEqual((await other.advance(one)).step);
  });

  it('can be stopped in one completion: what is there counts, and the step is taken', async () => {
    const engine = await opened();
    let words = 0;
    model = scriptedModel({
      answer: writes,
      parallel: 4,
      pause: async () => {
        if (++words === 6) await engine.stopCompletion(1);
      },
    });
    await engine.useSampler(inBrowser(MODEL));
    const { step } = await engine.advance(one);
    expect(step?.groups[0]?.completions.map(({ origin }) => origin?.finish)).toEqual([
      'stop',
      'stopped',
      'stop',
      'stop',
    ]);
  });

  it('that is told to give the group up takes no step, and the next is the one there would have been', async () => {
    const engine = await opened();
    let words = 0;
    const told: (LiveGroup | null)[] = [];
    await engine.watchLive((group) => told.push(group));
    model = scriptedModel({
      answer: writes,
      pause: async () => {
        if (++words === 7) await engine.stopGroup();
      },
    });
    await engine.useSampler(inBrowser(MODEL));
    const given = await engine.advance({ steps: 4, budgetMs: 1e9 });
    expect(given).toMatchObject({ stepCount: 0, points: [], step: null, hints: [] });
    expect(given.ended).toBeUndefined();
    expect(told.at(-1)).toBeNull();
    expect(await store.history((await engine.open({})).runId)).toEqual([]);

    model = scriptedModel({ answer: writes });
    const other = await untroubled();
    await other.useSampler(inBrowser(MODEL));
    const [next, same] = [
      await engine.advance({ steps: 3, budgetMs: 1e9 }),
      await other.advance({ steps: 3, budgetMs: 1e9 }),
    ];
    expect(next.step).toEqual(same.step);
    expect(next.hints).toEqual(same.hints);
    expect(next.points).toEqual(same.points);
  });

  it('given up in the second of several steps keeps the first', async () => {
    const engine = await opened();
    const gate = { steps: 0 };
    model = scriptedModel({
      answer: (request) => {
        if (++gate.steps === 6) void engine.stopGroup();
        return writes(request);
      },
    });
    await engine.useSampler(inBrowser(MODEL));
    expect(await engine.advance({ steps: 4, budgetMs: 1e9 })).toMatchObject({
      stepCount: 1,
      points: [{ step: 1 }],
      step: { number: 1 },
    });
    expect((await engine.advance(one)).stepCount).toBe(2);
  });
});

describe('recorded completions', () => {
  const file = (value: unknown, name = 'mine.json'): File =>
    new File([typeof value === 'string' ? value : JSON.stringify(value)], name);
  const entryFor = (id: string): object => ({
    id,
    completions: SQL.map((text, i) => ({ source: `model-${i}`, text })),
  });
  const training = (): string => shop.questions.find(({ split }) => split === 'train')?.id ?? '';

  it.each([
    ['no JSON', 'nonsense', /mine\.json/],
    ['no list', { a: 1 }, /mine\.json must hold a list/],
    ['no completions', [{ id: 'a' }], /mine\.json.*"completions"/],
    ['a text that is none', [{ id: 'a', completions: [{ text: 3 }] }], /mine\.json.*"text"/],
    [
      'an id twice',
      [
        { id: 'a', completions: [] },
        { id: 'a', completions: [] },
      ],
      /mine\.json.*ids must differ/,
    ],
    [
      'completions for other questions',
      [{ id: 'of-another-dataset', completions: [{ text: 'SELECT 1' }] }],
      /question of this dataset/,
    ],
  ])('a file with %s is refused by name, nothing is kept and nothing changes', async (_what, value, message) => {
    const engine = await opened();
    await expect(engine.openCompletions(file(value))).rejects.toThrow(message);
    expect(files.kept.size).toBe(0);
    expect((await engine.open({})).sampler.source).toEqual(SKETCH);
    expect((await engine.advance(one)).stepCount).toBe(1);
  });

  it('of a file are drawn from, named by their model, and found again after a reload', async () => {
    const engine = await opened();
    const view = await engine.openCompletions(file([entryFor(training())]));
    expect(view.sampler).toMatchObject({
      source: { kind: 'completions', file: expect.stringMatching(/./) as string },
      label: 'Recorded completions of mine.json',
      ready: true,
    });
    const { step } = await engine.advance({ ...one, questionId: training() });
    for (const { origin, sql } of step?.groups[0]?.completions ?? []) {
      expect(origin?.how).toBe('recorded');
      expect(sql).toBe(SQL[Number(origin?.model.replace('model-', ''))]);
    }
    const reloaded = await opened();
    expect((await reloaded.open({})).sampler).toEqual(view.sampler);
    const next = (await engine.advance({ ...one, questionId: training() })).step;
    // One of two tabs: the other is opened anew to see what was done here.
    expect((await reloaded.open({})).step).toEqual(next);
  });

  it('whose file is gone give way to the built-in sampler, with a word about it', async () => {
    await (await opened()).openCompletions(file([entryFor(training())]));
    files.kept.clear();
    const engine = new Engine(
      portsFor(shop, { openStore: () => Promise.resolve(store), openFiles: () => Promise.resolve(files) }),
    );
    const view = await engine.open({});
    expect(view.sampler.source).toEqual(SKETCH);
    expect(view.notice).toBe(
      'The file of completions is not stored in this browser any more. Open it again. The run goes on with the built-in sampler.',
    );
    expect((await engine.advance(one)).stepCount).toBe(1);
  });

  it('that are not there are refused: published ones without any, judged ones before anybody judged', async () => {
    const engine = await opened();
    await expect(engine.useSampler(PUBLISHED)).rejects.toThrow(
      'This dataset comes without completions of published models.',
    );
    await expect(engine.useSampler(FEEDBACK)).rejects.toThrow('Nobody has judged');
    await expect(engine.useSampler({ kind: 'completions', file: 'none' })).rejects.toThrow(
      'not stored in this browser any more',
    );
    expect((await engine.open({})).sampler.source).toEqual(SKETCH);

    const question = shop.questions.find(({ id }) => id === training())?.question ?? '';
    await engine.judge({ question, sql: SQL[0] ?? '' }, 'up');
    expect((await engine.useSampler(FEEDBACK)).sampler).toMatchObject({ source: FEEDBACK, ready: true });
    const { step } = await engine.advance({ ...one, questionId: training() });
    expect(new Set(step?.groups[0]?.completions.map(({ sql }) => sql))).toEqual(new Set([SQL[0]]));
  });
});

describe('another dataset', () => {
  const datasets: Dataset[] = [];
  afterAll(() => datasets.forEach(({ database }) => database.close()));

  it('opens in a run of its own, draws from published models, survives a reload, and is undone as if it had not been', async () => {
    const ports = { openDataset: shippedDatasets(datasets) };
    const engine = await opened(ports);
    await engine.advance({ steps: 3, budgetMs: 1e9 });
    const before = await engine.open({});
    const concerts = await engine.reset({ seed: 5, dataset: 'concert_singer' });
    expect(concerts).toMatchObject({
      seed: 5,
      stepCount: 0,
      hints: [],
      history: [],
      canUndo: true,
      sampler: { source: SKETCH },
      dataset: { name: 'concert_singer', hasCompletions: true },
    });
    await engine.useSampler(PUBLISHED);
    const { step } = await engine.advance({ steps: 2, budgetMs: 1e9 });
    const group = step?.groups[0];
    expect(concerts.dataset.questions.some(({ id }) => id === group?.questionId)).toBe(true);
    expect(group?.completions.map(({ origin }) => origin?.how)).toEqual(Array(4).fill('recorded'));
    expect(group?.completions.every(({ origin }) => origin?.model !== '')).toBe(true);

    const reloaded = await opened(ports);
    expect(await reloaded.open({})).toMatchObject({
      stepCount: 2,
      step,
      dataset: { name: 'concert_singer' },
      sampler: { source: PUBLISHED },
    });
    expect(await reloaded.undoReset()).toEqual(before);
    const other = await untroubled(ports);
    await other.advance({ steps: 3, budgetMs: 1e9 });
    expect((await reloaded.advance(one)).step).toEqual((await other.advance(one)).step);
  });

  it('that is not there changes nothing', async () => {
    const engine = await opened({ openDataset: shippedDatasets(datasets) });
    const before = await engine.advance(one);
    await expect(engine.reset({ seed: 1, dataset: 'nonsense' })).rejects.toThrow(
      'There is no dataset “nonsense” on this page.',
    );
    expect(await engine.open({})).toMatchObject({
      stepCount: 1,
      hints: before.hints,
      canUndo: false,
      dataset: { name: 'shop' },
    });
    expect((await engine.advance(one)).stepCount).toBe(2);
  });
});
