import { beforeAll, describe, expect, it } from 'vitest';
import { Engine } from '../../../src/engine/engine.ts';
import type { Dataset, EnginePorts } from '../../../src/engine/engine-ports.ts';
import type { Measured, MeasureRequest } from '../../../src/engine/protocol.ts';
import { queryBudget } from '../../../src/grpo/derived-settings.ts';
import type { PolicyHint, Question } from '../../../src/grpo/types.ts';
import { makeConfig } from '../../../src/grpo/config.ts';
import { fixedPolicy, greedyAnswers } from '../../../src/lab/evaluate.ts';
import { Judge } from '../../../src/lab/judge.ts';
import { UnseenChoice } from '../../../src/lab/unseen.ts';
import { makeSketchSampler } from '../../../src/samplers/sketch/sketch-sampler.ts';
import { portsFor, shopDataset } from '../scenario.ts';
import { shopFiles } from '../shop-files.ts';

let shop: Dataset;
/** The shop with few held-out questions, so that a point is cheap. */
let few: Dataset;
let judge: Judge;
let asked: readonly Question[];

beforeAll(async () => {
  shop = await shopDataset(shopFiles());
  let heldOut = 0;
  few = { ...shop, questions: shop.questions.filter(({ split }) => split === 'train' || heldOut++ < 24) };
  judge = new Judge(shop.database, queryBudget(makeConfig()));
  asked = (await new UnseenChoice(few.questions).goOn(judge, () => Promise.resolve(true))) ?? [];
});

async function opened(dataset = few, over: Partial<EnginePorts> = {}): Promise<Engine> {
  const engine = new Engine(portsFor(dataset, over));
  await engine.open({ seed: 1 });
  return engine;
}

const all: MeasureRequest = { budgetMs: 1e9, pace: 'eager', series: '', known: 0 };
const steps = (number: number) => ({ steps: number, budgetMs: 1e9 });
const stepsOf = ({ points }: Measured): number[] => points.map(({ step }) => step);

function expected(hints: readonly PolicyHint[]): Promise<boolean[]> {
  const sampler = makeSketchSampler({ schema: shop.database.schema });
  return greedyAnswers({ questions: asked, sampler, policy: fixedPolicy(hints), temperature: 1, judge });
}

describe('measuring', () => {
  it('gives the start and the present policy, each as greedyAnswers has it', async () => {
    const engine = await opened();
    const first = await engine.measure(all);
    expect(first).toMatchObject({ done: true, inHand: null, counts: { asked: asked.length, heldOut: 24 } });
    expect(first.points.map(({ step, answers }) => ({ step, answers }))).toEqual([
      { step: 0, answers: await expected([]) },
    ]);
    const { hints } = await engine.advance(steps(12));
    const second = await engine.measure({ ...all, series: first.series, known: 1 });
    expect(stepsOf(second)).toEqual([12]);
    expect(second.points[0]?.answers).toEqual(await expected(hints));
    expect(structuredClone(second)).toEqual(second);
  });

  it('leaves the run as it is without it, to the bit', async () => {
    const [plain, measured] = [await opened(), await opened()];
    await measured.measure(all);
    for (let i = 0; i < 6; i++) {
      const there = await plain.advance(steps(2));
      const here = await measured.advance(steps(2));
      expect(here).toEqual(there);
      await measured.measure({ ...all, budgetMs: i % 2 === 0 ? 1e9 : 12 });
    }
    expect((await measured.open({})).hints).toEqual((await plain.open({})).hints);
  });

  it('takes slices, and a point belongs to the policy at which it was begun', async () => {
    const engine = await opened();
    let slice = await engine.measure({ ...all, budgetMs: 3 });
    while (slice.inHand === null) slice = await engine.measure({ ...all, budgetMs: 3 });
    expect(slice).toMatchObject({ done: false, points: [], inHand: { step: 0 } });
    await engine.advance(steps(3));
    const rest = await engine.measure(all);
    expect(stepsOf(rest)).toEqual([0, 3]);
    expect(rest.points[0]?.answers).toEqual(await expected([]));
  });

  it('begins with the start, also where the run went on before its questions were chosen', async () => {
    const engine = await opened();
    expect(await engine.measure({ ...all, budgetMs: 2 })).toMatchObject({ counts: null, done: false, inHand: null });
    await engine.advance(steps(11));
    const { points } = await engine.measure({ ...all, pace: 'sparing' });
    expect(points.map(({ step }) => step)).toEqual([0, 11]);
    expect(points[0]?.answers).toEqual(await expected([]));
  });

  it('is sparing at top speed, and measures a change by hand when there is time', async () => {
    const engine = await opened();
    const sparing: MeasureRequest = { ...all, pace: 'sparing' };
    expect(stepsOf(await engine.measure(sparing))).toEqual([0]);
    const { hints } = await engine.advance(steps(9));
    expect(await engine.measure(sparing)).toMatchObject({ done: true, points: [{ step: 0 }] });
    await engine.advance(steps(1));
    expect(stepsOf(await engine.measure(sparing))).toEqual([0, 10]);
    await engine.editHint(hints[0]?.key ?? '', { enabled: false });
    expect(stepsOf(await engine.measure(all))).toEqual([0, 10, 10]);
    expect(stepsOf(await engine.measure(all))).toEqual([0, 10, 10]);
  });

  it('gives way to other calls', async () => {
    const engine = await opened(few, { breathe: () => new Promise((resolve) => setTimeout(resolve, 0)) });
    const measuring = engine.measure(all);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const advance = engine.advance(steps(1));
    expect((await measuring).done).toBe(false);
    expect((await advance).stepCount).toBe(1);
  });

  it('measures a run that is opened again at its start, now, and in between; another run begins anew', async () => {
    const ports = portsFor(few);
    const before = new Engine(ports);
    await before.open({ seed: 1 });
    const { points } = await before.measure(all);
    await before.advance(steps(6));
    const after = new Engine(ports);
    await after.open({});
    const again = await after.measure(all);
    expect(stepsOf(again).sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(again.points[0]).toEqual(points[0]);
    await after.reset({ seed: 2 });
    const anew = await after.measure({ ...all, series: again.series, known: again.points.length });
    expect(anew.series).not.toBe(again.series);
    expect(stepsOf(anew)).toEqual([0]);
  });

  it('says when there is nothing to ask', async () => {
    const keyless = few.questions.map(({ sql: _sql, ...question }) => question);
    expect(await (await opened({ ...few, questions: keyless })).measure(all)).toMatchObject({
      done: true,
      points: [],
      counts: { asked: 0, answers: 0, heldOut: 24 },
    });
    const training = few.questions.filter(({ split }) => split === 'train');
    expect((await (await opened({ ...few, questions: training })).measure(all)).counts?.heldOut).toBe(0);
  });
});

describe('measuring a language model', () => {
  it('happens only when a step is asked for', async () => {
    const texts = new Map(asked.map(({ question }) => [question, [{ source: 'a', text: 'SELECT 1' }]]));
    const engine = await opened({ ...few, loadCompletions: () => Promise.resolve(texts) });
    await engine.useSampler({ kind: 'completions', file: null });
    expect(await engine.measure(all)).toMatchObject({ done: true, points: [], counts: { asked: asked.length } });
    const point = await engine.measure({ ...all, at: 0 });
    expect(point).toMatchObject({ done: true, points: [{ step: 0 }] });
    expect((await engine.measure({ ...all, at: 0 })).points).toHaveLength(1);
  });

  it('tells what could not be answered, and is not stuck with it', async () => {
    const engine = await opened({ ...few, loadCompletions: () => Promise.resolve(new Map()) });
    await engine.useSampler({ kind: 'completions', file: null });
    await expect(engine.measure({ ...all, at: 0 })).rejects.toThrow('no recorded completions');
    expect(await engine.measure(all)).toMatchObject({ done: true, inHand: null });
    await expect(engine.measure({ ...all, at: 0 })).rejects.toThrow('no recorded completions');
  });
});
