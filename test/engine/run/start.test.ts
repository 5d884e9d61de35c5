import { beforeAll, describe, expect, it } from 'vitest';
import { Engine } from '../../../src/engine/engine.ts';
import type { Dataset, EnginePorts } from '../../../src/engine/engine-ports.ts';
import { hintsToText } from '../../../src/formats/hints-file.ts';
import { fetchStarter } from '../../../src/engine/data/starter.ts';
import { MemoryStore } from '../../../src/storage/memory-store.ts';
import { STARTER } from '../../views/fixture.ts';
import { portsFor, shopDataset } from '../scenario.ts';
import { shopFiles } from '../shop-files.ts';

let shop: Dataset;

beforeAll(async () => {
  shop = await shopDataset(shopFiles());
});

async function opened(over: Partial<EnginePorts> = {}): Promise<Engine> {
  const engine = new Engine(portsFor(shop, { loadStarter: () => Promise.resolve([...STARTER]), ...over }));
  await engine.open({ seed: 1 });
  return engine;
}
const KEY = STARTER[0]?.key ?? '';
const five = { steps: 5, budgetMs: 1e9 };

describe('starting from the starter policy', () => {
  it('puts its hints in before the first step, and says so in the log', async () => {
    const engine = await opened();
    const view = await engine.reset({ seed: 1, start: 'starter' });
    expect(view).toMatchObject({ stepCount: 0, canUndo: false, start: { from: 'starter', weights: { [KEY]: 0.8 } } });
    expect(view.hints).toEqual(STARTER);
    expect((await engine.eventsOf(KEY)).events).toMatchObject([
      { sequence: 0, step: 0, type: 'restore', after: 0.8, reason: { id: 'start', from: 'starter' } },
    ]);
    expect((await engine.open({})).start.from).toBe('starter');
  });

  it('can be changed back before the first step, as if it had never been', async () => {
    const plain = await opened();
    const engine = await opened();
    await engine.reset({ seed: 1, start: 'starter' });
    const view = await engine.reset({ seed: 1, start: 'none' });
    expect(view).toMatchObject({ stepCount: 0, hints: [], canUndo: false, start: { from: 'none', weights: {} } });
    expect((await engine.advance(five)).hints).toEqual((await plain.advance(five)).hints);
  });

  it('keeps what an earlier reset left', async () => {
    const engine = await opened();
    await engine.advance(five);
    await engine.reset({ seed: 1 });
    expect((await engine.reset({ seed: 1, start: 'starter' })).canUndo).toBe(true);
    expect(await engine.undoReset()).toMatchObject({ stepCount: 5, start: { from: 'none' } });
  });

  it('begins a new run after the first step, and is kept by a reset', async () => {
    const engine = await opened();
    await engine.advance(five);
    expect(await engine.reset({ seed: 1, start: 'starter' })).toMatchObject({
      stepCount: 0,
      canUndo: true,
      start: { from: 'starter' },
    });
    await engine.advance(five);
    expect(await engine.reset({ seed: 2 })).toMatchObject({
      stepCount: 0,
      seed: 2,
      hints: STARTER,
      start: { from: 'starter' },
    });
  });

  it('continues to the bit after a reload', async () => {
    const store = new MemoryStore();
    const ports = { openStore: () => Promise.resolve(store) };
    const engine = await opened(ports);
    await engine.reset({ seed: 1, start: 'starter' });
    await engine.advance(five);
    const other = await opened(ports);
    const through = await opened();
    await through.reset({ seed: 1, start: 'starter' });
    await through.advance(five);
    expect((await other.advance(five)).hints).toEqual((await through.advance(five)).hints);
  });

  it('changes nothing when the policy cannot be loaded, or is too heavy', async () => {
    const missing = await opened({
      loadStarter: () => Promise.reject(new Error('The starter policy could not be loaded.')),
    });
    await missing.advance(five);
    await expect(missing.reset({ seed: 9, start: 'starter' })).rejects.toThrow('could not be loaded');
    expect(await missing.open({})).toMatchObject({ stepCount: 5, seed: 1, canUndo: false, start: { from: 'none' } });
    const engine = await opened();
    await engine.configure({ weight_limit: 0.5 });
    await expect(engine.reset({ seed: 1, start: 'starter' })).rejects.toThrow(
      'weights up to 0.80, more than the weight limit of 0.5',
    );
  });
});

describe('fetching the starter policy', () => {
  const answer =
    (body: string, status = 200): typeof fetch =>
    () =>
      Promise.resolve(new Response(body, { status }));
  const from = (fetch: typeof globalThis.fetch) => fetchStarter('https://example.org/lab/', fetch);

  it('asks beside the page', async () => {
    const asked: string[] = [];
    const hints = await from((url) => {
      asked.push(new Request(url).url);
      return answer(hintsToText(STARTER))(url);
    });
    expect(asked).toEqual(['https://example.org/lab/starter/hints.json']);
    expect(hints).toEqual(STARTER);
  });

  it.each([
    [
      'is missing',
      answer('', 404),
      'The starter policy could not be loaded: this site has no starter/hints.json. The run was left as it is.',
    ],
    [
      'is not served',
      answer('', 503),
      'The starter policy could not be loaded: the server answered 503 for starter/hints.json. The run was left as it is.',
    ],
    [
      'cannot be reached',
      () => Promise.reject(new TypeError('Failed to fetch')),
      'The starter policy could not be loaded: starter/hints.json could not be fetched (Failed to fetch). The run was left as it is.',
    ],
    ['is another page', answer('<!doctype html>'), /could not be loaded: starter\/hints\.json is not JSON/],
  ])('says so when it %s', async (_, fetch, message) => {
    await expect(from(fetch)).rejects.toThrow(message);
  });
});
