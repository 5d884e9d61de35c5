/**
 * `npm test`: installs what is missing, then runs every check in order, all of
 * them even if one fails, and prints one summary whose last line is
 * `N passed, N failed` (tests; lint, types and build count as one each).
 *
 * `npm test -- --only lint,node` runs some of the stages.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureChromium } from './chromium.mjs';
import { countTests } from './count-tests.mjs';
import { prepare, ROOT } from './install.mjs';

/** No stage may hang for ever: one that runs longer than this is ended and has failed. */
const STAGE_TIMEOUT_MS = 20 * 60_000;

/** Package folder and file of each tool: started with Node directly, so that no shell is involved on any system. */
const ESLINT = 'eslint/bin/eslint.js';
const PRETTIER = 'prettier/bin/prettier.cjs';
const SVELTE_CHECK = 'svelte-check/bin/svelte-check';
const VITE = 'vite/bin/vite.js';
const VITEST = 'vitest/vitest.mjs';

/** @typedef {{ name: string, tool: string, args: string[] }} Stage */

/** @type {Stage[]} The build precedes e2e, which tests it. */
const STAGES = [
  { name: 'lint', tool: ESLINT, args: ['.', '--max-warnings', '0'] },
  { name: 'format', tool: PRETTIER, args: ['--check', '.', '--log-level', 'warn'] },
  {
    name: 'types',
    tool: SVELTE_CHECK,
    args: ['--tsconfig', './tsconfig.json', '--fail-on-warnings', '--output', 'human'],
  },
  { name: 'node', tool: VITEST, args: ['run', '--project', 'node'] },
  { name: 'build', tool: VITE, args: ['build'] },
  { name: 'browser', tool: VITEST, args: ['run', '--project', 'browser'] },
  { name: 'e2e', tool: VITEST, args: ['run', '--project', 'e2e'] },
];

/**
 * @param {string[]} args of the command line
 * @returns {Stage[]}
 */
function chosenStages(args) {
  const names = STAGES.map((stage) => stage.name);
  if (args.length === 0) return STAGES;
  const usage = `Usage: npm test [-- --only ${names.join(',')}]`;
  if (args[0] !== '--only' || args.length !== 2) throw new Error(usage);
  const only = (args[1] ?? '').split(',');
  const unknown = only.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Error(`Unknown stage "${unknown}". ${usage}`);
  return STAGES.filter((stage) => only.includes(stage.name));
}

/**
 * @param {Stage} stage
 * @param {string[]} extra arguments
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<boolean>} whether it ended with exit code 0
 */
function run({ name, tool, args }, extra, env) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(ROOT, 'node_modules', tool), ...args, ...extra], {
      cwd: ROOT,
      env,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const timer = setTimeout(() => {
      console.error(`${name} has run for ${STAGE_TIMEOUT_MS / 60_000} minutes: ending it.`);
      child.kill();
    }, STAGE_TIMEOUT_MS);
    child.once('error', (error) => console.error(`${name} could not be started: ${error.message}`));
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve(code === 0);
    });
  });
}

/**
 * Runs the stages one after the other and prints the summary.
 * @param {Stage[]} stages
 * @param {NodeJS.ProcessEnv} env
 * @param {string} folder for the reports
 * @returns {Promise<{ passed: number, failed: number }>}
 */
async function runAll(stages, env, folder) {
  const total = { passed: 0, failed: 0 };
  const lines = [];
  for (const stage of stages) {
    console.log(`\n── ${stage.name} ──`);
    const report = join(folder, `${stage.name}.json`);
    const isTests = stage.tool === VITEST;
    const started = performance.now();
    const ok = await run(
      stage,
      isTests ? ['--reporter=default', '--reporter=json', `--outputFile=${report}`] : [],
      env,
    );
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    const count = isTests ? countTests(report, ok) : { passed: Number(ok), failed: Number(!ok), skipped: 0 };
    total.passed += count.passed;
    total.failed += count.failed;
    const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : '';
    const detail = isTests ? `  ${count.passed} passed, ${count.failed} failed${skipped}` : '';
    lines.push(`${count.failed === 0 ? 'ok  ' : 'FAIL'}  ${stage.name.padEnd(8)}${seconds.padStart(6)} s${detail}`);
  }
  console.log(`\n── summary ──\n${lines.join('\n')}`);
  return total;
}

async function main() {
  const stages = chosenStages(process.argv.slice(2));
  prepare();
  const needsBrowser = stages.some(({ name }) => name === 'browser' || name === 'e2e');
  const env = needsBrowser ? { ...process.env, CHROMIUM_PATH: ensureChromium() } : process.env;
  const folder = mkdtempSync(join(tmpdir(), 'grpo-sql-lab-test-'));
  try {
    return await runAll(stages, env, folder);
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
