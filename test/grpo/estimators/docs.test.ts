import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ESTIMATORS } from '../../../src/grpo/estimators/index.ts';

const HEAD = '| name | formula | in words | source |\n|---|---|---|---|\n';

test('docs/algorithm.md lists the estimators as they are registered (written anew by vitest -u)', async () => {
  const path = fileURLToPath(new URL('../../../docs/algorithm.md', import.meta.url));
  const docs = readFileSync(path, 'utf8');
  const from = docs.indexOf(HEAD) + HEAD.length;
  const rows = ESTIMATORS.map(
    ({ name, label, formula, lead, source }) => `| \`${name}\` (${label}) | ${formula} | ${lead} | ${source} |\n`,
  );
  expect(docs).toContain(HEAD);
  await expect(docs.slice(0, from) + rows.join('') + docs.slice(docs.indexOf('\n\n', from) + 1)).toMatchFileSnapshot(
    path,
  );
});
