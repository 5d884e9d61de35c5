import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { findChromium } from '../../scripts/chromium.mjs';
import { countTests } from '../../scripts/count-tests.mjs';
import { findEngines } from '../../scripts/engines.mjs';
import { KEY_VERIFICATIONS, keyVerifications } from '../../scripts/key-verifications.mjs';
import { isSupportedNode, matchesLock } from '../../scripts/install.mjs';

const folder = mkdtempSync(join(tmpdir(), 'scripts-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('Node versions that the tools support', () => {
  for (const version of ['20.19.0', '20.20.2', '22.13.0', '24.0.0', '25.1.0'])
    expect(isSupportedNode(version), version).toBe(true);
  for (const version of ['18.20.0', '20.18.3', '21.7.0', '22.12.0', '23.5.0'])
    expect(isSupportedNode(version), version).toBe(false);
});

describe('installed packages are compared with the lockfile', () => {
  const locked = {
    '': { version: '0.1.0' },
    'node_modules/a': { version: '1.0.0' },
    'node_modules/b': { version: '2.0.0', optional: true },
  };

  test('the same versions match; an optional package for another system may be absent', () => {
    expect(matchesLock(locked, { 'node_modules/a': { version: '1.0.0' } })).toBe(true);
  });
  test('a missing package or another version does not match, optional or not', () => {
    expect(matchesLock(locked, {})).toBe(false);
    expect(matchesLock(locked, { 'node_modules/a': { version: '1.0.1' } })).toBe(false);
    expect(
      matchesLock(locked, { 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '1.0.0' } }),
    ).toBe(false);
  });
});

describe('tests are counted from the report', () => {
  const report = (content: unknown) => {
    const file = join(folder, 'report.json');
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    return file;
  };
  const counts = { numPassedTests: 3, numFailedTests: 0, numPendingTests: 1, numTodoTests: 1 };

  test('passed, failed and skipped', () => {
    expect(countTests(report({ ...counts, testResults: [] }), true)).toEqual({ passed: 3, failed: 0, skipped: 2 });
    const testResults = [{ status: 'failed', assertionResults: [{ status: 'passed' }, { status: 'failed' }] }];
    expect(countTests(report({ ...counts, numFailedTests: 1, testResults }), false).failed).toBe(1);
  });
  test('a file that could not be loaded is a failure', () => {
    const testResults = [
      { status: 'failed', assertionResults: [] },
      { status: 'passed', assertionResults: [{ status: 'passed' }] },
    ];
    expect(countTests(report({ ...counts, testResults }), false)).toEqual({ passed: 3, failed: 1, skipped: 2 });
  });
  test('so is a run that failed outside of any test, and one that left no report', () => {
    expect(countTests(report({ ...counts, testResults: [] }), false).failed).toBe(1);
    expect(countTests(report('{"numPassed'), true)).toEqual({ passed: 0, failed: 1, skipped: 0 });
    expect(countTests(join(folder, 'absent.json'), true).failed).toBe(1);
  });
});

describe('key verifications are what the tests of this run came to', () => {
  const reports = (stages: Readonly<Record<string, object | string>>): string => {
    const own = mkdtempSync(join(folder, 'reports-'));
    for (const [stage, content] of Object.entries(stages))
      writeFileSync(join(own, `${stage}.json`), typeof content === 'string' ? content : JSON.stringify(content));
    return own;
  };
  const result = (stage: string, status = 'passed', fileStatus = 'passed') => ({
    testResults: KEY_VERIFICATIONS.filter((one) => one.stage === stage).map(({ file, test: title }) => ({
      name: `C:\\repository\\${file.replaceAll('/', '\\')}`,
      status: fileStatus,
      assertionResults: status === '' ? [] : [{ title, status }],
    })),
  });
  const marks = (stages: Readonly<Record<string, object | string>>): string =>
    keyVerifications(reports(stages))
      .slice(1)
      .map((line) => line.trim()[0])
      .join('');
  const node = {
    testResults: [
      {
        name: `/repository/${KEY_VERIFICATIONS[0]?.file}`,
        status: 'failed',
        assertionResults: KEY_VERIFICATIONS.filter(({ stage }) => stage === 'node').map(({ test: title }, i) => ({
          title,
          status: ['passed', 'failed', 'passed', 'skipped'][i],
        })),
      },
    ],
  };

  test('each names a test that is there', () => {
    expect(KEY_VERIFICATIONS).toHaveLength(5);
    for (const { file, test: title } of KEY_VERIFICATIONS)
      expect(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')).toContain(`test('${title}'`);
  });
  test('passed, failed, or not run', () => {
    expect(marks({ node, browser: result('browser') })).toBe('✓✗✓–✓');
    expect(marks({ browser: result('browser') })).toBe('––––✓');
    expect(marks({ browser: result('browser', 'failed', 'failed') })).toBe('––––✗');
  });
  test('a file that could not be loaded, and a report that cannot be read, verify nothing', () => {
    expect(marks({ browser: result('browser', '', 'failed') })).toBe('––––✗');
    expect(marks({ browser: '{"testRes' })).toBe('––––✗');
  });
  test('where none of them was run there is nothing to print', () => {
    expect(keyVerifications(reports({}))).toEqual([]);
    expect(keyVerifications(reports({ node: { testResults: [] } }))).toEqual([]);
  });
});

describe.skipIf(process.platform === 'win32')('the browser for the tests', () => {
  const browser = join(folder, 'chromium');
  writeFileSync(browser, '#!/bin/sh\n');
  chmodSync(browser, 0o755);

  test('is found on the PATH', () => {
    expect(findChromium({ PATH: `/nowhere:${folder}` }, 'linux')).toBe(browser);
  });
  test('is the headless shell where there are both', () => {
    const shell = join(folder, 'shell');
    mkdirSync(shell);
    const program = join(shell, 'chromium-headless-shell');
    writeFileSync(program, '#!/bin/sh\n');
    chmodSync(program, 0o755);
    expect(findChromium({ PATH: `${folder}:${shell}` }, 'linux')).toBe(program);
  });
  test('is the one that CHROMIUM_PATH or CHROME_PATH names, before any on the PATH', () => {
    expect(findChromium({ PATH: '', CHROME_PATH: browser }, 'linux')).toBe(browser);
    expect(findChromium({ PATH: '/usr/bin', CHROMIUM_PATH: browser }, 'linux')).toBe(browser);
  });
  test('must be something that can be run', () => {
    expect(() => findChromium({ CHROMIUM_PATH: join(folder, 'absent') }, 'linux')).toThrow(
      /CHROMIUM_PATH is set to .*absent/,
    );
    expect(() => findChromium({ CHROMIUM_PATH: folder }, 'linux')).toThrow(/not an executable file/);
  });
});

describe.skipIf(process.platform === 'win32')('the other engines', () => {
  const bin = join(folder, 'engines');
  mkdirSync(bin);
  const install = (command: string, text = '#!/bin/sh\n'): string => {
    writeFileSync(join(bin, command), text, { mode: 0o755 });
    return join(bin, command);
  };
  const found = (env: NodeJS.ProcessEnv = {}) => findEngines({ PATH: bin, ...env }, 'linux');

  test('are missed with the package that has them, and not looked for on Windows', () => {
    expect(found()).toEqual([
      { name: 'Firefox', missing: 'not installed (firefox-esr)' },
      { name: 'WebKit', missing: 'not installed (webkit2gtk-driver)' },
    ]);
    expect(findEngines({ PATH: bin }, 'win32').map(({ missing }) => missing)).toEqual(
      Array(2).fill('not tried on Windows'),
    );
  });
  test('are found on the PATH: Firefox unless it is a snap, WebKit if it has a display, one of its own first', () => {
    install('firefox', '#!/bin/sh\nexec /snap/bin/firefox "$@"\n');
    const webkit = install('WebKitWebDriver');
    expect(found()).toEqual([
      { name: 'Firefox', missing: 'only a snap of it is installed' },
      { name: 'WebKit', missing: 'it has no display (xvfb)' },
    ]);
    const firefox = install('firefox-esr');
    expect(found({ DISPLAY: ':0' })).toEqual([
      { name: 'Firefox', file: firefox },
      { name: 'WebKit', file: webkit },
    ]);
    const display = install('Xvfb');
    expect(found({ DISPLAY: ':0' })[1]).toEqual({ name: 'WebKit', file: webkit, display });
  });
});
