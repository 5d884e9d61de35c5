import { expose, proxy, wrap, type Endpoint } from 'comlink';
import { describe, expect, it } from 'vitest';
import { clientOf } from '../../src/engine/worker-link.ts';

interface Api {
  add(a: number, b: number): Promise<number>;
  tell(onText: (text: string) => void): Promise<void>;
  use(page: { readonly kind: string; size(): Promise<number> }): Promise<number>;
  fail(): Promise<void>;
}

const channel = new MessageChannel();
expose(
  proxy({
    add: (a: number, b: number) => a + b,
    tell: async (onText: (text: string) => unknown) => void (await onText('word')),
    use: async (page: { size(): Promise<number> }) => (await page.size()) + 1,
    fail: () => {
      throw new RangeError('No.');
    },
  }),
  channel.port1,
);
const remote = wrap(channel.port2 as unknown as Endpoint);
const client = clientOf<Api>(async (call) => call(remote as never));

describe('a client that writes itself', () => {
  it('asks, and calls back functions and objects that have some', async () => {
    expect(await client.add(2, 3)).toBe(5);
    const texts: string[] = [];
    await client.tell((text) => texts.push(text));
    expect(texts).toEqual(['word']);
    expect(await client.use({ kind: 'page', size: async () => 41 })).toBe(42);
  });
  it('rejects as the worker does, and is no promise', async () => {
    await expect(client.fail()).rejects.toThrow('No.');
    expect(await Promise.resolve(client)).toBe(client);
    channel.port1.close();
  });
});
