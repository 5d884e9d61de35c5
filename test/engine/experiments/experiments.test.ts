import { beforeAll, describe, expect, it } from 'vitest';
import { Experiments } from '../../../src/engine/experiments/experiments.ts';
import type { ExperimentsOptions, ReadDataset } from '../../../src/engine/experiments/experiments.ts';
import type {
  ExperimentProgress,
  ExperimentView,
  NewExperiment,
} from '../../../src/engine/experiments/experiments-protocol.ts';
import type { Dataset } from '../../../src/engine/engine-ports.ts';
import { MemoryExperiments } from '../../../src/storage/memory-experiments.ts';
import { StoreError } from '../../../src/storage/errors.ts';
import { turns } from '../../support/turns.ts';
import { GOLD, libraryPorts, QUESTIONS, variant } from '../../lab/library.ts';

let parts: Awaited<ReturnType<typeof libraryPorts>>;
beforeAll(async () => {
  parts = await libraryPorts();
});

const dataset = (): Dataset => ({
  name: 'library',
  title: 'Library',
  // One for all tests, which nobody may close.
  database: {
    schema: parts.database.schema,
    execute: (...asked) => parts.database.execute(...asked),
    close: () => undefined,
  },
  questions: QUESTIONS,
  definitions: [],
});
const read = ({ name, title, questions }: Dataset): ReadDataset => ({ name, title, questions, about: 'Books.' });

function experiments(over: Partial<ExperimentsOptions> = {}): Experiments {
  let id = 0;
  return new Experiments({
    openStore: () => Promise.resolve(new MemoryExperiments()),
    readDatasets: () => Promise.resolve([read(dataset())]),
    openDataset: () => Promise.resolve(dataset()),
    makeSampler: () => parts.sampler,
    makeRewards: () => parts.rewards(variant('x'), 1),
    loadStarter: () => Promise.reject(new Error('There is no starter policy.')),
    now: () => performance.now(),
    today: () => '2026-01-01T00:00:00.000Z',
    newId: () => `e${++id}`,
    breathe: () => Promise.resolve(),
    ...over,
  });
}

const SMALL: NewExperiment = {
  base: { group_size: 4 },
  spec: {
    name: 'Small',
    dataset: 'library',
    variants: [variant('off', { learning: 'off' }), variant('gold', { settings: GOLD })],
    seeds: [1, 2],
    steps: 3,
    evaluateEvery: 3,
  },
};
const silent = (): void => undefined;

describe('Experiments', { timeout: 60_000 }, () => {
  it('runs what was created, tells every unit, and keeps it', async () => {
    const lab = experiments();
    const made = await lab.create(SMALL);
    expect(made).toMatchObject({
      runs: [],
      record: { id: 'e1', spec: { id: 'e1', dataset: 'library', name: 'Small' }, base: { group_size: 4 } },
    });
    const units: ExperimentView[] = [];
    const progress: ExperimentProgress[] = [];
    const done = await lab.run(
      'e1',
      (one) => void progress.push(one),
      (view) => void units.push(view),
    );
    expect(units.map(({ runs }) => runs.length)).toEqual([1, 2, 3, 4]);
    expect(progress.at(-1)).toMatchObject({ unit: 4, units: 4, step: 3, steps: 3 });
    expect(done.summaries.map(({ seeds }) => seeds)).toEqual([2, 2]);
    expect(done.summaries[1]?.comparison?.verdict).toMatch(/gain|loss|Too few questions to tell/);
    expect(done.controls).toEqual([
      { variant: 0, kind: 'off', holds: true, text: expect.stringContaining('nothing changed') as string },
    ]);
    expect((await lab.open()).experiments).toEqual([done]);
  });

  it('stopped in the middle, it goes on with the next unit in another worker and comes to the same', async () => {
    const store = new MemoryExperiments();
    const open = (): Experiments => experiments({ openStore: () => Promise.resolve(store) });
    const first = open();
    await first.create(SMALL);
    const stopped = await first.run('e1', ({ unit }) => void (unit === 2 && first.stop()), silent);
    expect(stopped.runs.length).toBe(1);
    const units: number[] = [];
    const rest = await open().run('e1', silent, ({ runs }) => void units.push(runs.length));
    expect(units).toEqual([2, 3, 4]);
    const whole = experiments();
    await whole.create(SMALL);
    expect(rest.runs).toEqual((await whole.run('e1', silent, silent)).runs);
  });

  it('holds still while it is paused', async () => {
    let time = 0;
    // So long between two looks at the clock that every look is a report.
    const lab = experiments({ now: () => (time += 1000) });
    await lab.create(SMALL);
    let reports = 0;
    const running = lab.run(
      'e1',
      () => {
        if (++reports === 1) void lab.pause();
      },
      silent,
    );
    await turns(50);
    expect(reports).toBe(1);
    await expect(lab.run('e1', silent, silent)).rejects.toThrow(/Another experiment is running/);
    await lab.resume();
    expect((await running).runs).toHaveLength(4);
    expect(reports).toBeGreaterThan(4);
  });

  it('renames, deletes and brings back', async () => {
    const lab = experiments();
    await lab.create(SMALL);
    const view = await lab.run('e1', silent, silent);
    expect((await lab.rename('e1', 'New name')).record.spec.name).toBe('New name');
    await lab.remove('e1');
    expect((await lab.open()).experiments).toEqual([]);
    await expect(lab.run('e1', silent, silent)).rejects.toThrow(/not there any more/);
    expect(await lab.restore(view)).toEqual(view);
    expect((await lab.open()).experiments).toEqual([view]);
    await expect(lab.rename('e1', ' ')).rejects.toThrow(/needs a name/);
  });

  it('refuses what cannot be run, before anything is stored', async () => {
    const lab = experiments();
    await expect(lab.create({ ...SMALL, spec: { ...SMALL.spec, seeds: [] } })).rejects.toThrow(/seeds, not 0/);
    await expect(lab.create({ ...SMALL, base: { group_size: 99 } })).rejects.toThrow(
      /Group size G \(group_size\) must be/,
    );
    await expect(
      lab.create({ ...SMALL, spec: { ...SMALL.spec, variants: [variant('s', { start: 'starter' })] } }),
    ).rejects.toThrow(/no starter policy/);
    expect((await lab.open()).experiments).toEqual([]);
  });

  it('opens the dataset that an experiment names, and keeps one', async () => {
    const log: string[] = [];
    const named = (name: string): Dataset => ({
      ...dataset(),
      name,
      questions: name === 'short' ? QUESTIONS.filter(({ id }) => id !== 'spanish') : QUESTIONS,
      database: { ...dataset().database, close: () => void log.push(`close ${name}`) },
    });
    const lab = experiments({
      readDatasets: () => Promise.resolve(['library', 'short'].map((name) => read(named(name)))),
      openDataset: async (name) => {
        log.push(`open ${name}`);
        if (name === 'gone') throw new Error('There is no dataset “gone” on this page.');
        return named(name);
      },
    });
    const on = (dataset: string): NewExperiment => ({ ...SMALL, spec: { ...SMALL.spec, dataset, seeds: [1] } });
    const { datasets } = await lab.open();
    expect(datasets.map(({ name, training, heldOut }) => [name, training, Object.keys(heldOut).length])).toEqual([
      ['library', 5, 4],
      ['short', 5, 3],
    ]);
    expect(log).toEqual([]);
    await lab.create(on('library'));
    await lab.create(on('short'));
    expect(log).toEqual(['open library', 'open short', 'close library']);
    expect((await lab.run('e2', silent, silent)).runs.map(({ answers }) => answers.length)).toEqual([3, 3]);
    expect(log).toHaveLength(3);
    // One is set up on another dataset while the first runs: what runs stays open.
    let made: Promise<ExperimentView> | undefined;
    const view = await lab.run('e1', () => void (made ??= lab.create(on('short'))), silent);
    await made;
    expect(view.runs.map(({ answers }) => answers.length)).toEqual([4, 4]);
    expect(log.slice(3)).toEqual(['open library', 'close short', 'open short', 'close library']);
    await expect(lab.create(on('gone'))).rejects.toThrow('no dataset “gone”');
  });

  it('shows a kept experiment whose dataset does not ship any more, and says so when it is to run', async () => {
    const store = new MemoryExperiments();
    const before = experiments({ openStore: () => Promise.resolve(store) });
    await before.create(SMALL);
    const { runs } = await before.run('e1', silent, silent);
    const after = experiments({
      openStore: () => Promise.resolve(store),
      readDatasets: () => Promise.resolve([]),
      openDataset: () => Promise.reject(new Error('There is no dataset “library” on this page.')),
    });
    const [kept] = (await after.open()).experiments;
    expect(kept?.runs).toEqual(runs);
    expect(kept?.summaries[1]?.comparison?.facts).toBe(4);
    await expect(after.run('e1', silent, silent)).rejects.toThrow('no dataset “library”');
  });

  it('measures how fast it is on a dataset, once, and never beside a run', async () => {
    let opened = 0;
    const lab = experiments({
      openDataset: (name) => {
        opened++;
        return name === 'library' ? Promise.resolve(dataset()) : Promise.reject(new Error('no such dataset'));
      },
    });
    const rates = await lab.rates('library');
    expect(rates?.completion).toBeGreaterThan(0);
    expect(rates?.answer).toBeGreaterThan(0);
    expect(await lab.rates('library')).toBe(rates);
    expect(opened).toBe(1);
    await expect(lab.rates('gone')).rejects.toThrow('no such dataset');

    const fresh = experiments();
    await fresh.create(SMALL);
    const trial = fresh.rates('library');
    // What is asked to run ends the trial, and while it runs there is none.
    const during: unknown[] = [];
    const view = await fresh.run('e1', () => void fresh.rates('library').then((none) => during.push(none)), silent);
    expect(await trial).toBeNull();
    expect(during.length).toBeGreaterThan(0);
    expect(new Set(during)).toEqual(new Set([null]));
    expect(view.runs).toHaveLength(4);
  });

  it('works in memory where nothing can be stored, and says so', async () => {
    const lab = experiments({ openStore: () => Promise.reject(new StoreError('failed', 'Site data is blocked.')) });
    expect((await lab.open()).notSaved).toMatch(/not saved.*Site data is blocked/);
    await lab.create(SMALL);
    expect((await lab.open()).experiments).toHaveLength(1);
  });

  it('measures what the hints of a variant do, on its kept policy', async () => {
    const lab = experiments();
    await lab.create({
      ...SMALL,
      spec: { ...SMALL.spec, steps: 20, variants: [variant('gold', { settings: { ...GOLD, learning_rate: 0.5 } })] },
    });
    const report = await lab.credit('e1', 0, silent);
    expect(report?.questions).toBe(4);
    expect(report?.credits.length).toBeGreaterThan(0);
    const stopped = lab.credit('e1', 0, () => void lab.stop());
    expect(await stopped).toBeNull();
  });
});
