import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';

const SRC = fileURLToPath(new URL('../../src', import.meta.url));

/** Each file with the files it imports: statically, dynamically, as types, or by exporting them again. */
type ImportGraph = ReadonlyMap<string, readonly string[]>;

function relativeImports(code: string): string[] {
  return ts
    .preProcessFile(code)
    .importedFiles.map(({ fileName }) => fileName)
    .filter((name) => name.startsWith('.'));
}

/** What TypeScript sees of a file: all of it, or the scripts of a Svelte component. */
function scriptOf(file: string): string {
  const text = readFileSync(file, 'utf8');
  if (!file.endsWith('.svelte')) return text;
  return [...text.matchAll(/<script[^>]*>(.*?)<\/script>/gs)].map((match) => match[1]).join('\n');
}

function importGraph(folder: string): ImportGraph {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.(ts|svelte)$/.test(name),
  );
  return new Map(
    files.map((name) => {
      const file = join(folder, name);
      return [file, relativeImports(scriptOf(file)).map((source) => join(dirname(file), source))];
    }),
  );
}

/** The files of one import cycle, in order, or undefined if there is none. */
function findCycle(graph: ImportGraph): string[] | undefined {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): string[] | undefined => {
    const seenAt = path.indexOf(file);
    if (seenAt >= 0) return path.slice(seenAt);
    if (done.has(file)) return undefined;
    path.push(file);
    for (const imported of graph.get(file) ?? []) {
      const cycle = visit(imported);
      if (cycle) return cycle;
    }
    path.pop();
    done.add(file);
    return undefined;
  };
  for (const file of graph.keys()) {
    const cycle = visit(file);
    if (cycle) return cycle;
  }
  return undefined;
}

test('no two files of src import each other, directly or through others', () => {
  const graph = importGraph(SRC);
  expect(graph.size).toBeGreaterThan(0);
  expect(findCycle(graph)?.map((file) => relative(SRC, file))).toBeUndefined();
});

test('every relative import of src names a file, so none escaped the search for cycles', () => {
  const missing = [...importGraph(SRC)].flatMap(([file, imports]) =>
    imports
      .filter((path) => !existsSync(path.replace(/\?.*$/, '')))
      .map((path) => `${relative(SRC, file)} → ${relative(SRC, path)}`),
  );
  expect(missing).toEqual([]);
});

test('the search finds a cycle behind a chain, and is not fooled by two ways to one file', () => {
  expect(
    findCycle(
      new Map([
        ['a', ['b', 'c']],
        ['b', ['d']],
        ['c', ['d']],
        ['d', []],
      ]),
    ),
  ).toBeUndefined();
  expect(
    findCycle(
      new Map([
        ['a', ['b']],
        ['b', ['c']],
        ['c', ['d']],
        ['d', ['b']],
      ]),
    ),
  ).toEqual(['b', 'c', 'd']);
  expect(findCycle(new Map([['a', ['a']]]))).toEqual(['a']);
});

test('all kinds of import are seen', () => {
  const code =
    "import a from './a.ts'; import type { B } from './b.ts'; export * from './c.ts'; const d = () => import('./d.ts');";
  expect(relativeImports(code)).toEqual(['./a.ts', './b.ts', './c.ts', './d.ts']);
});
