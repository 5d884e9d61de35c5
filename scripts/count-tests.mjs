import { readFileSync } from 'node:fs';

/**
 * The parts of the report that are read here.
 * @typedef {{
 *   numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests: number,
 *   testResults: { status: string, assertionResults: { status: string }[] }[],
 * }} Report
 */

/**
 * Counts the tests in a report of Vitest's JSON reporter. Never hides a failure:
 * a file that could not be loaded, a missing report, and a run that failed
 * outside of any test each count as at least one failed test.
 * @param {string} file the report
 * @param {boolean} ok whether Vitest ended with exit code 0
 * @returns {{ passed: number, failed: number, skipped: number }}
 */
export function countTests(file, ok) {
  /** @type {Report} */
  let report;
  try {
    report = /** @type {Report} */ (JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  ).length;
  const failed = report.numFailedTests + broken;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && !ok ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}
