import { describe, expect, it } from 'vitest';
import { guidance, keptSentence, reasonOf } from '../../src/grpo/sentences.ts';
import type { HintEvent, HintReason, PolicyHint } from '../../src/grpo/types.ts';
import { identity } from './identity.ts';

describe('hints in words', () => {
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
  it('says hints in words by strength, strongest first', () => {
    expect(guidance([hint('revenue', 'SUM(price)', 0.5), hint(null, 'SELECT *', -1.2), hint('x', 'y', 0.1)])).toEqual([
      'Strongly avoid SELECT *.',
      'When the question says “revenue”, usually prefer SUM(price).',
      'When the question says “x”, slightly prefer y.',
    ]);
    expect(guidance([hint('^how many', 'COUNT', 0.5), hint('<one value>', 'WHERE … =', 0.5)])).toEqual([
      'When the question begins with “how many”, usually prefer COUNT.',
      'When the question has <one value>, usually prefer WHERE … =.',
    ]);
  });
});

describe('why a hint changed', () => {
  const said = (reason: HintReason, event: Partial<HintEvent> = {}): string =>
    reasonOf({ type: 'update', before: 0.456, reason, ...event });
  it.each<[HintReason, Partial<HintEvent>, string]>([
    [
      { id: 'taught', support: 2, advantage: 1 },
      { type: 'create' },
      'New: 2 teaching completions used it, with a mean advantage of +0.50.',
    ],
    [{ id: 'taught', support: 1, advantage: -1 }, {}, '1 teaching completion used it, with a mean advantage of −1.00.'],
    [{ id: 'taught', support: 0, advantage: 0 }, {}, 'Completions that left it out differed from their group.'],
    [
      { id: 'pulled', support: 3 },
      { type: 'decay' },
      '3 teaching completions used it; regularisation pulls it towards the reference policy.',
    ],
    [
      { id: 'pulled', support: 1 },
      { type: 'decay', pulledTo: 0.5 },
      '1 teaching completion used it; regularisation pulls it towards the policy the run started from.',
    ],
    [
      { id: 'unsupported', positive: 1, support: 6 },
      { type: 'prune', before: -0.012 },
      'Weight −0.01 and the evidence (1 of 6 completions above their group) no longer support it.',
    ],
    [
      { id: 'room', most: 1000 },
      { type: 'prune' },
      'Made room: the policy keeps 1000 hints, and this one weighed +0.46.',
    ],
    [
      { id: 'merged-into', cue: { kind: 'word', parts: ['revenu'], shown: ['revenue'] } },
      { type: 'merge' },
      'Always fired together with “revenue”, which says the same in fewer words.',
    ],
    [
      { id: 'merged-from', cue: { kind: 'bigram', parts: ['total', 'revenue'] } },
      { type: 'merge' },
      'Took over the weight of “total revenue”, which always fired together with it.',
    ],
    [{ id: 'by-hand' }, { type: 'edit' }, 'Changed by hand.'],
    [{ id: 'by-hand' }, { type: 'enable' }, 'Switched on by hand.'],
    [{ id: 'by-hand' }, { type: 'disable' }, 'Switched off by hand.'],
    [{ id: 'start', from: 'starter' }, { type: 'restore' }, 'From the starter policy.'],
    [{ id: 'start', from: 'file' }, { type: 'restore' }, 'From a file.'],
    [{ id: 'other-start' }, { type: 'prune' }, 'Another start was chosen.'],
    [
      { id: 'guidance', author: { by: 'reader', did: 'reworded' }, said: 'Count the rows.' },
      { type: 'edit' },
      'Reworded by the reader. It said: “Count the rows.”',
    ],
    [
      { id: 'guidance', author: { by: 'model', label: 'M', step: 4 }, said: 'Count the rows.', into: 'guidance:3' },
      { type: 'merge' },
      'Proposed by M after step 4. Merged into guidance:3; it said: “Count the rows.”',
    ],
    [
      { id: 'guidance', author: { by: 'reader', did: 'wrote' }, said: 'Count the rows.', with: 'guidance:3' },
      { type: 'merge' },
      'Written by the reader. Merged with guidance:3; it said: “Count the rows.”',
    ],
    [{ id: 'guidance', author: { by: 'reader', did: 'accepted' } }, { type: 'edit' }, 'Accepted by the reader.'],
    [{ id: 'guidance', author: { by: 'reader', did: 'vetoed' } }, { type: 'disable' }, 'Vetoed by the reader.'],
    [{ id: 'told', text: 'As an earlier version said it.' }, {}, 'As an earlier version said it.'],
  ])('%j %j', (reason, event, sentence) => {
    expect(said(reason, event)).toBe(sentence);
  });
  it('says which policy a run with validation kept', () => {
    const counts = { start: 4, of: 9 };
    expect(keptSentence({ kept: 'best', step: 20, right: 6, ...counts })).toBe(
      'The run beat its start on the 9 validation questions (6 of 9 against 4 of 9); the policy of step 20 is kept.',
    );
    expect(said({ id: 'kept', kept: 'start', most: 3, ...counts })).toBe(
      'The run did not beat its start on the 9 validation questions (3 of 9 against 4 of 9); the start is kept.',
    );
    expect(keptSentence({ kept: 'start', most: null, ...counts })).toBe('No step was taken; the start is kept.');
  });
});
