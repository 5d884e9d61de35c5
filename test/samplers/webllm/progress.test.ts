import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { makeMeter } from '../../../src/samplers/language/load-progress.ts';
import { makeProgressReader, parseReport } from '../../../src/samplers/webllm/progress.ts';

const MIB = 1024 * 1024;
const source = readFileSync(createRequire(import.meta.url).resolve('@mlc-ai/web-llm'), 'utf8');

/** The statements of the package that make a text, found in its source, and run: the texts are the package's own. */
function packageText(anchor: string, values: Readonly<Record<string, unknown>>): string {
  const start = source.indexOf(anchor);
  if (start < 0) throw new Error(`the package no longer has ${anchor}`);
  const lines = source.slice(start).split('\n');
  const made = [`let ${lines[0]?.replace(/^\s*(let )?/, '') ?? ''}`];
  for (const line of lines.slice(1)) {
    if (!line.trim().startsWith('text +=')) break;
    made.push(line);
  }
  // The package's own lines, from the pinned version in node_modules.
  return String(runInNewContext(`${made.join('\n')}; text`, { ...values }));
}

const weights = (
  anchor: string,
  iter: number,
  fetchedBytes: number,
  totalBytes: number,
): { text: string; progress: number; timeElapsed: number } => ({
  text: packageText(anchor, { iter, list: { length: 40 }, fetchedBytes, totalBytes, timeElapsed: 4 }),
  progress: fetchedBytes / totalBytes,
  timeElapsed: 4,
});
const fetched = (iter: number, bytes: number, total: number) =>
  weights('text = "Fetching param cache[', iter, bytes, total);
const loaded = (iter: number, bytes: number, total: number) =>
  weights('text = "Loading model from cache[', iter, bytes, total);
const shaders = (finishCounter: number, all: number) => ({
  text: packageText('let text = "Loading GPU shader modules[', {
    finishCounter,
    fmapEntries: { length: all },
    progress: finishCounter / all,
    timeElapsed: 2,
  }),
  progress: finishCounter / all,
  timeElapsed: 2,
});

test('the package’s three phases are told apart, each with its share', () => {
  expect(fetched(3, 96 * MIB, 800 * MIB).text).toMatch(
    /^Fetching param cache\[3\/40\]: 96MB fetched\. 12% completed, 4 secs elapsed\./,
  );
  expect(parseReport(fetched(3, 96 * MIB, 800 * MIB))).toEqual({ phase: 'download', share: 0.12, bytes: 96 * MIB });
  expect(parseReport(loaded(20, 400 * MIB, 800 * MIB))).toEqual({ phase: 'read', share: 0.5, bytes: 400 * MIB });
  expect(parseReport(shaders(30, 120))).toEqual({ phase: 'compile', share: 0.25, bytes: null });
});

test('beginning and end are the package’s too', () => {
  expect(source).toContain('text: "Start to fetch params"');
  expect(parseReport({ text: 'Start to fetch params', progress: 0, timeElapsed: 0 })?.phase).toBe('download');
  expect(source).toContain('const text = "Finish loading on " + gpuLabel;');
  expect(parseReport({ text: 'Finish loading on WebGPU - nvidia', progress: 1, timeElapsed: 9 })).toEqual({
    phase: 'start',
    share: 1,
    bytes: null,
  });
  expect(parseReport({ text: 'Something new', progress: 0.3, timeElapsed: 9 })).toBeNull();
  // 0 of 0 bytes
  expect(parseReport({ text: 'Start to fetch params', progress: Number.NaN, timeElapsed: 0 })?.share).toBeNull();
});

test('bytes come from the exact share where the total is known, rate and time left from the clock', () => {
  let clock = 0;
  const read = makeProgressReader(800 * MIB, () => clock);
  expect(read(loaded(0, 0, 800 * MIB))).toEqual({
    phase: 'read',
    share: 0,
    bytes: 0,
    totalBytes: 800 * MIB,
    bytesPerSecond: null,
    secondsLeft: null,
  });
  clock = 2000;
  const half = read(loaded(20, 400 * MIB, 800 * MIB));
  expect(half.bytesPerSecond).toBeCloseTo(200 * MIB, 0);
  expect(half.secondsLeft).toBeCloseTo(2, 6);
  // The next phase begins anew, without bytes.
  expect(read(shaders(60, 120))).toEqual({
    phase: 'compile',
    share: 0.5,
    bytes: null,
    totalBytes: null,
    bytesPerSecond: null,
    secondsLeft: null,
  });
  // A text without a phase belongs to the one under way.
  expect(read({ text: 'warming up', progress: 0.1, timeElapsed: 1 }).phase).toBe('compile');
});

test('without a total the package’s rounded megabytes are the bytes', () => {
  const read = makeProgressReader(null, () => 0);
  expect(read(fetched(1, 31.5 * MIB, 800 * MIB))).toMatchObject({
    bytes: 32 * MIB,
    totalBytes: null,
    secondsLeft: null,
  });
});

test('the rate is that of the last ten seconds, and waits for half a second', () => {
  let clock = 0;
  const meter = makeMeter(() => clock);
  const at = (seconds: number, bytes: number): number | null => {
    clock = seconds * 1000;
    return meter.rate(bytes);
  };
  expect(at(0, 0)).toBeNull();
  expect(at(0.4, 5000)).toBeNull();
  expect(at(1, 10_000)).toBeCloseTo(10_000, 6);
  expect(at(10, 100_000)).toBeCloseTo(10_000, 6);
  // A connection that slowed down to a tenth.
  for (let second = 11; second <= 30; second++) at(second, 100_000 + (second - 10) * 1000);
  expect(at(31, 121_000)).toBeCloseTo(1000, 6);
});
