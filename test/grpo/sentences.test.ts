import { describe, expect, it } from 'vitest';
import { keptSentence, reasonOf } from '../../src/grpo/sentences.ts';
import { hintSentence } from '../../src/grpo/words/prompted.ts';
import type { HintEvent, HintReason } from '../../src/grpo/types.ts';
import { identity } from './identity.ts';

describe('a hint as a prompt says it', () => {
  const said = (cue: string | null, pattern: string, weight: number): string =>
    hintSentence([identity(cue, pattern)], weight);
  it('by strength', () => {
    expect(said(null, 'SELECT *', -1.2)).toBe('Never show all columns.');
    expect(said('how many', 'COUNT', 1)).toBe('When the question says “how many”: always count rows.');
    expect(said('revenue', 'SUM(sales.price)', 0.5)).toBe(
      'When the question says “revenue”: usually add up the price of sales.',
    );
    expect(said('<no number>', 'LIMIT 1', -0.5)).toBe(
      'When the question has no number: usually don’t keep only the first row.',
    );
    expect(said('^how many', 'DISTINCT', -0.1)).toBe(
      'When the question begins with “how many”: if in doubt, don’t leave out repeated rows.',
    );
  });
  it('what several say, once', () => {
    expect(hintSentence([identity('how many', 'COUNT'), identity('<no number>', 'COUNT')], 0.9)).toBe(
      'When the question says “how many” and has no number: usually count rows.',
    );
  });
  it('on one line, whoever wrote it', () => {
    const text = `a\u2028b\n\nc${' d'.repeat(400)}`;
    expect(hintSentence([{ cue: null, pattern: { kind: 'sentence', parts: [text] } }], 1)).toMatch(/^a b c( d)+$/);
    expect(hintSentence([{ cue: null, pattern: { kind: 'sql', parts: [text] } }], 1).length).toBeLessThan(250);
    expect(
      hintSentence([{ cue: { kind: 'word', parts: [text] }, pattern: { kind: 'sql', parts: ['SUM'] } }], 1),
    ).toMatch(/^When the question says “a b c[ d]+”: always add up values\.$/);
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
      'Always acted together with the hint for a question that says “revenue”, which says the same in fewer words.',
    ],
    [
      { id: 'merged-from', cue: { kind: 'bigram', parts: ['total', 'revenue'] } },
      { type: 'merge' },
      'Took over the weight of the hint for a question that says “total revenue”, which always acted together with it.',
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
