import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SqliteDatabase } from '../../../src/database/sqlite-database.ts';
import type { Database } from '../../../src/grpo/types.ts';
import { openDataset } from '../../../src/engine/data/open-dataset.ts';
import { shopFiles } from '../shop-files.ts';

const asked: string[] = [];

/** A server with the shop's files under /some/path/, and `over` in their place. */
function open(
  over: Record<string, Response | Error> = {},
  openDatabase: (bytes: Uint8Array) => Promise<Database> = (bytes) => SqliteDatabase.open(bytes),
) {
  const files = shopFiles();
  const served: Record<string, () => Response> = {
    'db.sqlite': () => new Response(files.database.slice()),
    'questions.json': () => new Response(files.questions),
    'definitions.json': () => new Response(files.definitions),
  };
  return openDataset({
    name: 'shop',
    baseUrl: 'https://example.org/some/path/index.html?g=8',
    openDatabase,
    fetch: (url) => {
      const { href } = new URL(url instanceof Request ? url.url : url);
      asked.push(href);
      const name = href.split('/').at(-1) ?? '';
      const answer = over[name] ?? served[name]?.();
      return answer instanceof Error
        ? Promise.reject(answer)
        : Promise.resolve(answer ?? new Response('', { status: 404 }));
    },
  });
}

describe('openDataset', () => {
  it('says the digests of what it opened, though opening takes the bytes away', async () => {
    const { database, questions } = shopFiles();
    const digest = (data: Uint8Array | string): string => createHash('sha256').update(data).digest('hex');
    const dataset = await open({}, (bytes) =>
      SqliteDatabase.open(structuredClone(bytes, { transfer: [bytes.buffer] })),
    );
    expect(await dataset.digest?.()).toEqual({
      databaseSha256: digest(database),
      questionsSha256: digest(questions),
    });
  });

  it('finds the files beside the page', async () => {
    asked.length = 0;
    const dataset = await open();
    expect(asked.sort()).toEqual(
      ['db.sqlite', 'definitions.json', 'questions.json'].map(
        (name) => `https://example.org/some/path/datasets/shop/${name}`,
      ),
    );
    expect(dataset.questions.length).toBeGreaterThan(100);
    expect(dataset.definitions.length).toBeGreaterThan(0);
    expect(dataset.database.schema.tables.length).toBeGreaterThan(3);
  });

  it.each<[string, Record<string, Response | Error>, RegExp]>([
    [
      'is missing',
      { 'db.sqlite': new Response('', { status: 404 }) },
      /datasets\/shop\/db\.sqlite could not be fetched: the server answered 404/,
    ],
    [
      'cannot be reached',
      { 'questions.json': new TypeError('Failed to fetch') },
      /questions\.json could not be fetched \(Failed to fetch\)/,
    ],
    [
      'is the page of a server that never says 404',
      { 'questions.json': new Response('<!doctype html>') },
      /questions\.json is not JSON/,
    ],
    [
      'is no database',
      { 'db.sqlite': new Response('<!doctype html>') },
      /datasets\/shop\/db\.sqlite: .*neither a SQLite database/,
    ],
    [
      'is cut off',
      { 'db.sqlite': new Response(shopFiles().database.slice(0, 10_000)) },
      /datasets\/shop\/db\.sqlite: .*cut off/,
    ],
    ['lacks a field', { 'definitions.json': new Response('[{"term":"x"}]') }, /definitions\.json: entry 1 \("x"\)/],
  ])('says so when a file %s', async (_what, over, message) => {
    await expect(open(over)).rejects.toMatchObject({
      name: 'DatasetError',
      message: expect.stringMatching(message) as string,
    });
  });
});
