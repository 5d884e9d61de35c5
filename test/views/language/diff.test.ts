import fc from 'fast-check';
import { expect, test } from 'vitest';
import { diffLines, folded } from '../../../src/views/language/diff.ts';

const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 }).map((lines) => lines.join('\n'));

test('both texts can be read back, and no line more is shared than can be', () => {
  fc.assert(
    fc.property(text, text, (first, second) => {
      const lines = diffLines(first, second);
      expect(
        lines
          .filter(({ where }) => where !== 'second')
          .map((line) => line.text)
          .join('\n'),
      ).toBe(first);
      expect(
        lines
          .filter(({ where }) => where !== 'first')
          .map((line) => line.text)
          .join('\n'),
      ).toBe(second);
    }),
  );
  expect(diffLines('a\nb\nc', 'a\nc').map(({ where }) => where)).toEqual(['both', 'first', 'both']);
});

test('what is the same far from a change is counted, and nothing is lost', () => {
  const lines = diffLines(['1', '2', '3', '4', '5', '6'].join('\n'), ['1', '2', '3', '4', '5', 'x', '6'].join('\n'));
  expect(folded(lines)).toEqual([3, ...lines.slice(3)]);
  fc.assert(
    fc.property(text, text, (first, second) => {
      const all = diffLines(first, second);
      expect(folded(all).reduce<number>((sum, line) => sum + (typeof line === 'number' ? line : 1), 0)).toBe(
        all.length,
      );
    }),
  );
});
