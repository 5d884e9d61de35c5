import { expect, test } from 'vitest';
import { cueWords, patternWords } from '../../../src/grpo/wording.ts';
import type { PolicyHint } from '../../../src/grpo/types.ts';
import { strongestByPattern } from '../../../src/views/words/changes.ts';
import { identity } from '../../grpo/identity.ts';

const hint = (pattern: string, cue: string | null, weight: number): PolicyHint => ({
  ...identity(cue, pattern),
  tables: [],
  template: 'pattern',
  general: true,
  words: 0,
  weight,
  evidence: { support: 1, positive: 1, advantage: 1, steps: 1 },
  createdAt: 1,
  updatedAt: 1,
  enabled: true,
});

test('one row a pattern, the strongest first; of equals the one with a cue', () => {
  const rows = strongestByPattern(
    [
      hint('SUM', null, 0.2),
      hint('SUM', 'revenue', 0.2),
      hint('COUNT', 'many', -0.5),
      hint('SUM', 'sales', 0.1),
      hint('AVG', null, 0.01),
    ],
    2,
  );
  expect(
    rows.map(({ hint: { pattern, cue }, others }) => [patternWords(pattern), cue && cueWords(cue), others]),
  ).toEqual([
    ['COUNT', 'many', 0],
    ['SUM', 'revenue', 2],
  ]);
});
