import { beforeAll, describe, expect, it } from 'vitest';
import { Engine } from '../../../src/engine/engine.ts';
import type { Dataset, EnginePorts } from '../../../src/engine/engine-ports.ts';
import type { LiveProgress, LiveRequest } from '../../../src/engine/live-protocol.ts';
import { ModelError, type LanguageModel } from '../../../src/samplers/language/model.ts';
import { scriptedModel, type ScriptedModel, type ScriptedOptions } from '../../support/scripted-model.ts';
import { portsFor, shopDataset } from '../scenario.ts';
import { shopFiles } from '../shop-files.ts';

let shop: Dataset;
beforeAll(async () => {
  shop = await shopDataset(shopFiles());
});

const REQUEST: LiveRequest = { questions: 12, draws: 0, goOn: false };
const steps = (number: number) => ({ steps: number, budgetMs: 1e9 });
const ignore = (): void => undefined;

/** Right where hints stand in its prompt, and wrong without. */
const followsHints: ScriptedOptions['answer'] = ({ messages }) => {
  const [system, user] = messages;
  const gold = shop.questions.find(({ question }) => question === user?.content)?.sql;
  return system?.content.includes('Hints:') === true && gold !== undefined ? gold : 'SELECT 1 WHERE 0';
};

/** An engine whose run has learned from the built-in sampler, and what its model is now. */
async function trained(
  options: Partial<ScriptedOptions> = {},
  over: Partial<EnginePorts> = {},
): Promise<{ engine: Engine; model: ScriptedModel; hold: { model: LanguageModel | null } }> {
  const model = scriptedModel({ answer: followsHints, ...options });
  const hold: { model: LanguageModel | null } = { model };
  const engine = new Engine(portsFor(shop, { model: () => hold.model, ...over }));
  await engine.open({ seed: 1 });
  await engine.advance(steps(6));
  return { engine, model, hold };
}

describe('hints in the prompt of the loaded model, against none', () => {
  it('are the prompts of the Playground, judged and compared', async () => {
    const { engine, model } = await trained();
    const told: LiveProgress[] = [];
    const outcome = await engine.compareLive(REQUEST, (progress) => void told.push(progress));
    const { report } = outcome;
    expect(outcome).toMatchObject({ model: 'Scripted model', dataset: 'Demo shop', step: 6, failure: null });
    expect(structuredClone(outcome)).toEqual(outcome);
    expect(report).toMatchObject({ questions: 12, all: 12, draws: 0 });
    expect(told.map(({ answered }) => answered)).toEqual([...Array(13).keys()]);
    expect(told[0]).toMatchObject({ all: 12, secondsEach: null, tokensPerSecond: null });
    expect(told.at(-1)?.secondsEach).toBeGreaterThan(0);
    expect(told.at(-1)?.tokensPerSecond).toBeGreaterThan(0);
    const asked: unknown[] = [];
    for (const { question, once, hints } of report?.perQuestion ?? []) {
      const prompt = await engine.promptFor(question);
      expect(hints).toBe(prompt.hints.length);
      expect(once).toBe(prompt.hints.length === 0);
      asked.push(prompt.withHints, ...(once ? [] : [prompt.withoutHints]));
    }
    expect(model.requests.map(({ messages }) => messages)).toEqual(asked);
    expect(model.requests.every(({ temperature }) => temperature === 0)).toBe(true);
    expect(report?.perQuestion.some(({ once }) => !once)).toBe(true);
    for (const { once, withHints, withoutHints } of report?.perQuestion ?? [])
      expect([withHints[0]?.right, withoutHints[0]?.right]).toEqual([!once, false]);
  });

  it('draws several answers at the settings’ temperature', async () => {
    const { engine, model } = await trained();
    await engine.configure({ temperature: 0.6 });
    const { report, temperature } = await engine.compareLive({ ...REQUEST, questions: 2, draws: 4 }, ignore);
    expect(temperature).toBe(0.6);
    expect(report?.perQuestion.every(({ withHints }) => withHints.length === 4)).toBe(true);
    expect(model.requests.every((request) => request.temperature === 0.6)).toBe(true);
  });

  it('leaves the run as it is without it, to the bit, waits for nothing and shows nobody what is written', async () => {
    const [{ engine: plain }, { engine: compared }] = [await trained(), await trained()];
    const live: unknown[] = [];
    await compared.watchLive((group) => void live.push(group));
    const comparing = compared.compareLive(REQUEST, ignore);
    for (let i = 0; i < 3; i++) expect(await compared.advance(steps(2))).toEqual(await plain.advance(steps(2)));
    const { report, step } = await comparing;
    expect(report?.questions).toBe(12);
    expect(step).toBe(6);
    expect(await compared.advance(steps(2))).toEqual(await plain.advance(steps(2)));
    expect((await compared.open({})).hints).toEqual((await plain.open({})).hints);
    expect(live.filter((group) => group !== null)).toEqual([]);
  });

  it('is ended with what was measured until then, and taken up again', async () => {
    const { engine } = await trained();
    const whole = await engine.compareLive(REQUEST, ignore);
    const left = await engine.compareLive(REQUEST, ({ answered }) => {
      if (answered === 5) void engine.stopComparing();
    });
    expect(left).toMatchObject({
      failure: null,
      progress: { answered: 5, all: 12 },
      report: { questions: 5, all: 12 },
    });
    // Hints that came since are not those that are compared.
    await engine.advance(steps(3));
    const done = await engine.compareLive({ ...REQUEST, goOn: true }, ignore);
    expect(done.step).toBe(6);
    expect(done.report).toEqual(whole.report);
    // Another one ends it, too.
    const first = engine.compareLive(REQUEST, ignore);
    const second = engine.compareLive({ ...REQUEST, questions: 3 }, ignore);
    expect((await first).progress.answered).toBeLessThan(12);
    expect((await second).progress).toMatchObject({ answered: 3, all: 3 });
  });

  it('says what went wrong with the model, and the way out', async () => {
    let answers = 0;
    const { engine, hold } = await trained({
      answer: (request) => {
        if (++answers > 6) throw new ModelError('network', 'The server is gone.', 'Start it again.');
        return followsHints(request);
      },
    });
    const outcome = await engine.compareLive(REQUEST, ignore);
    expect(outcome.failure).toBe('The server is gone. Start it again.');
    expect(outcome.report?.questions).toBeGreaterThan(0);
    expect(outcome.progress.answered).toBeLessThan(12);
    hold.model = null;
    await expect(engine.compareLive({ ...REQUEST, goOn: true }, ignore)).rejects.toThrow(
      'No language model is loaded. Choose one and load it first.',
    );
    hold.model = { ...scriptedModel({ answer: followsHints }), id: 'another' };
    await expect(engine.compareLive({ ...REQUEST, goOn: true }, ignore)).rejects.toThrow(/Start a new one\.$/);
  });

  it('ends where another database is opened', async () => {
    const other: Dataset = { ...(await shopDataset(shopFiles())), name: 'other', title: 'Other' };
    const first: Dataset = { ...(await shopDataset(shopFiles())) };
    const { engine } = await trained({}, { openDataset: (name) => Promise.resolve(name === 'other' ? other : first) });
    const outcome = await engine.compareLive(REQUEST, ({ answered }) => {
      if (answered === 4) void engine.reset({ seed: 1, dataset: 'other' });
    });
    expect(outcome.failure).toMatch(/^Another database was opened meanwhile/);
    expect(outcome.report?.questions).toBeLessThan(12);
  });

  it('says where no question can be judged', async () => {
    const keyless = { ...shop, questions: shop.questions.filter(({ split }) => split === 'train') };
    const { engine } = await trained({}, { openDataset: () => Promise.resolve(keyless) });
    await expect(engine.compareLive(REQUEST, ignore)).rejects.toThrow(/^None of the questions that are held back/);
  });
});
