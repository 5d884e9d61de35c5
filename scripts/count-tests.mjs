import { readFileSync } from 'node:fs';

/**
 * Counts the tests in a report of Vitest's JSON reporter. Never hides a failure:
 * a file that could not be loaded, a missing report, and a run that failed
 * outside of any test each count as at least one failed test.
 * @param {string} file the report
 * @param {boolean} ok whether Vitest ended with exit code 0
 * @returns {{ passed: number, failed: number, skipped: number }}
 */
export function countTests(file, ok) {
  let report;
  try {
    report = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
  /** @type {{ status: string, assertionResults: { status: string }[] }[]} */
  const files = report.testResults;
  const broken = files.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  ).length;
  const failed = report.numFailedTests + broken;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && !ok ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}
