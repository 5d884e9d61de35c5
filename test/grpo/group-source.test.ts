import { describe, expect, it } from 'vitest';
import { FEEDBACK, PUBLISHED, readGroupSource, SKETCH, type GroupSource } from '../../src/grpo/group-source.ts';
import { inBrowser, onServer } from '../support/sources.ts';

const SOURCES: readonly (readonly [string, GroupSource])[] = [
  ['sketch', SKETCH],
  ['feedback', FEEDBACK],
  ['completions', PUBLISHED],
  ['completions/3f2a', { kind: 'completions', file: '3f2a' }],
  ['recording/3f2a', { kind: 'recording', file: '3f2a' }],
  ['endpoint/org/qwen', onServer('endpoint/org/qwen')],
  ['webllm/Qwen2.5-Coder-0.5B', inBrowser('webllm/Qwen2.5-Coder-0.5B')],
  ['file/3f2a', inBrowser('file/3f2a')],
];

describe('a stored source', () => {
  it.each(SOURCES)('that earlier versions kept as “%s” is read', (text, source) => {
    expect(readGroupSource(text)).toEqual(source);
  });

  it.each(SOURCES.map(([, source]) => [source]))('is read as it is kept: %o', (source) => {
    expect(readGroupSource(JSON.parse(JSON.stringify(source)))).toEqual(source);
  });

  it.each([
    [undefined],
    [null],
    [''],
    [7],
    [{}],
    [{ kind: 'other' }],
    [{ kind: 'model', id: 'x' }],
    [{ kind: 'model', id: 7, runs: 'browser' }],
    [{ kind: 'completions' }],
    [{ kind: 'recording', file: null }],
  ])('that says nothing is refused: %o', (stored) => {
    expect(() => readGroupSource(stored)).toThrow('it does not say what wrote it');
  });
});
