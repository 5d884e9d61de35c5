import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { DEFAULT_CONFIG } from '../../src/grpo/config.ts';
import { parseHintsFile } from '../../src/formats/hints-file.ts';
import { OLDER_SNAPSHOTS, SNAPSHOT_STEPS, WINDOW_BYTES } from '../../src/storage/retention.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const read = (file: string): string => readFileSync(ROOT + file, 'utf8');
/** Without line breaks, which are nobody's fact. */
const prose = (file: string): string => read(file).replace(/\s+/g, ' ');
const DOCS = ['README.md', 'CONTRIBUTING.md', ...readdirSync(`${ROOT}docs`).flatMap(markdown)];

function markdown(name: string): string[] {
  return name.endsWith('.md') ? [`docs/${name}`] : [];
}

test.each(DOCS)('%s names files and folders that are there', (file) => {
  const named = [
    ...read(file).matchAll(/`(?:[^`\n]* )?((?:src|test|scripts|docs|public)\/[\w./-]+)(?![\w*…])[^`\n]*`/g),
  ].map(([, path = '']) => path);
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((path) => !existsSync(ROOT + path))).toEqual([]);
});

test('and commands that package.json has', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const commands = DOCS.flatMap((file) =>
    [...read(file).matchAll(/`?npm (?:run (?:--silent )?)?([a-z]+)\b/g)].map(([, name = '']) => name),
  ).filter((name) => name !== 'ci');
  expect(commands.length).toBeGreaterThan(20);
  expect(commands.filter((name) => scripts[name] === undefined)).toEqual([]);
});

test('the map in README.md has every folder of src', () => {
  const folders = readdirSync(`${ROOT}src`, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(folders.map(({ name }) => name).filter((name) => !read('README.md').includes(`\`src/${name}`))).toEqual([]);
});

test('docs/architecture.md says what is kept of a run', () => {
  const text = prose('docs/architecture.md');
  expect(text).toContain(`a window of ${WINDOW_BYTES / 1e6} MB a run`);
  expect(text).toContain(`a snapshot every ${SNAPSHOT_STEPS} steps`);
  expect(text).toContain(`the policy at up to ${OLDER_SNAPSHOTS} of them`);
});

test('README.md and docs/algorithm.md say what the rewards weigh', () => {
  const { validity_weight, execution_weight, quality_weight, format_weight } = DEFAULT_CONFIG;
  const weights = [validity_weight, execution_weight, quality_weight, format_weight];
  const [v, e, q, f] = weights.map((weight) => `${Math.round(100 * weight)} %`);
  expect(prose('README.md')).toContain(`validity ${v}, execution ${e}, result quality ${q}, format ${f}`);
  const [validity, execution, quality, format] = weights.map((weight) => weight.toFixed(2).slice(1));
  expect(prose('docs/algorithm.md')).toContain(
    `${validity} validity, ${execution} execution, ${quality} result quality, ${format} format`,
  );
});

test('docs/learning.md says what the starter policy is', () => {
  const file = 'public/starter/hints.json';
  const { hints, sources } = parseHintsFile(read(file), file);
  const text = prose('docs/learning.md');
  const questions = sources.reduce((sum, source) => sum + source.questions, 0);
  expect(sources.length).toBe(15);
  expect(text).toContain('learned on fifteen databases');
  expect(text).toContain(`So ${hints.length.toLocaleString('en')} are kept`);
  expect(text).toContain(`Training questions only: ${questions} in all`);
  expect(text).toContain(`The file is ${Math.round(statSync(ROOT + file).size / 1000)} kB`);
});
