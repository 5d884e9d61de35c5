/** Files that version 0.3 wrote, read by this one: hints (version 2), a recording (version 1, with events in words). */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { hintsToText, parseHints, parseHintsFile } from '../../src/formats/hints-file.ts';
import { keyOfEarlier } from '../../src/grpo/earlier.ts';
import { reasonOf } from '../../src/grpo/sentences.ts';
import { cueWords, patternWords } from '../../src/grpo/wording.ts';
import { parseRecording } from '../../src/recording/recording-file.ts';
import { lab } from './run.ts';

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const fixture = (name: string): string => gunzipSync(readFileSync(at(`test/fixtures/${name}.gz`))).toString('utf8');

describe('files of earlier versions', () => {
  it('hints come with their weights, cues and patterns', () => {
    const text = fixture('hints-v2.json');
    const { hints: written } = JSON.parse(text) as {
      hints: { key: string; cue: string | null; weight: number; description: string }[];
    };
    const hints = parseHints(text, 'hints.json');
    expect(hints).toHaveLength(124);
    expect(hints.map(({ key, weight }) => [key, weight])).toEqual(
      written.map(({ key, weight }) => [keyOfEarlier(key), weight]),
    );
    // Of each the sentence that was written with it has the cue and the pattern.
    hints.forEach(({ cue, pattern }, i) => {
      expect(cue === null ? null : cueWords(cue)).toBe(written[i]?.cue ?? null);
      expect(written[i]?.description).toContain(` ${patternWords(pattern)}`);
    });
    expect(parseHints(hintsToText(hints), 'again.json')).toEqual(hints);
    expect(hints[0]).not.toHaveProperty('description');
  });

  it('a starter policy is the same hints with the same weights as in the version after', () => {
    const old = parseHintsFile(fixture('starter-v2.json'), 'old.json');
    expect(parseHintsFile(fixture('starter-v3.json'), 'new.json')).toEqual(old);
    expect(old.hints).toHaveLength(1000);
  });

  it('a recording keeps what its events said', () => {
    const { entries } = parseRecording(fixture('recording-v1.json'), 'run.json');
    const events = entries.flatMap((entry) => (entry.kind === 'events' ? entry.events : []));
    expect(events).toHaveLength(33);
    for (const event of events) {
      expect(event).toMatchObject({ type: 'prune', after: null });
      expect(reasonOf(event)).toMatch(/^The run did not beat its start on the 11 validation questions/);
      expect(event).not.toHaveProperty('hint');
    }
  });

  it('and is played back', { timeout: 120_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'earlier-'));
    const file = join(folder, 'run.json');
    writeFileSync(file, fixture('recording-v1.json'));
    const data = at('public/datasets/concert_singer');
    const played = await lab(
      'train',
      '--database',
      join(data, 'db.sqlite'),
      '--questions',
      join(data, 'questions.json'),
      '--sampler',
      'replay',
      '--recording',
      file,
    );
    expect(played).toMatchObject({ code: 0, stdout: expect.stringMatching(/^2 recorded steps played back/) as string });
    expect(played.stdout).toContain('mean reward 0.554; 0 hints.');
  });
});
