import { describe, expect, test, vi } from 'vitest';
import type { EngineApi, Measured, MeasureRequest } from '../../src/engine/protocol.ts';
import { wilson } from '../../src/lab/statistics.ts';
import type { UnseenPoint } from '../../src/lab/unseen.ts';
import { UnseenState } from '../../src/state/unseen.svelte.ts';

const point = (step: number, right: number): UnseenPoint => ({
  step,
  right,
  answers: [right > 0, right > 1],
  ...wilson(right, 2),
});
const counts = { asked: 2, ids: ['a', 'b'], practised: 0, answers: 2, wordings: 2, heldOut: 2 };
const nothing: Omit<Measured, 'points'> = { series: 'a', counts, inHand: null, done: true };

/** `answers` are what the engine gives, one a call; the last one again and again. */
function stateOf(...answers: (Measured | Error)[]) {
  const requests: MeasureRequest[] = [];
  const is = { atMax: false, canAsk: true };
  const engine = {
    measure: async (request: MeasureRequest): Promise<Measured> => {
      requests.push(request);
      // As an engine in a worker does it, so that a loop over it lets others in.
      await new Promise((resolve) => setTimeout(resolve, 0));
      const answer = answers[Math.min(requests.length, answers.length) - 1] as Measured | Error;
      if (answer instanceof Error) throw answer;
      return answer;
    },
  } as EngineApi;
  const unseen = new UnseenState({
    ask: (call) => call(engine),
    atMax: () => is.atMax,
    canAsk: () => is.canAsk,
  });
  return { unseen, requests, is };
}
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 40));

describe('measuring while somebody looks', () => {
  test('goes on until nothing is left, and again when the run moved', async () => {
    const { unseen, requests } = stateOf(
      { ...nothing, points: [], inHand: { step: 0, answered: 1 }, done: false },
      { ...nothing, points: [point(0, 1)] },
      { ...nothing, points: [point(3, 2)] },
    );
    unseen.moved();
    await settled();
    expect(requests).toHaveLength(0);
    const leave = unseen.watch();
    await settled();
    expect(requests).toEqual([
      { budgetMs: 50, pace: 'eager', series: '', known: 0 },
      { budgetMs: 50, pace: 'eager', series: 'a', known: 0 },
    ]);
    unseen.moved();
    await settled();
    expect(requests.slice(2)).toEqual([{ budgetMs: 50, pace: 'eager', series: 'a', known: 1 }]);
    expect(unseen.points.map(({ step }) => step)).toEqual([0, 3]);
    leave();
    unseen.moved();
    await settled();
    expect(requests).toHaveLength(3);
  });

  test('a step that is measured again counts once, and another curve begins anew', async () => {
    const { unseen } = stateOf(
      { ...nothing, points: [point(4, 1), point(0, 1)] },
      { ...nothing, points: [point(4, 2)] },
      { ...nothing, series: 'b', points: [point(0, 0)] },
    );
    unseen.watch();
    await settled();
    unseen.moved();
    await settled();
    expect(unseen.points.map(({ step, right }) => [step, right])).toEqual([
      [0, 1],
      [4, 2],
    ]);
    unseen.moved();
    await settled();
    expect(unseen.points).toEqual([point(0, 0)]);
  });

  test('takes a tenth of the time at top speed, one slice between two batches', async () => {
    const { unseen, requests, is } = stateOf({ ...nothing, points: [], done: false });
    is.atMax = true;
    unseen.watch();
    await unseen.between(100);
    expect(requests).toEqual([{ budgetMs: 10, pace: 'sparing', series: '', known: 0 }]);
    await unseen.between(0);
    const saved = requests[1]?.budgetMs ?? 0;
    expect(saved).toBeLessThan(10);
  });

  test('each of the first steps at top speed has its whole point, later ones have not', async () => {
    const { unseen, requests, is } = stateOf(
      { ...nothing, points: [], done: false },
      { ...nothing, points: [point(1, 1)] },
      { ...nothing, points: [] },
    );
    is.atMax = true;
    expect(unseen.isFirst(0)).toBe(false); // nobody looks
    unseen.watch();
    expect([0, 11, 12].map((step) => unseen.isFirst(step))).toEqual([true, true, false]);
    await unseen.whole();
    expect(requests.map(({ pace }) => pace)).toEqual(['eager', 'eager']);
    expect(unseen.points).toEqual([point(1, 1)]);
  });

  test('nothing is asked of a recording', async () => {
    const { unseen, requests, is } = stateOf({ ...nothing, points: [] });
    is.canAsk = false;
    unseen.watch();
    await settled();
    expect(requests).toEqual([]);
  });

  test('what went wrong is told once, until it is tried again', async () => {
    const { unseen, requests } = stateOf(new Error('No such question.'), { ...nothing, points: [point(0, 1)] });
    unseen.watch();
    await settled();
    unseen.moved();
    await settled();
    expect([unseen.failure, requests.length]).toEqual(['No such question.', 1]);
    unseen.forget();
    unseen.moved();
    await vi.waitFor(() => expect(unseen.points).toHaveLength(1));
    expect(unseen.failure).toBeNull();
  });
});

describe('asking a language model', () => {
  test('asks for the step until it is there', async () => {
    const { unseen, requests } = stateOf(
      { ...nothing, points: [] },
      { ...nothing, points: [], inHand: { step: 0, answered: 1 }, done: false },
      { ...nothing, points: [point(0, 1)] },
    );
    unseen.watch();
    await settled();
    expect(requests[0]).not.toHaveProperty('at');
    unseen.ask(0);
    expect(unseen.asking).toBe(0);
    await settled();
    expect(requests.slice(1).map(({ at }) => at)).toEqual([0, 0]);
    expect([unseen.asking, unseen.points.length]).toEqual([null, 1]);
  });

  test('can be stopped', async () => {
    const { unseen, requests } = stateOf({ ...nothing, points: [], inHand: { step: 0, answered: 1 }, done: false });
    const leave = unseen.watch();
    unseen.ask(0);
    await settled();
    unseen.stop();
    expect(unseen.asking).toBeNull();
    leave();
    await settled();
    const before = requests.length;
    await settled();
    expect(requests).toHaveLength(before);
  });
});
