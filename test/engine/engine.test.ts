import { beforeAll, describe, expect, it, vi } from 'vitest';
import { Engine } from '../../src/engine/engine.ts';
import type { Dataset, EnginePorts } from '../../src/engine/engine-ports.ts';
import type { EngineApi } from '../../src/engine/protocol.ts';
import { receiving, sending } from '../../src/engine/policy-wire.ts';
import { reasonOf } from '../../src/grpo/sentences.ts';
import type { HintEvent } from '../../src/grpo/types.ts';
import type { RunChange } from '../../src/grpo/run-store.ts';
import { StoreError } from '../../src/storage/errors.ts';
import { MemoryStore } from '../../src/storage/memory-store.ts';
import { portsFor, shopDataset } from './scenario.ts';
import { shopFiles } from './shop-files.ts';

let shop: Dataset;

beforeAll(async () => {
  shop = await shopDataset(shopFiles());
});

/** An engine that was opened with seed 1. */
async function opened(over: Partial<EnginePorts> = {}): Promise<Engine> {
  const engine = new Engine(portsFor(shop, over));
  await engine.open({ seed: 1 });
  return engine;
}

const many = { steps: 5, budgetMs: 1e9 };

describe('opening', () => {
  it('begins a run with the seed and settings it was given', async () => {
    const view = await new Engine(portsFor(shop)).open({ seed: 11, settings: { group_size: 6 } });
    expect(view).toMatchObject({
      seed: 11,
      stepCount: 0,
      history: [],
      step: null,
      canUndo: false,
      sampler: { source: { kind: 'sketch' }, isLanguageModel: false },
      dataset: { name: 'shop' },
    });
    expect(view.config.group_size).toBe(6);
    expect(view.notSaved).toBeUndefined();
    expect(structuredClone(view)).toEqual(view);
  });

  it('refuses settings and seeds out of range', async () => {
    await expect(new Engine(portsFor(shop)).open({ settings: { group_size: 1 } })).rejects.toMatchObject({
      name: 'ConfigError',
      message: expect.stringContaining('group_size') as string,
    });
    await expect(new Engine(portsFor(shop)).open({ seed: 1.5 })).rejects.toThrow(/seed/);
  });

  it('says when nothing can be stored, and works all the same', async () => {
    const engine = new Engine(
      portsFor(shop, { openStore: () => Promise.reject(new StoreError('failed', 'Private mode.')) }),
    );
    const view = await engine.open({});
    expect(view.notSaved).toMatch(/not saved.*Private mode/);
    expect((await engine.advance(many)).stepCount).toBe(5);
    expect((await engine.open({})).stepCount).toBe(5);
  });

  it('passes on why a dataset could not be opened, and can be tried again', async () => {
    let broken = true;
    const engine = new Engine(
      portsFor(shop, {
        openDataset: () =>
          broken ? Promise.reject(new Error('datasets/shop/db.sqlite could not be fetched')) : Promise.resolve(shop),
      }),
    );
    await expect(engine.open({})).rejects.toThrow('could not be fetched');
    await expect(engine.advance(many)).rejects.toThrow('not open');
    broken = false;
    expect((await engine.open({})).stepCount).toBe(0);
  });
});

describe('advance', () => {
  it('takes as many steps as asked and reports each', async () => {
    const engine = await opened();
    const advance = await engine.advance(many);
    expect(advance.stepCount).toBe(5);
    expect(advance.points.map((point) => point.step)).toEqual([1, 2, 3, 4, 5]);
    expect(advance.step?.number).toBe(5);
    expect(advance.summary.totalSteps).toBe(5);
    expect(advance.hints).toHaveLength(advance.summary.hints);
    expect(structuredClone(advance)).toEqual(advance);
  });

  it('begins no step after its budget', async () => {
    const engine = await opened();
    // The clock of these ports passes a millisecond at every look, and it is looked at once a step.
    expect((await engine.advance({ steps: 1000, budgetMs: 4 })).points).toHaveLength(4);
    expect((await engine.advance({ steps: 1000, budgetMs: 0 })).points).toHaveLength(0);
    expect((await engine.advance({ steps: 0, budgetMs: 100 })).step).toBeNull();
    await expect(engine.advance({ steps: -1, budgetMs: 1 })).rejects.toThrow(RangeError);
    await expect(engine.advance({ steps: 1, budgetMs: NaN })).rejects.toThrow(RangeError);
  });

  it('lets messages in while it works', async () => {
    const breathe = vi.fn(() => Promise.resolve());
    await (await opened({ breathe })).advance({ steps: 60, budgetMs: 1e9 });
    expect(breathe.mock.calls.length).toBeGreaterThanOrEqual(3);
  });

  it('halts after the step under way and keeps what it took', async () => {
    let now = 0;
    let halts = 0;
    const engine: Engine = await opened({
      now: () => (now += 5),
      breathe: () => (halts++ === 0 ? engine.halt() : Promise.resolve()),
    });
    const halted = await engine.advance({ steps: 1000, budgetMs: 1e9 });
    expect(halted.points.length).toBeGreaterThan(0);
    expect(halted.points.length).toBeLessThan(50);
    expect((await engine.advance(many)).stepCount).toBe(halted.stepCount + 5);
  });

  it('stores once a call', async () => {
    const store = new MemoryStore();
    const commit = vi.spyOn(store, 'commit');
    await (await opened({ openStore: () => Promise.resolve(store) })).advance(many);
    expect(commit).toHaveBeenCalledTimes(1);
    expect(commit.mock.calls[0]?.[0].points).toHaveLength(5);
  });

  it('gives the same run however it is cut into calls', async () => {
    const [one, two] = [await opened(), await opened()];
    const whole = await one.advance({ steps: 12, budgetMs: 1e9 });
    await two.advance({ steps: 5, budgetMs: 1e9 });
    await two.open({});
    await two.advance({ steps: 1, budgetMs: 1e9 });
    const rest = await two.advance({ steps: 6, budgetMs: 1e9 });
    expect(rest.hints).toEqual(whole.hints);
    expect(rest.step).toEqual(whole.step);
    expect((await two.open({})).history).toEqual((await one.open({})).history);
  });

  it('trains on training questions only', async () => {
    const engine = await opened();
    const { points } = await engine.advance({ steps: 40, budgetMs: 1e9 });
    const train = new Set(
      shop.questions.filter((question) => question.split === 'train').map((question) => question.id),
    );
    expect(points.filter((point) => !train.has(point.questionId))).toEqual([]);
    const heldOut = shop.questions.find((question) => question.split === 'held-out');
    await expect(engine.advance({ ...many, questionId: heldOut?.id ?? '' })).rejects.toThrow(/held out/);
    await expect(engine.advance({ ...many, ownQuestion: ` ${heldOut?.question.toUpperCase()} ` })).rejects.toThrow(
      /held out/,
    );
    await expect(engine.advance({ ...many, questionId: 'nonsense' })).rejects.toThrow(/no question “nonsense”/);
    expect((await engine.open({})).stepCount).toBe(40);
  });

  it('trains on the picked question, or on the reader’s own', async () => {
    const engine = await opened();
    const picked = shop.questions.find((question) => question.split === 'train')?.id ?? '';
    expect((await engine.advance({ ...many, questionId: picked })).points.map((point) => point.questionId)).toEqual(
      Array(5).fill(picked),
    );
    const own = await engine.advance({ ...many, ownQuestion: ' Which customers live in Berlin? ' });
    expect(own.step?.groups[0]).toMatchObject({
      questionId: 'own:Which customers live in Berlin?',
      question: 'Which customers live in Berlin?',
    });
    expect(own.step?.groups[0]?.completions[0]?.rewards.total).not.toBeNull();
    await expect(engine.advance({ ...many, ownQuestion: ' \n' })).rejects.toThrow('Type a question first.');
    await expect(engine.advance({ ...many, ownQuestion: 'x'.repeat(2001) })).rejects.toThrow('at most 2000 characters');
  });

  it('goes back to what is stored when a step fails', async () => {
    const engine = await opened();
    const before = await engine.advance(many);
    let calls = 0;
    const real = shop.database.execute.bind(shop.database);
    const execute = vi
      .spyOn(shop.database, 'execute')
      .mockImplementation((...args) =>
        ++calls === 4 ? Promise.reject(new Error('the database worker broke down')) : real(...args),
      );
    await expect(engine.advance(many)).rejects.toThrow('broke down');
    execute.mockRestore();
    const view = await engine.open({});
    expect(view.stepCount).toBe(5);
    expect(view.hints).toEqual(before.hints);
    const untroubled = await opened();
    await untroubled.advance(many);
    expect((await engine.advance(many)).hints).toEqual((await untroubled.advance(many)).hints);
  });
});

describe('a stored run', () => {
  it('is there after a reload: hints, history, last step, settings, place', async () => {
    const store = new MemoryStore();
    const ports = { openStore: () => Promise.resolve(store) };
    const first = await opened(ports);
    await first.configure({ temperature: 1.2 });
    const advance = await first.advance(many);
    const place = { questionId: 'q', ownQuestion: null, speed: 'fast' };
    await first.setPlace(place);
    const view = await (await opened(ports)).open({ seed: 99, settings: { temperature: 0.5 } });
    expect(view).toMatchObject({ seed: 1, stepCount: 5, place, canUndo: false });
    expect(view.config.temperature).toBe(1.2);
    expect(view.hints).toEqual(advance.hints);
    expect(view.history).toEqual(advance.points);
    expect(view.step).toEqual(advance.step);
  });

  it('is set aside when it cannot be read', async () => {
    const store = new MemoryStore();
    const first = await opened({ openStore: () => Promise.resolve(store) });
    await first.advance(many);
    const stored = (await store.current())?.run;
    if (stored === undefined) throw new Error('nothing stored');
    await store.commit({
      run: { ...stored, revision: stored.revision + 1, state: { ...stored.state, randomState: [1] } },
      points: [],
      steps: [],
      events: [],
    });
    const view = await new Engine(portsFor(shop, { openStore: () => Promise.resolve(store) })).open({ seed: 3 });
    expect(view).toMatchObject({ seed: 3, stepCount: 0, canUndo: true });
    expect(view.notice).toMatch(/could not be read/);
  });

  it('loses only the settings that are unknown today', async () => {
    const store = new MemoryStore();
    const first = await opened({ openStore: () => Promise.resolve(store) });
    await first.advance(many);
    const stored = (await store.current())?.run;
    if (stored === undefined) throw new Error('nothing stored');
    await store.commit({
      run: { ...stored, revision: stored.revision + 1, settings: { group_size: 6, gone: 1, temperature: 99 } },
      points: [],
      steps: [],
      events: [],
    });
    const view = await new Engine(portsFor(shop, { openStore: () => Promise.resolve(store) })).open({});
    expect(view.stepCount).toBe(5);
    expect(view.config).toMatchObject({ group_size: 6, temperature: 0.7 });
    expect(view.notice).toMatch(/gone, temperature/);
  });
});

describe('reset and undo', () => {
  it('brings the run back as it was', async () => {
    const engine = await opened();
    await engine.configure({ group_size: 5 });
    await engine.advance(many);
    const before = await engine.open({});
    const fresh = await engine.reset({ seed: 8 });
    expect(fresh).toMatchObject({ seed: 8, stepCount: 0, hints: [], history: [], step: null, canUndo: true });
    expect(fresh.config.group_size).toBe(5);
    await engine.advance(many);
    expect(await engine.undoReset()).toEqual(before);
    await expect(engine.undoReset()).rejects.toThrow('no reset to take back');
    expect((await engine.advance(many)).stepCount).toBe(10);
  });

  it('comes after the step that is under way', async () => {
    const engine = await opened();
    const [advance, reset] = await Promise.all([engine.advance(many), engine.reset({ seed: 2 })]);
    expect(advance.stepCount).toBe(5);
    expect(reset.stepCount).toBe(0);
    expect((await engine.undoReset()).stepCount).toBe(5);
  });
});

describe('settings and hints', () => {
  it('applies settings from the next step and refuses bad ones', async () => {
    const engine = await opened();
    expect((await engine.configure({ group_size: 8, gold_weight: 1 })).config.group_size).toBe(8);
    const { step } = await engine.advance({ steps: 1, budgetMs: 1e9 });
    expect(step?.groups[0]?.completions).toHaveLength(8);
    expect(step?.groups[0]?.completions[0]?.rewards.components.gold).toBeDefined();
    await expect(engine.configure({ group_size: 99 })).rejects.toThrow(
      /Group size G \(group_size\) must be a whole number from 2 to 32/,
    );
    await expect(engine.configure({ nonsense: 1 })).rejects.toThrow(/Unknown setting "nonsense"/);
    expect((await engine.open({})).config.group_size).toBe(8);
  });

  it('edits a hint and tells its story', async () => {
    const engine = await opened();
    const { hints } = await engine.advance({ steps: 20, budgetMs: 1e9 });
    const key = hints[0]?.key ?? '';
    const edited = await engine.editHint(key, { weight: -1.5, enabled: false });
    expect(edited.hints.find((hint) => hint.key === key)).toMatchObject({
      weight: -1.5,
      enabled: false,
    });
    const { events: story } = await engine.eventsOf(key);
    expect(story[0]?.type).toBe('create');
    expect(story.slice(-2).map((event) => event.type)).toEqual(['edit', 'disable']);
    expect((await engine.open({})).hints).toEqual(edited.hints);
    await expect(engine.editHint('no such hint', { enabled: true })).rejects.toThrow(/no longer part of the policy/);
    await expect(engine.editHint(key, { weight: Infinity })).rejects.toThrow(RangeError);
    expect((await engine.eventsOf(key)).events).toEqual(story);
  });

  it('keeps the few hints that decide, on both sides of the border, and brings the others back', async () => {
    const engine = new Engine(portsFor(shop));
    const page = receiving<EngineApi>(sending<EngineApi>(engine));
    await page.open({ seed: 1 });
    const { hints: before } = await page.advance({ steps: 12, budgetMs: 1e9 });
    const { hints, distilled } = await page.distil();
    expect(distilled).toMatchObject({ kept: hints.length, of: before.length });
    expect(hints.length).toBeLessThan(before.length / 2);
    expect(distilled?.same).toBeGreaterThanOrEqual((distilled?.questions ?? 0) * 0.8);
    expect((await engine.open({})).hints).toEqual(hints);
    const { events } = await engine.eventsOf(
      before.find(({ key }) => !hints.some((hint) => hint.key === key))?.key ?? '',
    );
    expect(reasonOf(events.at(-1) as HintEvent)).toMatch(/training questions are answered by the very same decisions/);
    const back = await page.undoDistil();
    expect(new Set(back.hints)).toEqual(new Set(before));
    await expect(page.undoDistil()).rejects.toThrow(/cannot be brought back/);
    await page.distil();
    await page.advance({ steps: 1, budgetMs: 1e9 });
    await expect(page.undoDistil()).rejects.toThrow(/has changed since/);
  }, 120_000);

  it('names a question for a hint: the one that moved it most the way it points', async () => {
    const engine = await opened();
    const { hints } = await engine.advance({ steps: 12, budgetMs: 1e9 });
    const steps = await Promise.all(Array.from({ length: 13 }, (_, step) => engine.stepAt(step)));
    const examples = await engine.examplesOf([...hints.map(({ key }) => key), 'no such hint']);
    expect(examples.length).toBeGreaterThan(0);
    for (const { key, step, question } of examples) {
      const { events } = await engine.eventsOf(key);
      const weight = events.at(-1)?.after ?? 0;
      const pulls = events.flatMap((event) =>
        event.causes.map(({ group, advantage, activity }) => ({
          step: event.step,
          group,
          pull: advantage * activity * Math.sign(weight),
        })),
      );
      const most = pulls.reduce((a, b) => (b.pull > a.pull ? b : a));
      expect(step).toBe(most.step);
      expect(steps[step]?.groups[most.group]?.question).toBe(question);
    }
  });

  it('finds earlier steps', async () => {
    const engine = await opened();
    await engine.advance(many);
    expect((await engine.stepAt(3))?.number).toBe(3);
    expect(await engine.stepAt(6)).toBeNull();
  });
});

describe('two tabs on one store', () => {
  it('notices that the other moved the run on, refuses to write, and recovers by opening again', async () => {
    const store = new MemoryStore();
    const ports = { openStore: () => Promise.resolve(store) };
    const [one, two] = [await opened(ports), await opened(ports)];
    await one.advance({ steps: 3, budgetMs: 1e9 });
    await expect(two.advance(many)).rejects.toMatchObject({
      name: 'StoreLost',
      reason: 'conflict',
      message: expect.stringContaining('step 3') as string,
    });
    await expect(two.configure({ group_size: 5 })).rejects.toMatchObject({ reason: 'conflict' });
    await expect(two.reset({ seed: 4 })).rejects.toMatchObject({ reason: 'conflict' });
    expect((await two.open({})).stepCount).toBe(3);
    expect((await two.advance(many)).stepCount).toBe(8);
    await expect(one.editHint('x', {})).rejects.toThrow();
    expect((await store.current())?.run.state.step).toBe(8);
  });

  it('begins one run when both open at once', async () => {
    const store = new MemoryStore();
    const ports = () => portsFor(shop, { openStore: () => Promise.resolve(store) });
    const [one, two] = await Promise.all([
      new Engine(ports()).open({ seed: 1 }),
      new Engine(ports()).open({ seed: 2 }),
    ]);
    expect(one.runId).toBe(two.runId);
  });
});

describe('a full disk', () => {
  const full = () => Promise.reject(new StoreError('full', 'Storage is full.'));

  it('takes the steps back that could not be stored', async () => {
    const store = new MemoryStore();
    const engine = await opened({ openStore: () => Promise.resolve(store) });
    const before = await engine.advance(many);
    const commit = vi.spyOn(store, 'commit').mockImplementation(full);
    await expect(engine.advance(many)).rejects.toThrow('Storage is full.');
    await expect(engine.configure({ group_size: 9 })).rejects.toThrow('Storage is full.');
    commit.mockRestore();
    const after = await engine.advance({ steps: 0, budgetMs: 0 });
    expect(after).toMatchObject({ stepCount: 5, hints: before.hints, summary: before.summary });
    expect((await engine.advance({ steps: 1, budgetMs: 1e9 })).step?.groups[0]?.completions).toHaveLength(4);
  });

  it('goes on in memory when not even a new run can be stored', async () => {
    const store = Object.assign(new MemoryStore(), { begin: full, commit: (_: RunChange) => full() });
    const view = await new Engine(portsFor(shop, { openStore: () => Promise.resolve(store) })).open({});
    expect(view.notSaved).toMatch(/Storage is full/);
  });
});
