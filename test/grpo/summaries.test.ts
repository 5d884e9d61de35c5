import { describe, expect, it } from 'vitest';
import { conflicts, patternPreferences } from '../../src/grpo/summaries.ts';
import type { PolicyHint } from '../../src/grpo/types.ts';
import { identity } from './identity.ts';

describe('the policy at a glance', () => {
  const hint = (cue: string | null, pattern: string, weight: number): PolicyHint => ({
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
  it('sums pattern preferences over cues', () => {
    expect(
      patternPreferences([
        hint('a', 'SUM', 0.5),
        hint('b', 'SUM', 0.25),
        hint(null, 'COUNT', -1),
        { ...hint('c', 'SUM', 9), enabled: false },
      ]),
    ).toEqual([
      { pattern: 'COUNT', what: 'count rows', weight: -1, hints: 1 },
      { pattern: 'SUM', what: 'add up values', weight: 0.75, hints: 2 },
    ]);
  });
  it('finds what pulls one pattern both ways on the same questions', () => {
    const general = hint(null, 'SUM', 0.5);
    const special = hint('total revenue', 'SUM', -0.5);
    const elsewhere = hint('average', 'SUM', -0.5);
    const shorter = hint('revenue', 'SUM', 0.4);
    expect(conflicts([special, elsewhere, shorter])).toEqual([[special, shorter]]);
    expect(conflicts([general, special])).toHaveLength(1);
    expect(conflicts([hint('revenue', 'SUM', 0.1), special])).toEqual([]);
  });
});
