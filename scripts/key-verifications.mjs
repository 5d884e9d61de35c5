import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const IN_NODE = { stage: 'node', file: 'test/grpo/key-verifications.test.ts' };

/**
 * The parts of a report of Vitest's JSON reporter that are read here.
 * @typedef {{ title: string, status: string }} Test
 * @typedef {{ testResults: { name: string, status: string, assertionResults: Test[] }[] }} Report
 */

/**
 * What has to hold of GRPO over a policy layer, each with the test that shows it.
 * @type {readonly { says: string, stage: string, file: string, test: string }[]}
 */
export const KEY_VERIFICATIONS = [
  {
    says: 'GRPO generates multiple completions per question',
    ...IN_NODE,
    test: 'several completions are generated for each question',
  },
  {
    says: 'Rewards are calculated using multiple criteria',
    ...IN_NODE,
    test: 'rewards are calculated from several criteria, by their weights',
  },
  {
    says: 'Advantages are computed RELATIVE to group mean',
    ...IN_NODE,
    test: 'advantages are relative to the mean of their group',
  },
  {
    says: 'Policy layer (hints, weights) is updated',
    ...IN_NODE,
    test: 'the policy layer, hints and their weights, is updated',
  },
  {
    says: 'LLM is NEVER retrained',
    stage: 'browser',
    file: 'test/browser/frozen-model.test.ts',
    test: 'training moves hints and leaves every weight of the language model as it was',
  },
];

/**
 * The verifications as lines, by what the tests of this run came to: ✓ for a test that passed, ✗ for one that failed,
 * and – for one that was not run. No line at all where none of them was run.
 * @param {string} folder holds the report of each stage that was run, `<stage>.json`
 * @returns {string[]}
 */
export function keyVerifications(folder) {
  const outcomes = KEY_VERIFICATIONS.map((one) => ({ says: one.says, status: statusOf(folder, one) }));
  if (outcomes.every(({ status }) => status === 'not run')) return [];
  return [
    'Key Verification:',
    ...outcomes.map(({ says, status }) => {
      if (status === 'passed') return `  ✓ ${says}`;
      return status === 'failed' ? `  ✗ ${says} (failed)` : `  – ${says} (not run)`;
    }),
  ];
}

/**
 * @param {string} folder
 * @param {typeof KEY_VERIFICATIONS[number]} verification
 * @returns {'passed' | 'failed' | 'not run'}
 */
function statusOf(folder, { stage, file, test }) {
  const path = join(folder, `${stage}.json`);
  if (!existsSync(path)) return 'not run';
  /** @type {Report} */
  let report;
  try {
    report = /** @type {Report} */ (JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return 'failed';
  }
  const own = report.testResults.find(({ name }) => name.replaceAll('\\', '/').endsWith(`/${file}`));
  if (own === undefined) return 'not run';
  const found = own.assertionResults.find(({ title }) => title === test);
  if (found === undefined) return own.status === 'failed' ? 'failed' : 'not run';
  return found.status === 'passed' || found.status === 'failed' ? found.status : 'not run';
}
