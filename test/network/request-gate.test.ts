import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { PAGE_POLICY, policyOf } from '../../src/network/content-policy.ts';
import { RequestGate, type NetworkScope } from '../../src/network/request-gate.ts';
import { ownScript } from '../../src/network/trusted-types.ts';

/** A scope that notes what comes through. */
function scope(): { gate: RequestGate; here: NetworkScope & Record<string, unknown>; through: string[] } {
  const through: string[] = [];
  const note = (input: RequestInfo | URL): void => {
    through.push(typeof input === 'object' && 'url' in input ? input.url : String(input));
  };
  const here = {
    fetch: async (input: RequestInfo | URL) => {
      note(input);
      return new Response('');
    },
    Cache: {
      prototype: {
        add: async (input: RequestInfo | URL) => note(input),
        addAll: async (inputs: Iterable<RequestInfo>) => {
          for (const input of inputs) note(input);
        },
      },
    },
    location: { origin: 'https://page.example', href: 'https://page.example/lab/assets/worker.js' },
    WebSocket: class {},
    XMLHttpRequest: class {},
  };
  return { gate: new RequestGate(here), here, through };
}

test.each([
  'datasets/shop/db.sqlite',
  'https://page.example/other',
  new URL('https://page.example/x'),
  new Request('https://page.example/y'),
  'blob:https://page.example/1-2',
  'data:text/plain,hello',
])('its own origin is let through: %s', async (input) => {
  const { here, through } = scope();
  await here.fetch(input);
  expect(through).toHaveLength(1);
});

test.each([
  'https://models.example/weights',
  '//models.example/weights',
  'http://page.example/', // not the same origin
  'https://page.example:8443/',
  'https://page.example.evil.example/',
  'https://user:word@models.example/',
  'wss://page.example/',
  'ftp://page.example/',
  'file:///etc/passwd',
  new URL('https://models.example/'),
  new Request('https://models.example/'),
])('another one is not: %s', async (input) => {
  const { here, through } = scope();
  await expect(here.fetch(input)).rejects.toThrow(/^Nobody asked this page to talk to /);
  await expect(here.Cache?.prototype.add.call({} as Cache, input)).rejects.toThrow(TypeError);
  expect(through).toEqual([]);
});

test('a host that somebody asked for is let through, with its port and over http, and no other', async () => {
  const { gate, here, through } = scope();
  gate.permit(['models.example', 'localhost:8000']);
  await here.fetch('https://models.example/weights');
  await here.fetch('http://localhost:8000/v1/models');
  await here.Cache?.prototype.addAll.call({} as Cache, ['https://models.example/a', 'https://page.example/b']);
  expect(through).toHaveLength(4);
  for (const other of ['http://localhost:8001/', 'http://localhost/', 'https://cdn.models.example/'])
    await expect(here.fetch(other)).rejects.toThrow(TypeError);
  await expect(
    here.Cache?.prototype.addAll.call({} as Cache, ['https://models.example/a', 'https://other.example/']),
  ).rejects.toThrow(TypeError);
  expect(through).toHaveLength(4);
});

test('what would go past it is taken away, for good', () => {
  const { here } = scope();
  for (const way of ['WebSocket', 'XMLHttpRequest']) {
    expect(here[way]).toBeUndefined();
    expect(() => {
      here[way] = class {};
    }).toThrow(TypeError);
  }
});

test('a script of another origin is none of the page', () => {
  const page = 'https://page.example/lab/index.html';
  expect(ownScript('./assets/worker.js', page)).toBe('./assets/worker.js');
  for (const other of ['https://other.example/w.js', '//other.example/w.js', 'blob:https://other.example/1', 'data:,x'])
    expect(() => ownScript(other, page)).toThrow(TypeError);
});

test('no policy allows eval, and the engine alone may ask others', () => {
  for (const policy of [PAGE_POLICY, policyOf('/lab/assets/worker-abc.js'), policyOf('assets/database-worker-a.js')]) {
    expect(policy).toMatch(/^default-src 'none'; script-src 'self' 'wasm-unsafe-eval'/);
    expect(policy).not.toMatch(/'unsafe-eval'|script-src[^;]*'unsafe-inline'/);
  }
  expect(policyOf('/lab/assets/worker-abc.js')).toContain('connect-src *');
  for (const other of ['database-worker-a.js', 'experiments-worker-b.js', 'index-c.js'])
    expect(policyOf(`/lab/assets/${other}`)).toContain("connect-src 'self'");
});

test('every worker of the page begins behind the gate', () => {
  const src = join(import.meta.dirname, '../../src');
  const workers = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.ts$/.test(file))
    .flatMap((file) => {
      const text = readFileSync(join(src, file), 'utf8');
      const named = text.matchAll(/new Worker\(\s*new URL\('([^']+\.ts)', import\.meta\.url\)/g);
      return Array.from(named, ([, script = '']) => join(src, dirname(file), script));
    });
  expect(workers.length).toBeGreaterThanOrEqual(4);
  for (const worker of workers)
    expect(readFileSync(worker, 'utf8'), worker).toMatch(/^(const \w+ = )?new RequestGate\(self\);$/m);
});
