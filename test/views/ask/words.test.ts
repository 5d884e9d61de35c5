import { expect, test } from 'vitest';
import type { Execution, SqlValue } from '../../../src/grpo/types.ts';
import type { AskCandidate } from '../../../src/state/ask.svelte.ts';
import { otherResults } from '../../../src/views/ask/words.ts';

const candidate = (sql: string, rows: SqlValue[][], over: Partial<Execution> = {}): AskCandidate =>
  ({
    sql,
    rowCount: rows.length,
    execution: { status: rows.length > 0 ? 'rows' : 'empty', columns: ['a', 'b'], rows, truncated: false, ...over },
  }) as unknown as AskCandidate;

test('results that are not the answer’s, each once, whatever their cells are', () => {
  const big = 2n ** 60n;
  const candidates = [
    candidate('the answer', [[1, 'x']]),
    candidate('the same', [[1, 'x']]),
    candidate('columns the other way round', [['x', 1]]),
    candidate('an integer beyond 2^53', [[big, new Uint8Array([1])]]),
    candidate('it again', [[big, new Uint8Array([1])]]),
    candidate('nothing', []),
    candidate('an error', [], { status: 'failed' }),
    { ...candidate('more rows than are shown', [[1, 'x']]), rowCount: 300 },
  ];
  expect(otherResults(candidates).map(({ sql }) => sql)).toEqual([
    'an integer beyond 2^53',
    'more rows than are shown',
  ]);
  // Of two readings that were both rejected, neither is offered again.
  expect(otherResults(candidates, 3).map(({ sql }) => sql)).toEqual(['more rows than are shown']);
});
