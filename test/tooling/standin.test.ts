import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const HTML = readFileSync(join(ROOT, 'index.html'), 'utf8');

test('the styles of index.html are for the text that stands in for the page, and for nothing of the page itself', () => {
  const style = /<style>([^]*?)<\/style>/.exec(HTML)?.[1] ?? '';
  const selectors = Array.from(style.matchAll(/([^{}]+)\{/g), ([, selector = '']) => selector.trim());
  const others = selectors.filter((selector) => !/^(html|from|to|@.*)$|\.standin\b/.test(selector));
  expect(selectors.length).toBeGreaterThan(3);
  expect(others).toEqual([]);
  const using = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).filter(
    (file) =>
      /\.(svelte|css|ts)$/.test(file) && readFileSync(join(ROOT, 'src', file), 'utf8').search(/\bstandin\b/) >= 0,
  );
  expect(using).toEqual(['oldest-browser.ts']);
});

test('index.html has no script of its own text: the policy of the page lets none run', () => {
  expect(Array.from(HTML.matchAll(/<script([^>]*)>([^]*?)<\/script>/g), ([, , text]) => text)).toEqual(['', '']);
  expect(HTML).not.toMatch(/\son[a-z]+=/);
});
