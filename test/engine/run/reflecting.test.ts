/** What a language model, or a reader, says in words about the hints, with all that is kept and told of it. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Engine } from '../../../src/engine/engine.ts';
import type { Dataset, EnginePorts } from '../../../src/engine/engine-ports.ts';
import type { Advance, GuidanceAct, Progress } from '../../../src/engine/protocol.ts';
import { ACCEPTED_WEIGHT, GUIDANCE_WEIGHT, guidanceAmong } from '../../../src/grpo/guidance.ts';
import { reasonOf } from '../../../src/grpo/sentences.ts';
import type { PolicyHint } from '../../../src/grpo/types.ts';
import { ModelError } from '../../../src/samplers/language/model.ts';
import { StoreError } from '../../../src/storage/errors.ts';
import { MemoryStore } from '../../../src/storage/memory-store.ts';
import { scriptedModel, type ScriptedModel } from '../../support/scripted-model.ts';
import { portsFor, shopDataset } from '../scenario.ts';
import { shopFiles } from '../shop-files.ts';
import { inBrowser } from '../../support/sources.ts';
import { patternWords } from '../../../src/grpo/wording.ts';

const one = { steps: 1, budgetMs: 1e9 };
const SENTENCE = 'When asked how many, count the rows.';
const SQL = [
  'SELECT COUNT(*) FROM customers',
  'SELECT nothing FROM customers',
  'SELECT name FROM customers',
  'SELECT * FROM orders LIMIT 3',
];

let shop: Dataset;
let store: MemoryStore;
let model: ScriptedModel;
/** What the model answers when it is asked for a rule. */
let proposal: () => string;

beforeAll(async () => {
  shop = await shopDataset(shopFiles());
});
afterAll(() => shop.database.close());
beforeEach(() => {
  store = new MemoryStore();
  proposal = () => JSON.stringify({ op: 'add', text: SENTENCE });
  model = scriptedModel({
    answer: ({ messages, seed }) => (isReflection(messages) ? proposal() : (SQL[seed % SQL.length] ?? '')),
  });
});

const isReflection = (messages: readonly { readonly content: string }[]): boolean =>
  messages[0]?.content.startsWith('You improve the guidance') === true;
const reflections = (): number => model.requests.filter(({ messages }) => isReflection(messages)).length;
const guidance = ({ hints }: Progress): readonly PolicyHint[] => guidanceAmong(hints);
const textOf = (progress: Progress): string[] => guidance(progress).map(({ pattern }) => patternWords(pattern));

async function opened(over: Partial<EnginePorts> = {}): Promise<Engine> {
  const engine = new Engine(portsFor(shop, { openStore: () => Promise.resolve(store), model: () => model, ...over }));
  await engine.open({ seed: 1 });
  return engine;
}

/** An engine whose model reflects. */
async function reflecting(over: Partial<EnginePorts> = {}): Promise<Engine> {
  const engine = await opened(over);
  await engine.configure({ reflection: true });
  await engine.useSampler(inBrowser(model.id), model.label);
  return engine;
}

/** Steps to the next group with a signal: the others have nothing to reflect on. */
async function signal(engine: Engine): Promise<Advance> {
  for (let i = 0; i < 20; i++) {
    const advance = await engine.advance(one);
    if (advance.step?.groups.some(({ noSignal }) => !noSignal) === true) return advance;
    expect(advance.step?.reflections ?? []).toEqual([]);
  }
  throw new Error('No group with a signal in 20 steps.');
}

describe('reflection', () => {
  it('is off unless asked for', async () => {
    const engine = await opened();
    await engine.useSampler(inBrowser(model.id));
    const { step } = await signal(engine);
    expect(reflections()).toBe(0);
    expect(step?.reflections).toBeUndefined();
  });

  it('proposes one hint in words at low weight, with its evidence, as an event of the step; what it cost is counted', async () => {
    const engine = await reflecting();
    const advance = await signal(engine);
    const { step, points } = advance;
    const [hint] = guidance(advance);
    expect(hint).toMatchObject({
      pattern: { kind: 'sentence', parts: [SENTENCE] },
      weight: GUIDANCE_WEIGHT,
      template: 'guidance',
      enabled: true,
      createdAt: step?.number,
    });
    expect(step?.reflections).toEqual([
      {
        group: 0,
        accepted: true,
        outcome: `“${SENTENCE}”`,
        text: proposal(),
        promptTokens: 10,
        tokens: proposal().split(' ').length,
      },
    ]);
    const event = step?.events.at(-1);
    expect(event).toMatchObject({
      type: 'propose',
      key: hint?.key,
      reason: { id: 'guidance', author: { by: 'model', label: 'Scripted model', step: step?.number } },
    });
    expect(event?.causes.map(({ completion }) => completion)).toEqual([0, 1, 2, 3]);
    expect(points.at(-1)?.reflection).toEqual({ calls: 1, tokens: 10 + proposal().split(' ').length });
    expect(reflections()).toBe(1);
    expect((await engine.eventsOf(hint?.key ?? '')).events).toEqual([event]);

    const reloaded = await (await opened()).open({});
    expect(guidance(reloaded)).toEqual([hint]);
    expect(reloaded.step).toEqual(step);
    expect(reloaded.history.at(-1)).toEqual(points.at(-1));
  });

  it('puts what was proposed into some of the next prompts, and its weight moves by the advantages', async () => {
    const engine = await reflecting();
    const key = guidance(await signal(engine))[0]?.key ?? '';
    proposal = () => JSON.stringify({ op: 'none' });
    const told = model.requests.length;
    await engine.advance({ steps: 12, budgetMs: 1e9 });
    const groups = model.requests.slice(told).filter(({ messages }) => !isReflection(messages));
    const shown = groups.filter(({ messages }) => messages.some(({ content }) => content.includes(SENTENCE)));
    expect(shown.length).toBeGreaterThan(0);
    expect(shown.length).toBeLessThan(groups.length);
    // It may weigh so little by then that it is taken out: its story says how it moved.
    const moved = (await engine.eventsOf(key)).events.slice(1).filter(({ gradientTerm }) => gradientTerm !== 0);
    expect(moved.length).toBeGreaterThan(0);
    expect(moved.every(({ causes }) => causes.length > 0)).toBe(true);
  });

  it.each([
    ['an unknown hint', JSON.stringify({ op: 'delete', id: 'guidance:99' }), /guidance:99/],
    ['an empty text', JSON.stringify({ op: 'add', text: '  ' }), /^Refused: /],
    ['no JSON', 'I would count the rows.', /The answer holds no JSON object/],
    ['two operations', '{"op":"none"} {"op":"none"}', /one at most is taken/],
    [
      'a query word for word',
      JSON.stringify({ op: 'add', text: `When asked, write ${SQL[0] ?? ''} and nothing else.` }),
      /repeats a query/,
    ],
  ])('that proposes %s is refused in words, and the step is taken', async (_what, said, outcome) => {
    proposal = () => said;
    const engine = await reflecting();
    const advance = await signal(engine);
    expect(advance.step?.reflections).toEqual([
      {
        group: 0,
        accepted: false,
        outcome: expect.stringMatching(outcome) as string,
        text: said,
        promptTokens: 10,
        tokens: said.split(' ').length,
      },
    ]);
    expect(guidance(advance)).toEqual([]);
    expect(advance.points.at(-1)?.reflection?.calls).toBe(1);
  });

  it('with nothing to say says so', async () => {
    proposal = () => '{"op":"none"}';
    const { step } = await signal(await reflecting());
    expect(step?.reflections).toMatchObject([{ accepted: false, outcome: 'It found nothing new to say.' }]);
  });

  it('that fails leaves the step as it is, and tells cause and way out', async () => {
    proposal = () => {
      throw new ModelError('context-overflow', 'The prompt does not fit.', 'Shorten it.');
    };
    const engine = await reflecting();
    const { step, stepCount } = await signal(engine);
    expect(step?.reflections).toEqual([
      {
        group: 0,
        accepted: false,
        outcome: 'The prompt does not fit. Shorten it.',
        text: '',
        promptTokens: null,
        tokens: null,
      },
    ]);
    expect((await engine.open({})).stepCount).toBe(stepCount);
  });

  it('that is stopped keeps the step of its group, and no further one is begun', async () => {
    const engine = await reflecting();
    proposal = () => {
      void engine.stopGroup();
      return '{"op":"none"} or something longer than this';
    };
    const { points, step } = await engine.advance({ steps: 20, budgetMs: 1e9 });
    expect(points.length).toBeLessThan(20);
    expect(step?.reflections).toMatchObject([{ accepted: false, outcome: 'Stopped before it was done.' }]);
    expect((await engine.open({})).stepCount).toBe(points.length);
  });

  it('may change and delete what it proposed, but nothing that a reader refused', async () => {
    const engine = await reflecting();
    const key = guidance(await signal(engine))[0]?.key ?? '';
    proposal = () => JSON.stringify({ op: 'update', id: key, text: 'When asked how many, use COUNT over the rows.' });
    const updated = await signal(engine);
    expect(textOf(updated)).toEqual(['When asked how many, use COUNT over the rows.']);
    await engine.guide({ does: 'veto', key });
    proposal = () => JSON.stringify({ op: 'delete', id: key });
    const refused = await signal(engine);
    expect(refused.step?.reflections?.[0]).toMatchObject({
      accepted: false,
      outcome: `Refused: ${key} was vetoed and stays as it is.`,
    });
    expect(guidance(refused)).toMatchObject([{ key, enabled: false }]);
  });
});

describe('a reader', () => {
  it('adds, accepts, rewords and vetoes hints in words; every act is an event', async () => {
    const engine = await opened();
    const added = await engine.guide({ does: 'add', text: ` ${SENTENCE} ` });
    const key = guidance(added)[0]?.key ?? '';
    expect(textOf(added)).toEqual([SENTENCE]);
    expect(guidance(await engine.guide({ does: 'accept', key }))).toMatchObject([
      { weight: ACCEPTED_WEIGHT, enabled: true },
    ]);
    expect(textOf(await engine.guide({ does: 'reword', key, text: 'When asked how many, use COUNT.' }))).toEqual([
      'When asked how many, use COUNT.',
    ]);
    expect(guidance(await engine.guide({ does: 'veto', key }))).toMatchObject([
      { enabled: false, weight: ACCEPTED_WEIGHT },
    ]);
    expect((await engine.eventsOf(key)).events.map((event) => [event.type, reasonOf(event)])).toEqual([
      ['propose', 'Written by the reader.'],
      ['edit', 'Accepted by the reader.'],
      ['edit', `Reworded by the reader. It said: “${SENTENCE}”`],
      ['disable', 'Vetoed by the reader.'],
    ]);
    expect(guidance(await (await opened()).open({}))).toMatchObject([
      { key, enabled: false, pattern: { kind: 'sentence', parts: ['When asked how many, use COUNT.'] } },
    ]);
    expect(guidance(await engine.guide({ does: 'accept', key }))).toMatchObject([{ enabled: true }]);
  });

  it.each<[string, GuidanceAct, RegExp]>([
    ['no words', { does: 'add', text: '   ' }, /./],
    ['too few words', { does: 'add', text: 'Count.' }, /no sentence/],
    ['too many characters', { does: 'add', text: 'word '.repeat(100) }, /300/],
    ['a hint that is not there', { does: 'accept', key: 'guidance:77' }, /no guidance hint guidance:77/],
    ['a hint that is not in words', { does: 'veto', key: '* | COUNT' }, /no guidance hint/],
    ['new words for none', { does: 'reword', key: 'guidance:77', text: SENTENCE }, /no guidance hint/],
  ])('who gives %s is told why not, and nothing has changed', async (_what, act, message) => {
    const engine = await opened();
    const before = await engine.guide({ does: 'add', text: 'When in doubt, look at the schema.' });
    await expect(engine.guide(act)).rejects.toMatchObject({
      name: 'GuidanceError',
      message: expect.stringMatching(message) as string,
    });
    expect((await engine.open({})).hints).toEqual(before.hints);
  });

  it.each<[string, (key: string) => GuidanceAct]>([
    ['added', () => ({ does: 'add', text: SENTENCE })],
    ['accepted', (key) => ({ does: 'accept', key })],
    ['reworded', (key) => ({ does: 'reword', key, text: SENTENCE })],
    ['vetoed', (key) => ({ does: 'veto', key })],
  ])('whose hint was %s, but cannot be stored, finds it as it was, and can try again', async (_what, act) => {
    const engine = await opened();
    const before = await engine.guide({ does: 'add', text: 'When in doubt, look at the schema.' });
    const key = guidance(before)[0]?.key ?? '';
    const commit = vi.spyOn(store, 'commit').mockRejectedValue(new StoreError('full', 'Storage is full.'));
    await expect(engine.guide(act(key))).rejects.toThrow('Storage is full.');
    commit.mockRestore();
    expect((await engine.advance({ steps: 0, budgetMs: 0 })).hints).toEqual(before.hints);
    const after = await engine.guide(act(key));
    expect(after.hints).not.toEqual(before.hints);
    expect((await (await opened()).open({})).hints).toEqual(after.hints);
  });
});
