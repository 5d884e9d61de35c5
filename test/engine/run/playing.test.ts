/** A run recorded by the engine and played back by it: the same to the bit, however it is interrupted. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Engine } from '../../../src/engine/engine.ts';
import type { Dataset, EnginePorts } from '../../../src/engine/engine-ports.ts';
import type { HistoryPoint } from '../../../src/engine/protocol.ts';
import type { HintEvent, PolicyHint, Step } from '../../../src/grpo/types.ts';
import { ModelError, type LanguageModel } from '../../../src/samplers/language/model.ts';
import { MemoryStore } from '../../../src/storage/memory-store.ts';
import { scriptedModel } from '../../support/scripted-model.ts';
import { memoryFiles, type MemoryFiles } from '../memory-files.ts';
import { portsFor, shopDataset } from '../scenario.ts';
import { shippedDatasets } from '../shipped-datasets.ts';
import { shopFiles } from '../shop-files.ts';
import { PUBLISHED, SKETCH } from '../../../src/grpo/group-source.ts';
import { inBrowser } from '../../support/sources.ts';

const one = { steps: 1, budgetMs: 1e9 };
const MODEL = 'scripted/model';
const SQL = [
  'SELECT COUNT(*) FROM customers',
  'SELECT nothing FROM customers',
  'SELECT name FROM customers',
  'SELECT * FROM orders LIMIT 3',
];

let shop: Dataset;
let files: MemoryFiles;

beforeAll(async () => {
  shop = await shopDataset(shopFiles());
});
afterAll(() => shop.database.close());
beforeEach(() => {
  files = memoryFiles();
});

async function opened(store = new MemoryStore(), over: Partial<EnginePorts> = {}): Promise<Engine> {
  const engine = new Engine(
    portsFor(shop, { openStore: () => Promise.resolve(store), openFiles: () => Promise.resolve(files), ...over }),
  );
  await engine.open({ seed: 1 });
  return engine;
}

/**
 * A step without where its samples say they come from, and without what a model said afterwards: a recording has
 * neither.
 */
function bare({ reflections: _said, ...step }: Step): Step {
  return {
    ...step,
    groups: step.groups.map((group) => ({
      ...group,
      completions: group.completions.map(({ origin: _origin, ...completion }) => completion),
    })),
  };
}

/** What a run was after each of its steps. */
interface Trace {
  readonly steps: Step[];
  readonly points: Omit<HistoryPoint, 'reflection'>[];
  readonly hints: (readonly PolicyHint[])[];
}

const trace = (): Trace => ({ steps: [], points: [], hints: [] });

async function take(engine: Engine, into: Trace, count = 1): Promise<void> {
  for (let i = 0; i < count; i++) {
    const { step, points, hints } = await engine.advance(one);
    if (step === null) throw new Error('No step was taken.');
    into.steps.push(bare(step));
    into.points.push(...points.map(({ reflection: _cost, ...point }) => point));
    into.hints.push(hints);
  }
}

const asFile = async (engine: Engine, name = 'run.json'): Promise<File> =>
  new File([await engine.recordingText()], name);

/** The whole log of the hints that are there at the end, and of those given. */
async function stories(engine: Engine, hints: readonly PolicyHint[]): Promise<HintEvent[][]> {
  return Promise.all(hints.map(async ({ key }) => [...(await engine.eventsOf(key)).events]));
}

/** Begins recording after two steps; then everything happens that a reader can do to a run. */
async function eventful(engine: Engine): Promise<Trace> {
  await engine.advance({ steps: 2, budgetMs: 1e9 });
  expect(await engine.startRecording()).toMatchObject({ steps: 0, on: true, ended: null });
  const seen = trace();
  await take(engine, seen, 3);
  const [hint] = seen.hints.at(-1) ?? [];
  await engine.configure({ group_size: 5, learning_rate: 0.4, feedback_weight: 1 });
  await engine.editHint(hint?.key ?? '', { weight: -1.5 });
  await engine.guide({ does: 'add', text: 'When asked how many, count the rows.' });
  const question = seen.steps[0]?.groups[0];
  await engine.judge({ question: question?.question ?? '', sql: question?.completions[0]?.sql ?? '' }, 'up');
  await take(engine, seen, 3);
  return seen;
}

describe('a recorded run', () => {
  it('is played back step by step to the bit, with what was done between the steps', async () => {
    const engine = await opened();
    const seen = await eventful(engine);
    const file = await asFile(engine);
    const recorded = await engine.open({});
    expect(recorded.recording).toMatchObject({ steps: 6, on: false });

    const other = await opened();
    const begun = await other.openRecording(file);
    expect(begun).toMatchObject({
      seed: 1,
      stepCount: 2,
      canUndo: true,
      step: null,
      sampler: {
        source: { kind: 'recording', file: expect.stringMatching(/./) as string },
        label: 'Recorded: Built-in sketch sampler',
        ready: true,
      },
    });
    const played = trace();
    await take(other, played, 6);
    expect(played).toEqual(seen);
    const view = await other.open({});
    expect(view.config).toEqual(recorded.config);
    expect(view.summary).toEqual(recorded.summary);

    const end = await other.advance({ steps: 4, budgetMs: 1e9 });
    expect(end).toMatchObject({
      points: [],
      step: null,
      stepCount: 8,
      ended: 'The recording ends here, after 8 steps. Reset to begin a run of your own.',
    });
  });

  it('goes on where it was after a reload, anywhere in it', async () => {
    const engine = await opened();
    const seen = await eventful(engine);
    const file = await asFile(engine);
    const store = new MemoryStore();
    await (await opened(store)).openRecording(file);
    const played = trace();
    for (let i = 0; i < 6; i++) {
      const tab = await opened(store);
      const view = await tab.open({});
      expect(view.stepCount).toBe(2 + i);
      if (i > 0) expect(view.hints).toEqual(seen.hints[i - 1]);
      await take(tab, played);
    }
    expect(played).toEqual(seen);
    const tab = await opened(store);
    expect((await tab.advance(one)).ended).toContain('ends here');
    expect(await stories(tab, seen.hints.at(-1) ?? [])).toEqual(
      await stories(await playedAtOnce(file), seen.hints.at(-1) ?? []),
    );
  });

  async function playedAtOnce(file: File): Promise<Engine> {
    const engine = await opened();
    await engine.openRecording(file);
    await engine.advance({ steps: 100, budgetMs: 1e9 });
    return engine;
  }

  it('may end with a change of the hints: it is made once, whatever is pressed then', async () => {
    const engine = await opened();
    await engine.startRecording();
    const { hints } = await engine.advance({ steps: 3, budgetMs: 1e9 });
    const key = hints[0]?.key ?? '';
    const edited = await engine.editHint(key, { enabled: false });
    const file = await asFile(engine);

    const store = new MemoryStore();
    const other = await opened(store);
    await other.openRecording(file);
    await other.advance({ steps: 3, budgetMs: 1e9 });
    const end = await other.advance(one);
    expect(end.ended).toContain('after 3 steps');
    expect(end.hints).toEqual(edited.hints);
    const { events: story } = await other.eventsOf(key);
    expect(story.at(-1)?.type).toBe('disable');

    const tab = await opened(store);
    expect((await tab.open({})).hints).toEqual(edited.hints);
    expect((await tab.advance(one)).ended).toContain('after 3 steps');
    expect((await tab.advance(one)).hints).toEqual(edited.hints);
    expect((await tab.eventsOf(key)).events).toEqual(story);
  });

  it('tells the settings it has come to', async () => {
    const engine = await opened();
    await engine.startRecording();
    await engine.advance(one);
    await engine.configure({ group_size: 7 });
    await engine.advance(one);
    const other = await opened();
    await other.openRecording(await asFile(engine));
    expect((await other.advance(one)).config?.group_size).toBe(4);
    expect((await other.advance(one)).config?.group_size).toBe(7);
  });

  it('cannot be changed by hand; a reset begins a run of one’s own, and undoing it brings the playback back', async () => {
    const engine = await opened();
    await engine.startRecording();
    const seen = trace();
    await take(engine, seen, 3);
    const store = new MemoryStore();
    const other = await opened(store);
    await other.openRecording(await asFile(engine));
    await other.advance({ steps: 2, budgetMs: 1e9 });
    const key = seen.hints[1]?.[0]?.key ?? '';
    for (const change of [
      () => other.configure({ group_size: 8 }),
      () => other.editHint(key, { weight: 1 }),
      () => other.guide({ does: 'add', text: 'When asked, answer.' }),
      () => other.useSampler(SKETCH),
      () => other.startRecording(),
    ]) {
      await expect(change()).rejects.toThrow('A recorded run is being played back');
    }
    const own = await other.reset({ seed: 9 });
    expect(own).toMatchObject({ seed: 9, stepCount: 0, hints: [], sampler: { source: SKETCH } });
    expect((await other.configure({ group_size: 8 })).config.group_size).toBe(8);
    await other.advance(one);
    expect(await other.undoReset()).toMatchObject({
      stepCount: 2,
      hints: seen.hints[1],
      sampler: { label: 'Recorded: Built-in sketch sampler' },
    });
    const played = trace();
    await take(other, played);
    expect(played.steps).toEqual([seen.steps[2]]);
    expect(played.hints).toEqual([seen.hints[2]]);
  });

  it('is refused by name when it is broken, and nothing changes', async () => {
    const engine = await opened();
    const before = await engine.advance(one);
    await expect(engine.openRecording(new File(['{}'], 'other.json'))).rejects.toThrow(/^other\.json is no recording/);
    await engine.startRecording();
    await engine.advance(one);
    const text = await engine.recordingText();
    const changed = text.replace(/How many|What|Which|List|Show/, 'Whence');
    expect(changed).not.toBe(text);
    await expect(engine.openRecording(new File([changed], 'changed.json'))).rejects.toThrow('reads otherwise here');
    await expect(engine.openRecording(new File([text.slice(0, -20)], 'cut.json'))).rejects.toThrow(/cut\.json/);
    expect(files.kept.size).toBe(0);
    expect(await engine.open({})).toMatchObject({
      stepCount: 2,
      canUndo: false,
      history: [before.points[0], { step: 2 }],
    });
  });

  it('whose file is gone gives way to the built-in sampler where it was', async () => {
    const engine = await opened();
    await engine.startRecording();
    const { hints } = await engine.advance({ steps: 3, budgetMs: 1e9 });
    const store = new MemoryStore();
    const other = await opened(store);
    await other.openRecording(await asFile(engine));
    await other.advance({ steps: 3, budgetMs: 1e9 });
    files.kept.clear();
    const tab = new Engine(
      portsFor(shop, { openStore: () => Promise.resolve(store), openFiles: () => Promise.resolve(files) }),
    );
    expect(await tab.open({})).toMatchObject({
      stepCount: 3,
      hints,
      sampler: { source: SKETCH },
      notice:
        'The recording is not stored in this browser any more. Open it again. The run goes on with the built-in sampler.',
    });
    expect((await tab.advance(one)).stepCount).toBe(4);
  });

  it('of another dataset opens that one, and undoing it brings this one back', async () => {
    const datasets: Dataset[] = [];
    const ports = { openDataset: shippedDatasets(datasets) };
    const engine = await opened(new MemoryStore(), ports);
    await engine.reset({ seed: 4, dataset: 'concert_singer' });
    await engine.useSampler(PUBLISHED);
    await engine.startRecording();
    const seen = trace();
    await take(engine, seen, 3);
    const file = await asFile(engine);

    const other = await opened(new MemoryStore(), ports);
    const before = await other.advance(one);
    expect(await other.openRecording(file)).toMatchObject({
      stepCount: 0,
      seed: 4,
      dataset: { name: 'concert_singer' },
    });
    const played = trace();
    await take(other, played, 3);
    expect(played).toEqual(seen);
    expect((await other.open({})).step?.groups[0]?.completions.every(({ origin }) => origin?.how === 'recorded')).toBe(
      true,
    );
    expect(await other.undoReset()).toMatchObject({ stepCount: 1, hints: before.hints, dataset: { name: 'shop' } });
    for (const { database } of datasets) database.close();
  });
});

describe('recording', () => {
  it('ends with the run: one that is brought back by “Undo reset” is not recorded on, and what there is stays playable', async () => {
    const engine = await opened();
    await engine.startRecording();
    const seen = trace();
    await take(engine, seen, 2);
    expect((await engine.reset({ seed: 3 })).recording).toMatchObject({ steps: 2, on: false });
    const back = await engine.undoReset();
    expect(back.recording).toMatchObject({ steps: 2, on: false });
    expect((await engine.advance(one)).recording).toMatchObject({ steps: 2, on: false });
    const other = await opened();
    await other.openRecording(await asFile(engine));
    const played = trace();
    await take(other, played, 2);
    expect(played).toEqual(seen);
    expect((await other.advance(one)).ended).toContain('after 2 steps');
  });

  it('holds nothing of a group that was given up, or of a step that failed', async () => {
    let trouble: (() => void) | null = null;
    let words = 0;
    const model: LanguageModel = scriptedModel({
      answer: ({ seed }) => {
        if (trouble !== null && ++words === 3) trouble();
        return SQL[seed % SQL.length] ?? '';
      },
    });
    const engine = await opened(new MemoryStore(), { model: () => model });
    await engine.useSampler(inBrowser(MODEL));
    await engine.startRecording();
    const seen = trace();
    await take(engine, seen);
    trouble = () => void engine.stopGroup();
    expect((await engine.advance(one)).points).toEqual([]);
    [words, trouble] = [
      0,
      () => {
        throw new ModelError('server', 'It failed.', 'Try again.');
      },
    ];
    await expect(engine.advance(one)).rejects.toThrow('It failed. Try again.');
    trouble = null;
    await take(engine, seen, 2);

    const other = await opened();
    await other.openRecording(await asFile(engine));
    const played = trace();
    await take(other, played, 3);
    expect(played).toEqual(seen);
    expect((await other.open({})).sampler).toMatchObject({
      label: 'Recorded: Scripted model',
      isLanguageModel: true,
      ready: true,
    });
    expect((await other.open({})).step?.groups[0]?.completions[0]?.origin).toMatchObject({
      model: 'Scripted model',
      how: 'recorded',
    });
  });

  it('holds what reflection did to the hints, in the step it came with', async () => {
    let proposals = 0;
    const model = scriptedModel({
      answer: ({ messages, seed }) =>
        messages[0]?.content.startsWith('You improve the guidance') === true
          ? JSON.stringify({
              op: 'add',
              text: `When asked for thing ${['one', 'two', 'three', 'four'][proposals++] ?? 'more'}, count its rows.`,
            })
          : (SQL[seed % SQL.length] ?? ''),
    });
    const engine = await opened(new MemoryStore(), { model: () => model });
    await engine.configure({ reflection: true });
    await engine.useSampler(inBrowser(MODEL));
    await engine.startRecording();
    const seen = trace();
    await take(engine, seen, 4);
    expect(proposals).toBeGreaterThan(1);

    const other = await opened();
    await other.openRecording(await asFile(engine));
    const played = trace();
    await take(other, played, 4);
    expect(played).toEqual(seen);
    expect((await other.advance(one)).hints).toEqual(seen.hints.at(-1));
  });

  it('of nothing is told', async () => {
    await expect((await opened()).recordingText()).rejects.toThrow('Nothing was recorded yet.');
  });
});
