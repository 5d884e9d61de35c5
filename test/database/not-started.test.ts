import { describe, expect, test } from 'vitest';
import { whyNotStarted } from '../../src/database/sqlite.ts';

describe('why SQLite did not start, from what browsers say', () => {
  test.each([
    // Chromium, Firefox, WebKit: HTML where WebAssembly should be.
    [
      'Aborted(CompileError: WebAssembly.instantiate(): expected magic word 00 61 73 6d, found 3c 21 64 6f @+0)',
      /filter or of a login/,
    ],
    ['Aborted(CompileError: wasm validation error: at offset 4: failed to match magic number)', /filter or of a login/],
    [
      "Aborted(CompileError: WebAssembly.Module doesn't parse at byte 0: module doesn't start with '\\0asm')",
      /filter or of a login/,
    ],
    [
      'Aborted(CompileError: WebAssembly.instantiate(): Wasm code generation disallowed by embedder)',
      /wasm-unsafe-eval/,
    ],
    ['Aborted(both async and sync fetching of the wasm failed)', /could not be fetched/],
    ['Failed to fetch', /could not be fetched/],
    ['NetworkError when attempting to fetch resource.', /could not be fetched/],
    ['WebAssembly is not defined', /switched off/],
  ])('%s', (detail, words) => {
    expect(whyNotStarted(detail)).toMatch(words);
    expect(whyNotStarted(detail)).not.toMatch(/Aborted|CompileError/);
  });

  test('what is not known is told without the wrapping of the loader', () => {
    expect(whyNotStarted('Aborted(RangeError: out of memory). Build with -sASSERTIONS for more info.')).toBe(
      'SQLite could not start: RangeError: out of memory',
    );
  });
});
