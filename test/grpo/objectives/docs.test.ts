import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { OBJECTIVES } from '../../../src/grpo/objectives/index.ts';

const HEAD = '| name | each decision adds | source |\n|---|---|---|\n';

test('docs/algorithm.md lists the objectives as they are registered (written anew by vitest -u)', async () => {
  const path = fileURLToPath(new URL('../../../docs/algorithm.md', import.meta.url));
  const docs = readFileSync(path, 'utf8');
  const from = docs.indexOf(HEAD) + HEAD.length;
  const rows = OBJECTIVES.map(
    ({ name, label, formula, source }) => `| \`${name}\` (${label}) | ${formula} | ${source} |\n`,
  );
  expect(docs).toContain(HEAD);
  await expect(docs.slice(0, from) + rows.join('') + docs.slice(docs.indexOf('\n\n', from) + 1)).toMatchFileSnapshot(
    path,
  );
});
