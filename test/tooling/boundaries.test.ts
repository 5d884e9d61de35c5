import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import { describe, expect, test } from 'vitest';
import ts from 'typescript-eslint';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

// The project's own configuration, without the rules that need type information:
// the files linted here do not exist.
const eslint = new ESLint({
  cwd: ROOT,
  overrideConfig: [
    { ...ts.configs.disableTypeChecked, languageOptions: { parserOptions: { projectService: false, project: false } } },
  ],
});

/** The names of the rules that a source text breaks if it stands in the given file. */
async function brokenRules(filePath: string, code: string): Promise<string[]> {
  const results = await eslint.lintText(code, { filePath: ROOT + filePath });
  return results.flatMap(({ messages }) => messages).map(({ ruleId, message }) => ruleId ?? message);
}

const IMPORT_RULE = 'boundaries/dependencies';

describe('imports that point the wrong way are refused', () => {
  test.each([
    ['src/grpo/new.ts', '../database/x.ts'],
    ['src/grpo/new.ts', '../sql/x.ts'],
    ['src/grpo/new.ts', 'node:fs'],
    ['src/grpo/new.ts', 'd3'],
    ['src/sql/new.ts', '../rewards/x.ts'],
    ['src/linking/new.ts', '../samplers/sketch/x.ts'],
    ['src/rewards/new.ts', '../samplers/x.ts'],
    ['src/samplers/sketch/new.ts', '../../rewards/x.ts'],
    ['src/samplers/sketch/new.ts', '../../database/x.ts'],
    ['src/lab/new.ts', '../engine/x.ts'],
    ['src/database/new.ts', '../storage/x.ts'],
    ['src/database/new.ts', 'node:fs'],
    ['src/storage/new.ts', '../sql/x.ts'],
    ['src/engine/new.ts', '../state/x.ts'],
    ['src/engine/new.ts', '../cli/x.ts'],
    ['src/cli/new.ts', '../views/x.ts'],
    ['src/cli/new.ts', '../engine/run/x.ts'],
    ['src/formats/new.ts', '../engine/x.ts'],
    ['src/recording/new.ts', '../ask/x.ts'],
    ['src/ask/new.ts', '../samplers/x.ts'],
    ['src/state/new.svelte.ts', '../views/x.ts'],
    ['src/state/new.svelte.ts', '../storage/x.ts'],
    ['src/charts/new.ts', '../state/x.ts'],
    ['src/guide/new.ts', '../views/x.ts'],
    ['src/views/new.ts', '../engine/x.ts'],
    ['src/views/new.ts', '../main.ts'],
    ['src/grpo/new.ts', '../App.svelte'],
    ['src/grpo/new.ts', '../../test/e2e/serve.ts'],
  ])('%s may not import %s', async (file, source) => {
    expect(await brokenRules(file, `import { x } from '${source}';\nx();\n`)).toEqual([IMPORT_RULE]);
  });

  test('neither as a type, nor dynamically, nor by exporting it again', async () => {
    for (const code of [
      "import type { X } from '../database/x.ts';\nexport const x: X | undefined = undefined;\n",
      "export const load = () => import('../database/x.ts');\n",
      "export * from '../database/x.ts';\n",
    ]) {
      expect(await brokenRules('src/grpo/new.ts', code), code).toEqual([IMPORT_RULE]);
    }
  });

  test('nor from a Svelte component', async () => {
    const code = (source: string) => `<script lang="ts">\n  import { x } from '${source}';\n</script>\n\n{x}\n`;
    expect(await brokenRules('src/views/New.svelte', code('../engine/x.ts'))).toEqual([IMPORT_RULE]);
    expect(await brokenRules('src/App.svelte', code('./engine/x.ts'))).toEqual([IMPORT_RULE]);
  });
});

test.each([
  ['src/sql/new.ts', '../grpo/types.ts'],
  ['src/rewards/new.ts', 'node-sql-parser'],
  ['src/samplers/sketch/new.ts', '../../grpo/random.ts'],
  ['src/samplers/sketch/new.ts', '../prompt.ts'],
  ['src/cli/new.ts', 'node:fs'],
  ['src/main.ts', './engine/x.ts'],
  ['src/App.svelte', './views/X.svelte'],
  ['src/views/New.svelte', '../state/x.svelte.ts'],
])('%s may import %s', async (file, source) => {
  const statement = `import { x } from '${source}';`;
  const code = file.endsWith('.svelte')
    ? `<script lang="ts">\n  ${statement}\n</script>\n\n{x}\n`
    : `${statement}\nx();\n`;
  expect(await brokenRules(file, code)).toEqual([]);
});

test.each([
  'Math.random()',
  'Date.now()',
  'new Date()',
  'performance.now()',
  'window.name',
  'document.title',
  'globalThis.name',
])('a pure folder may not use %s, but a view may', async (expression) => {
  const code = `export const value = ${expression};\n`;
  for (const folder of [
    'grpo',
    'sql',
    'linking',
    'rewards',
    'samplers/sketch',
    'samplers/language',
    'samplers/replay',
    'lab',
  ]) {
    expect(await brokenRules(`src/${folder}/new.ts`, code)).toEqual([expect.stringMatching(/^no-restricted-/)]);
  }
  expect(await brokenRules('src/views/new.ts', code)).toEqual([]);
});

test('a folder or file of src that the import rule does not know is refused', async () => {
  expect(await brokenRules('src/helpers/new.ts', 'export const x = 1;\n')).toEqual(['boundaries/no-unknown-files']);
});

test('raw HTML is refused in a component', async () => {
  expect(await brokenRules('src/views/New.svelte', '{@html "<b>x</b>"}\n')).toEqual(['svelte/no-at-html-tags']);
});

test('a comment cannot switch a rule off', async () => {
  const code = '// eslint-disable-next-line no-restricted-properties\nexport const value = Math.random();\n';
  expect(await brokenRules('src/grpo/new.ts', code)).toContain('no-restricted-properties');
});

test('modules are replaced only in files of tests that have modules of their own', async () => {
  const code = "import { vi } from 'vitest';\nvi.mock('../../src/grpo/config.ts');\n";
  expect(await brokenRules('test/grpo/new.test.ts', code)).toEqual(['no-restricted-properties']);
  for (const file of ['test/grpo/new.mocking.test.ts', 'test/browser/new.test.ts', 'test/state/new.svelte.test.ts'])
    expect(await brokenRules(file, code), file).toEqual([]);
});
