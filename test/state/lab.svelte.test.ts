import { describe, expect, test, vi } from 'vitest';
import { makeConfig } from '../../src/grpo/config.ts';
import { LabState, type LabOptions } from '../../src/state/lab.svelte.ts';
import type { AddressValues } from '../../src/state/address.ts';
import { engineOf, SPREAD, type FakeEngine } from '../views/fixture.ts';

interface Setup {
  readonly lab: LabState;
  readonly engine: FakeEngine;
  readonly written: string[];
  /** Waits the state asked for, in milliseconds. */
  readonly waits: number[];
}

function setup(
  address: Partial<AddressValues> = {},
  options: Partial<LabOptions> = {},
  engine = engineOf(SPREAD),
): Setup {
  const written: string[] = [];
  const waits: number[] = [];
  const lab = new LabState({
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
  return { lab, engine, written, waits };
}

async function opened(address: Partial<AddressValues> = {}, options: Partial<LabOptions> = {}): Promise<Setup> {
  const made = setup(address, options);
  await made.lab.open();
  return made;
}

describe('opening', () => {
  test('shows the run the engine has', async () => {
    const { lab } = await opened();
    expect([lab.status, lab.stepCount, lab.step, lab.canUndo]).toEqual(['ready', 0, null, false]);
    expect(lab.dataset?.questions.length).toBe(3);
  });

  test('a press of Step while it loads happens as soon as it can', async () => {
    const { lab } = setup();
    void lab.stepOnce();
    await lab.open();
    await vi.waitFor(() => expect(lab.stepCount).toBe(1));
  });

  test('a question picked or typed while it loads is the one that is asked, and is kept', async () => {
    const { lab, engine } = setup({}, {}, engineOf(SPREAD, { questionId: 'revenue' }));
    const opening = lab.open();
    lab.askOwn(' What sold best? ');
    void lab.stepOnce();
    await opening;
    expect([lab.questionId, lab.ownQuestion]).toEqual([null, 'What sold best?']);
    await vi.waitFor(() => expect(lab.step?.groups[0]?.question).toBe('What sold best?'));
    const again = setup({}, {}, engine).lab;
    const reopening = again.open();
    expect(again.ownQuestion).toBeNull();
    await reopening;
    expect(again.ownQuestion).toBe('What sold best?');
    const picked = setup({}, {}, engine).lab;
    picked.ask('count');
    await picked.open();
    expect([picked.questionId, picked.ownQuestion]).toEqual(['count', null]);
  });

  test('a failure is told, and opening again works with a fresh engine', async () => {
    const { lab, engine } = setup();
    engine.failure = new Error('The database file did not arrive.');
    await lab.open();
    expect([lab.status, lab.failure]).toEqual(['failed', 'The database file did not arrive.']);
    await lab.open();
    expect(lab.status).toBe('ready');
    expect(engine.calls.filter((call) => call === 'close')).toHaveLength(1);
  });

  test('settings of the address are applied; what was refused is told', async () => {
    const { lab } = await opened({
      settings: { learning_rate: 0.3 },
      problems: ['group_size must be a whole number from 2 to 32, not "99".'],
    });
    expect(lab.config.learning_rate).toBe(0.3);
    expect(lab.notices[0]).toMatchObject({
      tone: 'problem',
      text: expect.stringContaining('group_size must be a whole number from 2 to 32') as string,
    });
    const [notice] = lab.notices;
    if (notice) lab.dismiss(notice);
    expect(lab.notices).toEqual([]);
  });

  test('the place is restored', async () => {
    const { lab } = setup({}, {}, engineOf(SPREAD, { questionId: 'count', speed: 'fast' }));
    await lab.open();
    expect([lab.questionId, lab.speed]).toEqual(['count', 'fast']);
  });
});

describe('stepping and running', () => {
  test('one step adds one point, a record in full and the changed hints', async () => {
    const { lab } = await opened();
    await lab.stepOnce();
    expect([lab.stepCount, lab.history.length, lab.step?.number, lab.phase]).toEqual([1, 1, 1, 'rest']);
    expect(lab.hints.length).toBeGreaterThan(0);
    expect(lab.hintsBefore).toEqual([]);
    expect(lab.weightsOf(lab.hints[0]?.key ?? '')[0]).toEqual({ step: 0, weight: 0 });
  });

  test('a step is shown stage by stage, for as long as its speed says', async () => {
    const seen: string[] = [];
    const { lab, waits } = await opened({}, { reducedMotion: () => false });
    const watch = setInterval(() => {
      if (seen.at(-1) !== lab.phase) seen.push(lab.phase);
    }, 0);
    await lab.stepOnce();
    clearInterval(watch);
    expect(waits.reduce((sum, ms) => sum + ms, 0)).toBeCloseTo(2400, 6);
    expect(waits).toHaveLength(5);
    expect(lab.phase).toBe('rest');
  });

  test('pausing takes effect at once: the step in hand is complete and no other begins', async () => {
    const never = new Promise<void>(() => undefined);
    const { lab, engine } = await opened({}, { reducedMotion: () => false, wait: () => never });
    lab.start();
    await vi.waitFor(() => expect(lab.phase).toBe('sample'));
    lab.pause();
    expect([lab.running, lab.phase]).toEqual([false, 'rest']);
    const taken = lab.stepCount;
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(lab.stepCount).toBe(taken);
    expect(engine.calls.filter((call) => call === 'advance')).toHaveLength(1);
  });

  test('at Max many steps are taken between two pictures, and all of them are in the history', async () => {
    const { lab } = await opened();
    lab.setSpeed('max');
    lab.start();
    await new Promise((resolve) => setTimeout(resolve, 120));
    lab.pause();
    await vi.waitFor(() => expect(lab.stepCount).toBe(lab.history.length));
    expect(lab.stepCount).toBeGreaterThan(5);
    expect(lab.history.map(({ step }) => step)).toEqual(lab.history.map((_, i) => i + 1));
    expect(lab.step?.number).toBe(lab.stepCount);
  });

  test('a failing step ends the run and is told; a crashed engine can be started again', async () => {
    const { lab, engine } = await opened();
    engine.failure = new Error('The disk is full.');
    await lab.stepOnce();
    expect(lab.notices.at(-1)).toEqual({ text: 'The disk is full.', tone: 'problem' });
    expect(lab.status).toBe('ready');
    engine.failure = Object.assign(new Error('The engine stopped.'), { name: 'EngineCrash' });
    lab.start();
    await vi.waitFor(() => expect(lab.status).toBe('failed'));
    expect(lab.running).toBe(false);
    await lab.open();
    expect(lab.status).toBe('ready');
  });
});

describe('reset, question, settings', () => {
  test('a reset can be taken back', async () => {
    const { lab, written } = await opened();
    await lab.stepOnce();
    await lab.reset(7);
    expect([lab.stepCount, lab.seed, lab.step, lab.canUndo, written.at(-1)]).toEqual([0, 7, null, true, '7 0.1']);
    await lab.undoReset();
    expect([lab.stepCount, lab.seed, lab.step?.number, lab.canUndo, lab.history.length]).toEqual([1, 42, 1, false, 1]);
  });

  test('asks the picked question, then the reader’s own, then all again', async () => {
    const { lab } = await opened();
    lab.ask('count');
    await lab.stepOnce();
    expect(lab.step?.groups[0]?.questionId).toBe('count');
    lab.askOwn('  What sold best?  ');
    await lab.stepOnce();
    expect(lab.step?.groups[0]?.question).toBe('What sold best?');
    lab.ask(null);
    expect([lab.questionId, lab.ownQuestion]).toEqual([null, null]);
  });

  test('settings apply to the next step; the last one keeps those it was taken with', async () => {
    const { lab, written } = await opened();
    await lab.stepOnce();
    expect(await lab.configure(makeConfig({ ...lab.config, learning_rate: 0.5 }))).toBeNull();
    expect([lab.config.learning_rate, lab.stepConfig.learning_rate, written.at(-1)]).toEqual([0.5, 0.1, '42 0.5']);
    await lab.stepOnce();
    expect(lab.stepConfig.learning_rate).toBe(0.5);
  });

  test('a hint edited by hand shows at once', async () => {
    const { lab } = await opened();
    await lab.stepOnce();
    const key = lab.hints[0]?.key ?? '';
    await lab.editHint(key, { weight: 2 });
    expect(lab.hints.find((hint) => hint.key === key)?.weight).toBe(2);
    expect((await lab.eventsOf(key)).map(({ type }) => type)).toEqual(['create', 'edit']);
  });
});
