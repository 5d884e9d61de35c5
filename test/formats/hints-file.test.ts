import { describe, expect, it } from 'vitest';
import { compactHintsText, hintsToText, parseHints, parseHintsFile } from '../../src/formats/hints-file.ts';
import type { HintFeature, PolicyHint } from '../../src/grpo/types.ts';
import { identity } from '../grpo/identity.ts';

const feature: HintFeature = {
  ...identity('many', 'COUNT'),
  tables: [],
  template: 'operator',
  general: true,
  words: 1,
};
const evidence = { support: 8, positive: 6, advantage: 3.25, steps: 4 };
const plain: PolicyHint = {
  ...feature,
  weight: 0.5,
  evidence,
  createdAt: 0,
  updatedAt: 0,
  enabled: true,
};
const odd: PolicyHint = {
  ...plain,
  ...identity('title', 'books.title'),
  tables: ['books'],
  general: false,
  template: 'name',
  weight: -1.5,
  createdAt: 3,
  updatedAt: 9,
  enabled: false,
};
const sources = [{ name: 'library', questions: 12, licence: 'CC0 1.0' }];

describe('a hints file', () => {
  it('gives back what went in, in full or in few bytes', () => {
    expect(parseHints(hintsToText([plain, odd]), 'F')).toEqual([plain, odd]);
    const text = compactHintsText({ hints: [plain, odd], sources });
    expect(parseHintsFile(text, 'F')).toEqual({ hints: [plain, odd], sources });
    expect(text.length).toBeLessThan(0.75 * hintsToText([plain, odd]).length);
  });

  it('need not say what it was learned on', () => {
    expect(parseHintsFile(hintsToText([]), 'F')).toEqual({ hints: [], sources: [] });
  });

  const file = (over: object, hint: object = {}): string =>
    JSON.stringify({ format: 'grpo-sql-lab/hints', version: 2, hints: [{ ...plain, ...hint }], ...over });
  it.each<[string, string, RegExp]>([
    ['sources that are no list', file({ sources: 'library' }), /must hold a list of at most 1000 in "sources"/],
    [
      'a source without a licence',
      file({ sources: [{ name: 'a', questions: 1 }] }),
      /F, "sources": entry 1 needs the text "licence"/,
    ],
    [
      'a part of a question',
      file({ sources: [{ name: 'a', questions: 1.5, licence: 'MIT' }] }),
      /"questions" to be a whole number/,
    ],
    ['a type against the weight', file({}, { hintType: 'avoid' }), /says "avoid" with the weight 0.5/],
    ['a switch that is no switch', file({}, { enabled: 'yes' }), /"enabled" to be true or false/],
    ['a key twice', file({ hints: [plain, plain] }), /entry 2 .* has the key of an earlier hint/],
  ])('is refused with %s', (_what, text, message) => {
    expect(() => parseHintsFile(text, 'F')).toThrow(message);
  });
});
