import { expect, it } from 'vitest';
import { MemoryStore } from '../../src/storage/memory-store.ts';
import { change, describeStore, record } from './contract.ts';

describeStore('MemoryStore', () => Promise.resolve(new MemoryStore()));

it('drops the oldest events of an endless run', async () => {
  const store = new MemoryStore({ maxEvents: 100 });
  await store.begin(record('r1'), null);
  for (let revision = 1; revision <= 20; revision++) {
    await store.commit(change('r1', revision * 10 - 9, revision * 10, revision));
  }
  const story = await store.eventsOf('r1', 'x ⇒ y');
  expect(story.length).toBeLessThan(70);
  expect(story.at(-1)?.step).toBe(200);
});
