/**
 * The grammar engine inside @mlc-ai/web-llm (xgrammar, compiled to WASM), which the package does not export: a copy of
 * its module that does. Node's `createRequire` is added, which that part of the module takes for granted.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

interface Matcher {
  getNextTokenBitmask(): Promise<Int32Array>;
  acceptToken(token: number): boolean;
  reset(): void;
  dispose(): void;
}
interface Xgrammar {
  readonly TokenizerInfo: {
    createTokenizerInfo(
      vocabulary: string[],
      kind: string,
      prependSpace: boolean,
      size: number,
      stops: number[],
    ): Promise<unknown>;
  };
  readonly GrammarCompiler: {
    createGrammarCompiler(info: unknown): Promise<{ compileGrammar(grammar: string): Promise<unknown> }>;
  };
  readonly GrammarMatcher: { createGrammarMatcher(compiled: unknown): Promise<Matcher> };
}

/** The token that ends a text; tokens 1 … 256 are the bytes 0 … 255. */
export const END = 0;
const VOCABULARY = [
  '</s>',
  ...Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`),
];

/** A matcher whose tokens are bytes. */
export interface ByteMatcher {
  /** The tokens that may come next. */
  next(): Promise<number[]>;
  accept(token: number): boolean;
  reset(): void;
}

/** Loads the package's engine; `compile` rejects for a grammar that it cannot read. */
export async function openXgrammar(): Promise<{ compile(grammar: string): Promise<ByteMatcher> }> {
  const source = readFileSync(createRequire(import.meta.url).resolve('@mlc-ai/web-llm'), 'utf8');
  if (!source.includes('var libExports$1 = requireLib$1();'))
    throw new Error('the package keeps its grammar engine elsewhere now');
  const folder = mkdtempSync(join(tmpdir(), 'xgrammar-'));
  const file = join(folder, 'web-llm.mjs');
  let engine: Xgrammar;
  try {
    const opened = source.replaceAll('"MLC_DUMMY_PATH"', 'import.meta.url').replace(/\n\/\/# sourceMappingURL.*$/m, '');
    writeFileSync(
      file,
      `import { createRequire } from 'node:module';\n${opened}\nexport const xgrammar = libExports$1;\n`,
    );
    engine = ((await import(/* @vite-ignore */ pathToFileURL(file).href)) as { xgrammar: Xgrammar }).xgrammar;
  } finally {
    rmSync(folder, { recursive: true });
  }
  const info = await engine.TokenizerInfo.createTokenizerInfo(VOCABULARY, 'byte_fallback', false, VOCABULARY.length, [
    END,
  ]);
  const compiler = await engine.GrammarCompiler.createGrammarCompiler(info);
  return {
    async compile(grammar) {
      const matcher = await engine.GrammarMatcher.createGrammarMatcher(await compiler.compileGrammar(grammar));
      return {
        async next() {
          const mask = await matcher.getNextTokenBitmask();
          return VOCABULARY.map((_, token) => token).filter(
            (token) => ((mask[token >> 5] ?? 0) & (1 << (token & 31))) !== 0,
          );
        },
        accept: (token) => matcher.acceptToken(token),
        reset: () => matcher.reset(),
      };
    },
  };
}
