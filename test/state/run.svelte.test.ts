import { describe, expect, test, vi } from 'vitest';
import { makeConfig } from '../../src/grpo/config.ts';
import { RunState, type RunOptions } from '../../src/state/run.svelte.ts';
import type { AddressValues } from '../../src/state/address.ts';
import { turns } from '../support/turns.ts';
import { engineOf, SPREAD, type FakeEngine } from '../views/fixture.ts';

interface Setup {
  readonly run: RunState;
  readonly engine: FakeEngine;
  readonly written: string[];
  /** Waits the state asked for, in milliseconds. */
  readonly waits: number[];
}

function setup(
  address: Partial<AddressValues> = {},
  options: Partial<RunOptions> = {},
  engine = engineOf(SPREAD),
): Setup {
  const written: string[] = [];
  const waits: number[] = [];
  const run = new RunState({
    connect: () => engine,
    address: {
      read: () => ({ settings: {}, seed: null, start: null, problems: [], ...address }),
      write: (config, seed) => written.push(`${seed} ${config.learning_rate}`),
    },
    reducedMotion: () => true,
    wait: (ms) => {
      waits.push(ms);
      return new Promise((resolve) => setTimeout(resolve, 1));
    },
    ...options,
  });
  return { run, engine, written, waits };
}

async function opened(address: Partial<AddressValues> = {}, options: Partial<RunOptions> = {}): Promise<Setup> {
  const made = setup(address, options);
  await made.run.open();
  return made;
}

describe('opening', () => {
  test('shows the run the engine has', async () => {
    const { run } = await opened();
    expect([run.status, run.stepCount, run.step, run.canUndo]).toEqual(['ready', 0, null, false]);
    expect(run.dataset?.questions.length).toBe(3);
  });

  test('a press of Step while it loads happens as soon as it can', async () => {
    const { run } = setup();
    void run.stepOnce();
    await run.open();
    await vi.waitFor(() => expect(run.stepCount).toBe(1));
  });

  test('a question picked or typed while it loads is the one that is asked, and is kept', async () => {
    const { run, engine } = setup({}, {}, engineOf(SPREAD, { questionId: 'revenue' }));
    const opening = run.open();
    run.askOwn(' What sold best? ');
    void run.stepOnce();
    await opening;
    expect([run.questionId, run.ownQuestion]).toEqual([null, 'What sold best?']);
    await vi.waitFor(() => expect(run.step?.groups[0]?.question).toBe('What sold best?'));
    const again = setup({}, {}, engine).run;
    const reopening = again.open();
    expect(again.ownQuestion).toBeNull();
    await reopening;
    expect(again.ownQuestion).toBe('What sold best?');
    const picked = setup({}, {}, engine).run;
    picked.practise('count');
    await picked.open();
    expect([picked.questionId, picked.ownQuestion]).toEqual(['count', null]);
  });

  test('a failure is told, and opening again works with a fresh engine', async () => {
    const { run, engine } = setup();
    engine.failure = new Error('The database file did not arrive.');
    await run.open();
    expect([run.status, run.failure]).toEqual(['failed', 'The database file did not arrive.']);
    await run.open();
    expect(run.status).toBe('ready');
    expect(engine.calls.filter((call) => call === 'close')).toHaveLength(1);
  });

  test('settings of the address are applied; what was refused is told', async () => {
    const { run } = await opened({
      settings: { learning_rate: 0.3 },
      problems: ['Group size G (group_size) must be a whole number from 2 to 32, not "99".'],
    });
    expect(run.config.learning_rate).toBe(0.3);
    expect(run.notices[0]).toMatchObject({
      tone: 'problem',
      text: expect.stringContaining('Group size G (group_size) must be a whole number from 2 to 32') as string,
    });
    const [notice] = run.notices;
    if (notice) run.dismiss(notice);
    expect(run.notices).toEqual([]);
  });

  test('the place is restored', async () => {
    const { run } = setup({}, {}, engineOf(SPREAD, { questionId: 'count', speed: 'fast' }));
    await run.open();
    expect([run.questionId, run.speed]).toEqual(['count', 'fast']);
  });
});

describe('stepping and running', () => {
  test('one step adds one point, a record in full and the changed hints', async () => {
    const { run } = await opened();
    await run.stepOnce();
    expect([run.stepCount, run.history.length, run.step?.number, run.phase]).toEqual([1, 1, 1, 'rest']);
    expect(run.hints.length).toBeGreaterThan(0);
    expect(run.hintsBefore).toEqual([]);
    expect(run.weightsOf(run.hints[0]?.key ?? '')[0]).toEqual({ step: 0, weight: 0 });
  });

  test('a step is shown stage by stage, for as long as its speed says', async () => {
    const seen: string[] = [];
    const { run, waits } = await opened({}, { reducedMotion: () => false });
    const watch = setInterval(() => {
      if (seen.at(-1) !== run.phase) seen.push(run.phase);
    }, 0);
    await run.stepOnce();
    clearInterval(watch);
    expect(waits.reduce((sum, ms) => sum + ms, 0)).toBeCloseTo(2400, 6);
    expect(waits).toHaveLength(5);
    expect(run.phase).toBe('rest');
  });

  test('pausing takes effect at once: the step in hand is complete and no other begins', async () => {
    const never = new Promise<void>(() => undefined);
    const { run, engine } = await opened({}, { reducedMotion: () => false, wait: () => never });
    run.start();
    await vi.waitFor(() => expect(run.phase).toBe('sample'));
    run.pause();
    expect([run.running, run.phase]).toEqual([false, 'rest']);
    const taken = run.stepCount;
    await turns(20);
    expect(run.stepCount).toBe(taken);
    expect(engine.calls.filter((call) => call === 'advance')).toHaveLength(1);
  });

  test('at Max many steps are taken between two pictures, and all of them are in the history', async () => {
    const { run, engine } = await opened();
    run.setSpeed('max');
    run.start();
    await vi.waitFor(() => expect(engine.calls.filter((call) => call === 'advance').length).toBeGreaterThan(2));
    run.pause();
    await vi.waitFor(() => expect(run.stepCount).toBe(run.history.length));
    expect(run.stepCount).toBeGreaterThan(5);
    expect(run.history.map(({ step }) => step)).toEqual(run.history.map((_, i) => i + 1));
    expect(run.step?.number).toBe(run.stepCount);
  });

  test('a failing step ends the run and is told; a crashed engine can be started again', async () => {
    const { run, engine } = await opened();
    engine.failure = new Error('The disk is full.');
    await run.stepOnce();
    expect(run.notices.at(-1)).toEqual({ text: 'The disk is full.', tone: 'problem' });
    expect(run.status).toBe('ready');
    engine.failure = Object.assign(new Error('The engine stopped.'), { name: 'EngineCrash' });
    run.start();
    await vi.waitFor(() => expect(run.status).toBe('failed'));
    expect(run.running).toBe(false);
    await run.open();
    expect(run.status).toBe('ready');
  });
});

describe('reset, question, settings', () => {
  test('a reset can be taken back', async () => {
    const { run, written } = await opened();
    await run.stepOnce();
    await run.reset(7);
    expect([run.stepCount, run.seed, run.step, run.canUndo, written.at(-1)]).toEqual([0, 7, null, true, '7 0.1']);
    await run.undoReset();
    expect([run.stepCount, run.seed, run.step?.number, run.canUndo, run.history.length]).toEqual([1, 42, 1, false, 1]);
  });

  test('asks the picked question, then the reader’s own, then all again', async () => {
    const { run } = await opened();
    run.practise('count');
    await run.stepOnce();
    expect(run.step?.groups[0]?.questionId).toBe('count');
    run.askOwn('  What sold best?  ');
    await run.stepOnce();
    expect(run.step?.groups[0]?.question).toBe('What sold best?');
    run.practise(null);
    expect([run.questionId, run.ownQuestion]).toEqual([null, null]);
  });

  test('settings apply to the next step; the last one keeps those it was taken with', async () => {
    const { run, written } = await opened();
    await run.stepOnce();
    expect(await run.configure(makeConfig({ ...run.config, learning_rate: 0.5 }))).toBeNull();
    expect([run.config.learning_rate, run.stepConfig.learning_rate, written.at(-1)]).toEqual([0.5, 0.1, '42 0.5']);
    await run.stepOnce();
    expect(run.stepConfig.learning_rate).toBe(0.5);
  });

  test('a hint edited by hand shows at once', async () => {
    const { run } = await opened();
    await run.stepOnce();
    const key = run.hints[0]?.key ?? '';
    await run.editHint(key, { weight: 2 });
    expect(run.hints.find((hint) => hint.key === key)?.weight).toBe(2);
    expect((await run.eventsOf(key)).events.map(({ type }) => type)).toEqual(['create', 'edit']);
  });
});

describe('storage', () => {
  test('what was full is told with its way out, until writing works again', async () => {
    const { run, engine } = await opened();
    engine.failure = Object.assign(new Error('Storage is full.'), { name: 'StorageFull' });
    await run.stepOnce();
    expect(run.notices).toMatchObject([{ text: 'Storage is full.', tone: 'problem', storage: true }]);
    await run.stepOnce();
    expect([run.stepCount, run.notices]).toEqual([1, []]);
  });

  test('a reader is warned from four fifths on', async () => {
    const { run, engine } = setup();
    engine.room = { used: 79e6, quota: 100e6 };
    await run.open();
    await vi.waitFor(() => expect(engine.calls).toContain('storage'));
    expect(run.notices).toEqual([]);
    engine.room = { used: 80e6, quota: 100e6 };
    await run.open();
    await vi.waitFor(() => expect(run.notices).toMatchObject([{ tone: 'info', storage: true }]));
    expect(run.notices[0]?.text).toContain('80 MB of 100 MB');
  });
});

describe('the list of runs', () => {
  test('is read, and its runs are renamed, removed and put back', async () => {
    const { run, engine } = await opened();
    expect(run.runs.list).toBeNull();
    await run.runs.read();
    const names = (): string[] => (run.runs.list ?? []).map(({ name }) => name);
    expect(names()).toEqual(['Demo shop, 2023-11-14 22:13', 'Gold rewards', 'Two columns']);
    expect(await run.runs.rename('short', 'Both columns')).toBe(true);
    expect(names()[2]).toBe('Both columns');
    const [, long] = run.runs.list ?? [];
    if (long === undefined) throw new Error('There is no second run.');
    await run.runs.remove(long);
    expect([names().length, run.runs.removed]).toEqual([2, long]);
    await run.runs.putBack();
    expect([names().length, run.runs.removed]).toEqual([3, null]);
    await run.runs.remove(long);
    await run.runs.leave();
    expect(run.runs.removed).toBeNull();
    expect(engine.calls.filter((call) => call === 'changeRuns')).toHaveLength(5);
  });

  test('opens another run, and tells what went wrong', async () => {
    const { run, engine } = await opened();
    await run.stepOnce();
    expect(await run.runs.open('long')).toBe(true);
    expect(engine.calls).toContain('openRun');
    engine.failure = new Error('This run is not there any more.');
    expect(await run.runs.open('short')).toBe(false);
    expect(run.runs.problem).toBe('This run is not there any more.');
  });
});
