/** What every store must do; run against memory in Node and against IndexedDB in Chromium. */
import { describe, expect, it } from 'vitest';
import type { Feedback, FeedbackStore } from '../../src/grpo/feedback.ts';
import { KEPT_STEPS } from '../../src/grpo/run-store.ts';
import type { HistoryPoint, RunChange, RunRecord, RunStore } from '../../src/grpo/run-store.ts';
import type { Execution, HintEvent, Step } from '../../src/grpo/types.ts';

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

export function record(id: string, step = 0, revision = 0): RunRecord {
  return {
    id,
    revision,
    dataset: 'demo',
    sampler: 'sketch',
    settings: { group_size: 4 },
    state: {
      seed: 7,
      randomState: [1, 2, 3, 4],
      step,
      hints: [],
      eventCount: 2 * step,
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

function event(sequence: number, step: number, key: string): HintEvent {
  return {
    sequence,
    step,
    type: 'update',
    key,
    before: 0,
    after: 0.1,
    gradientTerm: 0.1,
    decayTerm: 0,
    causes: [],
    reason: 'because',
    hint: null,
  };
}

/** A step whose one result holds the cells that JSON could not: bytes and a 64-bit integer. */
function stepOf(number: number): Step {
  const execution: Execution = {
    status: 'rows',
    columns: ['n', 'b'],
    rows: [[2n ** 60n, new Uint8Array([1, 2])]],
    truncated: false,
  };
  return {
    number,
    events: [],
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
  return {
    run: record(id, to, revision),
    points: numbers.map(point),
    steps: numbers.map(stepOf),
    events: numbers.flatMap((n) => [event(2 * n - 2, n, 'x ⇒ y'), event(2 * n - 1, n, `only ${n}`)]),
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

export function describeStore(name: string, open: () => Promise<RunStore & FeedbackStore>): void {
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
      expect((await store.eventsOf('r1', 'x ⇒ y')).map((e) => e.sequence)).toEqual(
        Array.from({ length: 12 }, (_, i) => 2 * i),
      );
      expect(await store.eventsOf('r1', 'only 10')).toEqual([event(19, 10, 'only 10')]);
    });

    it('keeps the last steps in full and every point', async () => {
      const store = await open();
      await store.begin(record('r1'), null);
      await store.commit(change('r1', 1, KEPT_STEPS, 1));
      expect(await store.step('r1', 1)).not.toBeNull();
      await store.commit(change('r1', KEPT_STEPS + 1, KEPT_STEPS + 5, 2));
      expect(await store.step('r1', 5)).toBeNull();
      expect(await store.step('r1', 6)).not.toBeNull();
      expect(await store.history('r1')).toHaveLength(KEPT_STEPS + 5);
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

    it('drops what an older reset left', async () => {
      const store = await open();
      await store.begin(record('r1'), null);
      await store.commit(change('r1', 1, 3, 1));
      await store.begin(record('r2'), 'r1');
      await store.begin(record('r3'), 'r2');
      await store.undo('r3');
      expect((await store.current())?.run.id).toBe('r2');
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
