/** What every store must do; run against memory in Node and against IndexedDB in Chromium. */
import { patternWords } from '../../src/grpo/wording.ts';
import { describe, expect, it } from 'vitest';
import type { Feedback, FeedbackStore } from '../../src/grpo/feedback.ts';
import { hintCounts } from '../../src/grpo/metrics.ts';
import { PolicyLayer } from '../../src/grpo/policy.ts';
import type { HistoryPoint, RunChange, RunRecord, RunStore } from '../../src/grpo/run-store.ts';
import type { Execution, HintEvent, PolicyHint, Step } from '../../src/grpo/types.ts';
import { SNAPSHOT_STEPS } from '../../src/storage/retention.ts';
import { identity } from '../grpo/identity.ts';

const METRICS = {
  rewardMean: 0.5,
  rewardSd: 0.1,
  noSignalShare: 0,
  entropy: 1.5,
  kl: 0.01,
  diversity: 1,
  executedShare: 0.75,
  resampledGroups: 0,
  replayedCompletions: 0,
  hints: 2,
};

export function hint(key: string): PolicyHint {
  return {
    ...identity('x', key, key),
    tables: [],
    template: 'operator',
    general: true,
    words: 1,
    weight: 0.1,
    evidence: { support: 1, positive: 1, advantage: 0.5, steps: 1 },
    createdAt: 1,
    updatedAt: 1,
    enabled: true,
  };
}

/** A policy after `steps` steps, each of two events: one on a hint of every step, one on a hint of its own. */
function policyAfter(steps: number): { readonly policy: PolicyLayer; readonly log: readonly HintEvent[] } {
  const policy = new PolicyLayer();
  const log: HintEvent[] = [];
  for (let step = 1; step <= steps; step++)
    log.push(
      ...(step === 1
        ? policy.restore([hint('x | y')], step, { id: 'other-start' })
        : policy.edit('x | y', { weight: step / 1000 }, step, 1)),
      ...policy.restore([hint(`only ${step}`)], step, { id: 'other-start' }),
    );
  return { policy, log };
}

/** The same as versions 1 to 4 of the store had it: without a name, with cues and patterns in words. */
export function earlierRecord(...of: Parameters<typeof record>): object {
  const { state, name: _name, begun: _begun, ...rest } = record(...of);
  const hints = state.hints.map((each) => ({ ...each, cue: 'x', pattern: patternWords(each.pattern) }));
  return { ...rest, state: { ...state, hints } };
}

export function record(id: string, step = 0, revision = 0): RunRecord {
  const { policy } = policyAfter(step);
  return {
    id,
    name: `Run ${id}`,
    begun: 1_000,
    revision,
    dataset: 'demo',
    sampler: { kind: 'sketch' },
    settings: { group_size: 4 },
    state: {
      seed: 7,
      randomState: [1, 2, 3, 4],
      step,
      hints: policy.hints,
      eventCount: policy.eventCount,
      queue: ['a', 'b'],
      summary: {
        totalSteps: step,
        totalGroups: step,
        scoredGroups: 0,
        totalCompletions: 4 * step,
        noSignalGroups: 0,
        resampledGroups: 0,
        replayedCompletions: 0,
        epochs: 0,
        averageReward: 0.5,
        hintsCreated: 0,
        hintsUpdated: 0,
        hintsPruned: 0,
        hints: 0,
      },
    },
    place: { questionId: null, ownQuestion: null, speed: 'normal' },
  };
}

function point(step: number): HistoryPoint {
  return { ...METRICS, step, questionId: `q${step}` };
}

/** A step whose one result holds the cells that JSON could not: bytes and a 64-bit integer. */
function stepOf(number: number, log: readonly HintEvent[] = policyAfter(number).log): Step {
  const execution: Execution = {
    status: 'rows',
    columns: ['n', 'b'],
    rows: [[2n ** 60n, new Uint8Array([1, 2])]],
    truncated: false,
  };
  const events = log.filter(({ step }) => step === number);
  return {
    number,
    events,
    ...hintCounts(events),
    metrics: METRICS,
    groups: [
      {
        questionId: `q${number}`,
        question: 'how many?',
        mean: 0.5,
        sd: 0.1,
        scale: 0.1,
        noSignal: false,
        distribution: null,
        completions: [
          {
            index: 0,
            text: 'SELECT 1',
            sql: 'SELECT 1',
            features: [],
            logProbability: -1,
            referenceLogProbability: -1,
            decisions: [],
            execution,
            rowCount: 1,
            rewards: { components: {}, total: 0.5 },
            advantage: 0,
            teaches: false,
            verdict: 'neutral',
          },
        ],
      },
    ],
  };
}

/** Steps `from` to `to`, committed as one change. */
export function change(id: string, from: number, to: number, revision: number): RunChange {
  const numbers = Array.from({ length: to - from + 1 }, (_, i) => from + i);
  const { log } = policyAfter(to);
  return {
    run: record(id, to, revision),
    points: numbers.map(point),
    steps: numbers.map((number) => stepOf(number, log)),
    events: log.filter(({ step }) => step >= from),
  };
}

export function feedback(sql: string, over: Partial<Feedback> = {}): Feedback {
  return {
    dataset: 'demo',
    question: 'How many?',
    sql,
    text: `${sql};`,
    thumb: 'up',
    corrected: null,
    at: 1_000,
    ...over,
  };
}

/** `open` resolves to an empty store; its window of full steps and events has `windowBytes`. */
export function describeStore(name: string, open: (windowBytes?: number) => Promise<RunStore & FeedbackStore>): void {
  describe(name, () => {
    it('holds no run at first', async () => {
      expect(await (await open()).current()).toBeNull();
    });

    it('gives back what was committed', async () => {
      const store = await open();
      await store.begin(record('r1'), null);
      await store.commit(change('r1', 1, 3, 1));
      await store.commit(change('r1', 4, 12, 2));
      expect(await store.current()).toEqual({ run: record('r1', 12, 2), canUndo: false });
      expect(await store.history('r1')).toEqual(Array.from({ length: 12 }, (_, i) => point(i + 1)));
      expect(await store.step('r1', 10)).toEqual(stepOf(10));
      expect(await store.step('r1', 13)).toBeNull();
      const { events, keptFrom } = await store.eventsOf('r1', 'x | y');
      expect(events.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 12 }, (_, i) => 2 * i));
      expect(keptFrom).toBe(1);
      expect((await store.eventsOf('r1', 'only 10')).events).toEqual([policyAfter(10).log.at(-1)]);
    });

    it('keeps steps and events in full within a window of bytes, and the policy of older steps at some of them', async () => {
      const store = await open(4_000);
      await store.begin(record('r1'), null);
      const [each, last] = [10, 6 * SNAPSHOT_STEPS];
      for (let from = 1; from <= last; from += each)
        await store.commit(change('r1', from, from + each - 1, (from - 1) / each + 1));
      const [summary] = await store.runs();
      const { keptFrom = 0, snapshots = [] } = summary ?? {};
      expect(keptFrom).toBeGreaterThan(SNAPSHOT_STEPS);
      expect(keptFrom).toBeLessThan(last);
      expect(await store.step('r1', keptFrom - 1)).toBeNull();
      for (const number of [keptFrom, last]) expect(await store.step('r1', number)).toEqual(stepOf(number));
      expect(await store.history('r1')).toHaveLength(last);

      const story = await store.eventsOf('r1', 'x | y');
      expect(story.keptFrom).toBe(keptFrom);
      expect(story.events.map(({ step }) => step)).toEqual(
        Array.from({ length: last - keptFrom + 1 }, (_, i) => keptFrom + i),
      );
      for (const step of [keptFrom, keptFrom + 7, last, ...snapshots])
        expect(await store.policyAt('r1', step)).toEqual({ step, hints: policyAfter(step).policy.hints });
      expect(snapshots).toContain(SNAPSHOT_STEPS);
      const nearest = await store.policyAt('r1', SNAPSHOT_STEPS + 3);
      expect(nearest).toEqual({ step: SNAPSHOT_STEPS, hints: policyAfter(SNAPSHOT_STEPS).policy.hints });

      const [known] = await store.weightsOf('r1', ['x | y']);
      expect(known?.weights[0]).toEqual({ step: 0, weight: null });
      expect(known?.weights).toContainEqual({ step: SNAPSHOT_STEPS, weight: SNAPSHOT_STEPS / 1000 });
      expect((await store.current())?.run).toEqual(record('r1', last, last / each));
    });

    it('refuses a commit that does not follow the stored revision, and changes nothing', async () => {
      const store = await open();
      await store.begin(record('r1'), null);
      await store.commit(change('r1', 1, 2, 1));
      await expect(store.commit(change('r1', 1, 5, 1))).rejects.toMatchObject({
        name: 'StoreError',
        reason: 'conflict',
        message: expect.stringContaining('step 2') as string,
      });
      await expect(store.commit(change('other', 1, 5, 1))).rejects.toMatchObject({ reason: 'conflict' });
      expect(await store.history('r1')).toHaveLength(2);
      expect(await store.step('r1', 5)).toBeNull();
      expect((await store.current())?.run.revision).toBe(1);
    });

    it('keeps the run a reset left for one undo', async () => {
      const store = await open();
      await store.begin(record('r1'), null);
      await store.commit(change('r1', 1, 3, 1));
      await store.begin(record('r2'), 'r1');
      expect(await store.current()).toEqual({ run: record('r2'), canUndo: true });
      expect(await store.history('r2')).toEqual([]);
      await store.undo('r2');
      expect(await store.current()).toEqual({ run: record('r1', 3, 1), canUndo: false });
      expect(await store.history('r1')).toHaveLength(3);
      await expect(store.undo('r1')).rejects.toMatchObject({ name: 'StoreError' });
    });

    it('keeps every run that took a step, and one without for its undo alone', async () => {
      const store = await open();
      await store.begin(record('r1'), null);
      await store.commit(change('r1', 1, 3, 1));
      await store.begin(record('r2'), 'r1');
      await store.begin(record('r3'), 'r2');
      await store.undo('r3');
      expect((await store.current())?.run.id).toBe('r2');
      await store.commit(change('r2', 1, 2, 1));
      await store.begin(record('r4'), 'r2');
      await store.begin(record('r5'), 'r4');
      await store.begin(record('r6'), 'r5');
      expect((await store.runs()).map(({ id, steps, current }) => [id, steps, current])).toEqual([
        ['r1', 3, false],
        ['r2', 2, false],
        ['r6', 0, true],
      ]);
    });

    it('opens another run, and goes on with it where it stood', async () => {
      const store = await open();
      await store.begin(record('r1'), null);
      await store.commit(change('r1', 1, 3, 1));
      await store.begin(record('r2'), 'r1');
      await store.commit(change('r2', 1, 2, 1));
      await expect(store.open('r1', 'r1')).rejects.toMatchObject({ reason: 'conflict' });
      await expect(store.open('none', 'r2')).rejects.toMatchObject({ reason: 'conflict' });
      await store.open('r1', 'r2');
      expect(await store.current()).toEqual({ run: record('r1', 3, 1), canUndo: false });
      await expect(store.commit(change('r2', 3, 3, 2))).rejects.toMatchObject({ reason: 'conflict' });
      await store.commit(change('r1', 4, 4, 2));
      await store.open('r2', 'r1');
      expect((await store.current())?.run).toEqual(record('r2', 2, 1));
    });

    it('keeps a run without a step that was changed by hand, or has a policy under a name, and no other', async () => {
      const store = await open();
      await store.begin({ ...record('r1'), edited: true }, null);
      await store.begin(record('r2'), 'r1');
      await store.keepSnapshot(record('r2'), 'as it began', 7);
      for (const [next, before] of [
        ['r3', 'r2'],
        ['r4', 'r3'],
        ['r5', 'r4'],
        ['r6', 'r5'],
      ] as const)
        await store.begin(record(next), before);
      expect((await store.runs()).map(({ id }) => id).sort()).toEqual(['r1', 'r2', 'r6']);
      await store.open('r1', 'r6');
      expect((await store.current())?.run).toEqual({ ...record('r1'), edited: true });
      expect((await store.runs()).map(({ id }) => id).sort()).toEqual(['r1', 'r2']);
    });

    it('takes up runs of a file with their points and the policies under a name, and goes on with the last', async () => {
      const there = await open();
      await there.begin(record('r1'), null);
      await there.commit(change('r1', 1, 60, 1));
      await there.keepSnapshot(record('r1', 60, 1), 'sixty', 5);
      await there.commit(change('r1', 61, 70, 2));
      await there.keepSnapshot(record('r1', 70, 2), 'as it stands', 6);
      const named = await there.namedSnapshots('r1');
      const snapshots = await Promise.all(
        named.map(async (one) => ({ ...one, hints: await there.hintsOfSnapshot('r1', one.sequence) })),
      );
      const run = { ...(await there.recordOf('r1')), id: 'came', revision: 0 };
      const store = await open();
      await store.begin(record('mine'), null);
      await store.commit(change('mine', 1, 3, 1));
      const first = { run: { ...record('first', 2), revision: 0 }, points: [], snapshots: [] };
      const second = { run, points: await there.history('r1'), snapshots };
      await expect(store.adopt([first, second], 'other')).rejects.toMatchObject({ reason: 'conflict' });
      expect((await store.runs()).map(({ id }) => id)).toEqual(['mine']);
      await store.adopt([first, second], 'mine');
      expect(await store.current()).toEqual({ run, canUndo: true });
      expect((await store.runs()).map(({ id }) => id).sort()).toEqual(['came', 'first', 'mine']);
      expect(await store.history('came')).toEqual(await there.history('r1'));
      expect(await store.namedSnapshots('came')).toEqual(named);
      for (const { sequence, hints } of snapshots) expect(await store.hintsOfSnapshot('came', sequence)).toEqual(hints);
      // It goes on, and what was brought stays.
      await store.commit({ ...change('r1', 71, 80, 3), run: { ...record('r1', 80, 1), id: 'came' } });
      expect((await store.current())?.run.state.hints).toEqual(record('r1', 80).state.hints);
      expect(await store.hintsOfSnapshot('came', named[0]?.sequence ?? -1)).toEqual(snapshots[0]?.hints);
      expect(await store.policyAt('came', 60)).toEqual({ step: 60, hints: snapshots[0]?.hints });
    });

    it('renames runs, and removes them until they are put back', async () => {
      const store = await open();
      await store.begin(record('r1'), null);
      await store.commit(change('r1', 1, 3, 1));
      await store.begin(record('r2'), 'r1');
      const ids = async (): Promise<string[]> => (await store.runs()).map(({ id }) => id);
      await store.rename('r1', 'The first');
      expect(await store.runs()).toMatchObject([{ id: 'r1', name: 'The first', dataset: 'demo' }, { id: 'r2' }]);
      await expect(store.remove('r2')).rejects.toMatchObject({ reason: 'conflict' });
      await store.remove('r1');
      expect([await ids(), (await store.current())?.canUndo]).toEqual([['r2'], false]);
      await expect(store.open('r1', 'r2')).rejects.toMatchObject({ reason: 'conflict' });
      await store.putBack('r1');
      expect([await ids(), (await store.current())?.canUndo]).toEqual([['r1', 'r2'], true]);
      await store.remove('r1');
      await store.purge();
      expect(await ids()).toEqual(['r2']);
      await expect(store.putBack('r1')).rejects.toMatchObject({ reason: 'conflict' });
      await expect(store.rename('r1', 'x')).rejects.toMatchObject({ reason: 'conflict' });
      expect(await store.history('r1')).toEqual([]);
    });

    it('counts what a run takes: it grows with what is written, and not beyond the window', async () => {
      const grown = async (windowBytes?: number): Promise<number> => {
        const store = await open(windowBytes);
        await store.begin(record('r1'), null);
        const sizes: number[] = [];
        for (let revision = 1; revision <= 30; revision++) {
          await store.commit(change('r1', 10 * revision - 9, 10 * revision, revision));
          sizes.push((await store.runs())[0]?.bytes ?? 0);
        }
        expect(sizes[1]).toBeGreaterThan(sizes[0] ?? 0);
        return (sizes[29] ?? 0) - (sizes[9] ?? 0);
      };
      // Points and snapshots grow with the steps all the same.
      const [all, bounded] = [await grown(), await grown(4_000)];
      expect(all - bounded).toBeGreaterThan(10_000);
    });

    it('refuses a change with a gap in its events', async () => {
      const store = await open();
      await store.begin(record('r1'), null);
      await store.commit(change('r1', 1, 2, 1));
      await expect(store.commit(change('r1', 4, 5, 2))).rejects.toMatchObject({ reason: 'failed' });
      expect((await store.current())?.run).toEqual(record('r1', 2, 1));
    });

    it('refuses to replace or take back a run that is not the current one', async () => {
      const store = await open();
      await store.begin(record('r1'), null);
      await expect(store.begin(record('r2'), null)).rejects.toMatchObject({ reason: 'conflict' });
      await expect(store.begin(record('r2'), 'gone')).rejects.toMatchObject({ reason: 'conflict' });
      await expect(store.undo('r2')).rejects.toMatchObject({ reason: 'conflict' });
      expect((await store.current())?.run.id).toBe('r1');
    });

    it('keeps feedback by dataset, question and SQL, the last word in place of the first', async () => {
      const store = await open();
      expect(await store.feedback('demo')).toEqual([]);
      const [first, other, elsewhere] = [
        feedback('SELECT 1'),
        feedback('SELECT 1', { question: 'Which?' }),
        feedback('SELECT 1', { dataset: 'demo2' }),
      ];
      for (const one of [elsewhere, other, feedback('SELECT 2'), first]) await store.putFeedback(one);
      const changed: Feedback = { ...first, thumb: null, corrected: 'SELECT 3', at: 2_000 };
      await store.putFeedback(changed);
      expect(await store.feedback('demo')).toEqual([changed, feedback('SELECT 2'), other]);
      await store.removeFeedback(changed);
      await store.removeFeedback(feedback('SELECT 9'));
      expect(await store.feedback('demo')).toEqual([feedback('SELECT 2'), other]);
      expect(await store.feedback('demo2')).toEqual([elsewhere]);
    });

    it('keeps feedback over resets', async () => {
      const store = await open();
      await store.begin(record('r1'), null);
      await store.putFeedback(feedback('SELECT 1'));
      await store.begin(record('r2'), 'r1');
      await store.begin(record('r3'), 'r2');
      expect(await store.feedback('demo')).toEqual([feedback('SELECT 1')]);
    });

    it('moves the place without a revision', async () => {
      const store = await open();
      await store.begin(record('r1'), null);
      const place = { questionId: 'q9', ownQuestion: null, speed: 'fast' };
      await store.setPlace('r1', place);
      expect((await store.current())?.run).toEqual({ ...record('r1'), place });
      await store.commit(change('r1', 1, 1, 1));
    });
  });
}
