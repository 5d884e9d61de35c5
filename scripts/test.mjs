/**
 * `npm test`: installs what is missing, then runs every check, all of them even if one fails, and prints one summary
 * whose last line is `N passed, N failed` (tests; lint, format, types and build count as one each). Before it stand the
 * key verifications, each as the test behind it came out in this run. Engines that are not installed are named in the
 * summary with the reason; their tests count as skipped.
 *
 * `npm test -- --only lint,node` runs some of the stages, `npm test -- --file test/x.test.ts` one file of tests, and
 * with `--watch` again whenever something it imports has changed.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureChromium } from './chromium.mjs';
import { countTests } from './count-tests.mjs';
import { findEngines } from './engines.mjs';
import { prepare, ROOT } from './install.mjs';
import { keyVerifications } from './key-verifications.mjs';

/** No stage may hang for ever: one that runs longer than this is ended and has failed. */
const STAGE_TIMEOUT_MS = 20 * 60_000;

/** Package folder and file of each tool: started with Node directly, so that no shell is involved on any system. */
const ESLINT = 'eslint/bin/eslint.js';
const PRETTIER = 'prettier/bin/prettier.cjs';
const SVELTE_CHECK = 'svelte-check/bin/svelte-check';
const VITE = 'vite/bin/vite.js';
const VITEST = 'vitest/vitest.mjs';

/** @typedef {{ name: string, tool: string, args: string[] }} Stage */

/** @type {Stage[]} The build precedes e2e and engines, which test it. */
const STAGES = [
  { name: 'lint', tool: ESLINT, args: ['.', '--max-warnings', '0'] },
  {
    name: 'types',
    tool: SVELTE_CHECK,
    args: ['--tsconfig', './tsconfig.json', '--fail-on-warnings', '--output', 'human'],
  },
  { name: 'format', tool: PRETTIER, args: ['--check', '.', '--log-level', 'warn'] },
  { name: 'build', tool: VITE, args: ['build'] },
  { name: 'node', tool: VITEST, args: ['run', '--project', 'node', '--project', 'node-mocking'] },
  { name: 'browser', tool: VITEST, args: ['run', '--project', 'browser'] },
  { name: 'e2e', tool: VITEST, args: ['run', '--project', 'e2e'] },
  { name: 'engines', tool: VITEST, args: ['run', '--project', 'engines'] },
];

/** Stages that test what the build stage made. */
const OF_THE_BUILD = ['e2e', 'engines'];

const NAMES = STAGES.map((stage) => stage.name);
const USAGE = `Usage: npm test [-- --only ${NAMES.join(',')}] [-- --file test/….test.ts [--watch]]`;

/**
 * @param {string[]} args of the command line
 * @returns {{ stages: Stage[], watch: boolean }}
 * @throws {Error} with the usage
 */
function chosenStages(args) {
  const { values } = parseArgs({
    args,
    options: { only: { type: 'string' }, file: { type: 'string' }, watch: { type: 'boolean', default: false } },
  });
  const { only, file, watch } = values;
  if (only !== undefined && file !== undefined) throw new Error(USAGE);
  if (file !== undefined) return { stages: stagesOf(file), watch };
  if (watch) throw new Error(`--watch needs --file. ${USAGE}`);
  if (only === undefined) return { stages: STAGES, watch };
  const wanted = only.split(',');
  const unknown = wanted.find((name) => !NAMES.includes(name));
  if (unknown !== undefined) throw new Error(`Unknown stage "${unknown}". ${USAGE}`);
  return { stages: STAGES.filter((stage) => wanted.includes(stage.name)), watch };
}

/**
 * What has to run for one file of tests.
 * @param {string} file
 * @returns {Stage[]}
 * @throws {Error} if there is no such file of tests
 */
function stagesOf(file) {
  const path = relative(ROOT, resolve(file)).replaceAll('\\', '/');
  if (!path.startsWith('test/') || !path.endsWith('.test.ts') || !existsSync(join(ROOT, path)))
    throw new Error(`${file} is no file of tests. ${USAGE}`);
  const name = projectOf(path);
  const needsBuild = OF_THE_BUILD.includes(name);
  return STAGES.filter((stage) => stage.name === name || (needsBuild && stage.name === 'build')).map((stage) =>
    stage.name === name ? { ...stage, args: [...stage.args, path] } : stage,
  );
}

/**
 * As vite.config.ts divides them.
 * @param {string} path
 */
function projectOf(path) {
  if (path.startsWith('test/e2e/')) return 'e2e';
  if (path.startsWith('test/engines/')) return 'engines';
  return path.startsWith('test/browser/') || path.endsWith('.svelte.test.ts') ? 'browser' : 'node';
}

/** Which engines are not tried, and why; nothing if all are. */
function enginesLeftOut() {
  const out = findEngines().flatMap(({ name, missing }) => (missing === undefined ? [] : [`${name}: ${missing}`]));
  return out.length === 0 ? '' : ` (${out.join('; ')})`;
}

/**
 * @param {Stage} stage
 * @param {string[]} extra arguments
 * @param {NodeJS.ProcessEnv} env
 * @param {boolean} held whether what it prints is kept until its end
 * @returns {Promise<{ ok: boolean, text: string }>} whether it ended with exit code 0, and what was kept
 */
function run({ name, tool, args }, extra, env, held) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(ROOT, 'node_modules', tool), ...args, ...extra], {
      cwd: ROOT,
      env,
      stdio: held ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (/** @type {string} */ part) => (text += part));
    const timer = setTimeout(() => {
      console.error(`${name} has run for ${STAGE_TIMEOUT_MS / 60_000} minutes: ending it.`);
      child.kill();
    }, STAGE_TIMEOUT_MS);
    child.once('error', (error) => console.error(`${name} could not be started: ${error.message}`));
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ ok: code === 0, text });
    });
  });
}

/**
 * Runs a file of tests whenever something it imports has changed, until the reader ends it.
 * @param {Stage} stage
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<boolean>}
 */
function watchFile({ tool, args: [, ...args] }, env) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(ROOT, 'node_modules', tool), 'watch', ...args], {
      cwd: ROOT,
      env,
      stdio: 'inherit',
    });
    child.once('close', (code) => resolve(code === 0));
  });
}

/**
 * Runs the stages and prints the summary: tests one stage after the other, since they use all processors themselves,
 * the rest as many at a time as there are processors.
 * @param {readonly Stage[]} stages
 * @param {NodeJS.ProcessEnv} env
 * @param {string} folder for the reports
 * @returns {Promise<{ passed: number, failed: number }>}
 */
async function runAll(stages, env, folder) {
  const total = { passed: 0, failed: 0 };
  /** @type {Map<string, string>} */
  const lines = new Map();
  const runOne = async (/** @type {Stage} */ stage) => {
    const report = join(folder, `${stage.name}.json`);
    const isTests = stage.tool === VITEST;
    if (isTests) console.log(`\n── ${stage.name} ──`);
    const started = performance.now();
    const reporters = isTests ? ['--reporter=default', '--reporter=json', `--outputFile=${report}`] : [];
    const { ok, text } = await run(stage, reporters, env, !isTests);
    if (!isTests) console.log(`\n── ${stage.name} ──\n${text.trimEnd()}`);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    const count = isTests ? countTests(report, ok) : { passed: Number(ok), failed: Number(!ok), skipped: 0 };
    total.passed += count.passed;
    total.failed += count.failed;
    const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : '';
    const why = stage.name === 'engines' ? enginesLeftOut() : '';
    const detail = isTests ? `  ${count.passed} passed, ${count.failed} failed${skipped}${why}` : '';
    const verdict = count.failed > 0 ? 'FAIL' : count.passed > 0 ? 'ok  ' : 'none';
    lines.set(stage.name, `${verdict}  ${stage.name.padEnd(8)}${seconds.padStart(6)} s${detail}`);
  };
  const waiting = stages.filter(({ tool }) => tool !== VITEST);
  const lane = async () => {
    for (let stage = waiting.shift(); stage !== undefined; stage = waiting.shift()) await runOne(stage);
  };
  await Promise.all(Array.from({ length: Math.max(1, availableParallelism()) }, lane));
  for (const stage of stages) if (stage.tool === VITEST) await runOne(stage);
  console.log(`\n── summary ──\n${stages.map(({ name }) => lines.get(name)).join('\n')}`);
  const verified = keyVerifications(folder);
  if (verified.length > 0) console.log(`\n${verified.join('\n')}\n`);
  return total;
}

async function main() {
  const { stages, watch } = chosenStages(process.argv.slice(2));
  prepare();
  const needsBrowser = stages.some(({ name }) => name === 'browser' || name === 'e2e');
  const env = needsBrowser ? { ...process.env, CHROMIUM_PATH: ensureChromium() } : process.env;
  const folder = mkdtempSync(join(tmpdir(), 'grpo-sql-lab-test-'));
  try {
    const total = await runAll(watch ? stages.slice(0, -1) : stages, env, folder);
    const tests = stages.at(-1);
    if (!watch || tests === undefined) return total;
    const ok = await watchFile(tests, env);
    return { passed: total.passed + Number(ok), failed: total.failed + Number(!ok) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

let total = { passed: 0, failed: 1 };
try {
  total = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
}
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;
