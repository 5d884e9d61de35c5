import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeConfig, PRESETS } from '../../src/grpo/config.ts';
import type { HistoryPoint } from '../../src/grpo/run-store.ts';
import type { PolicyHint } from '../../src/grpo/types.ts';
import type { TrainingResult } from '../../src/lab/training.ts';
import { lab, LIBRARY_QUESTIONS, LIBRARY_SQL, newFolder } from './run.ts';

const folder = newFolder();
const file = (name: string): string => join(folder, name);
const train = (name: string, ...args: string[]) =>
  lab(
    'train',
    '--database',
    file('library.sql'),
    '--questions',
    file('questions.json'),
    '--hints-in',
    'none',
    '--reward',
    'gold',
    '--json',
    file(name),
    ...args,
  );

interface Training extends Pick<TrainingResult, 'validation' | 'kept' | 'bestStep' | 'stoppedEarly' | 'verdict'> {
  readonly steps: number;
  readonly preset: string;
  readonly config: unknown;
  readonly hints: readonly PolicyHint[];
  readonly history: readonly HistoryPoint[];
  readonly summary: { readonly totalSteps: number; readonly epochs: number; readonly resampledGroups: number };
}
const read = (name: string): Training => JSON.parse(readFileSync(file(name), 'utf8')) as Training;

beforeAll(() => {
  writeFileSync(file('library.sql'), LIBRARY_SQL);
  writeFileSync(file('questions.json'), JSON.stringify(LIBRARY_QUESTIONS));
});

describe('train with a validation part', { timeout: 120_000 }, () => {
  it('keeps one of three questions back, prints every validation and the verdict', async () => {
    const { code, stdout, stderr } = await train(
      'a.json',
      '--steps',
      '12',
      '--set',
      'validation_share=0.34',
      '--set',
      'evaluate_every=5',
    );
    expect(code).toBe(0);
    const { validation, kept, verdict, hints, bestStep, history, summary } = read('a.json');
    expect(validation.map(({ step, of }) => [step, of])).toEqual([
      [0, 1],
      [5, 1],
      [10, 1],
      [12, 1],
    ]);
    expect(stderr).toMatch(/validation of the start: [01] of 1\n(.|\n)*validation after step 12: [01] of 1\n/);
    expect(stdout).toContain(verdict);
    const best = Math.max(...validation.map(({ right }) => right));
    expect(bestStep).toBe(validation.find(({ right }) => right === best)?.step);
    expect(kept).toBe(bestStep === 0 ? 'start' : 'best');
    if (kept === 'start') expect(hints).toEqual([]);
    expect(new Set(history.map(({ questionId }) => questionId)).size).toBe(2);
    expect(summary).toMatchObject({ totalSteps: 12, epochs: 6 });
  });

  it('stops early when patience runs out', async () => {
    const { stdout } = await train(
      'b.json',
      '--steps',
      '500',
      '--set',
      'validation_share=0.34',
      '--set',
      'evaluate_every=1',
      '--set',
      'patience=2',
      '--set',
      'learning_rate=0',
    );
    expect(stdout).toMatch(
      /^2 steps on 3 questions: .*did not beat its start on the one validation question \(([01]) of 1 against \1 of 1\); the start is kept\.\n$/,
    );
    expect(read('b.json')).toMatchObject({
      steps: 500,
      kept: 'start',
      stoppedEarly: true,
      summary: { totalSteps: 2 },
      hints: [],
    });
  });

  it('takes a preset below --set, and says which', async () => {
    await train('c.json', '--steps', '2', '--preset', 'tuned', '--set', 'group_size=3', '--set', 'validation_share=0');
    const { preset, config, kept, validation } = read('c.json');
    expect({ preset, kept, validation }).toEqual({ preset: 'tuned', kept: 'last', validation: [] });
    expect(config).toMatchObject({ ...PRESETS.tuned, group_size: 3, validation_share: 0, gold_weight: 1 });
    expect(config).toEqual(
      makeConfig(
        {
          group_size: 3,
          validation_share: 0,
          gold_weight: 1,
          validity_weight: 0,
          execution_weight: 0,
          quality_weight: 0,
          format_weight: 0,
        },
        'tuned',
      ),
    );
  });

  it('measures entropy and KL only when asked, which changes nothing else', async () => {
    await Promise.all([train('off.json', '--steps', '5'), train('on.json', '--steps', '5', '--entropy', 'on')]);
    const [off, on] = [read('off.json'), read('on.json')];
    expect(off.history.every(({ entropy, kl }) => entropy === null && kl === null)).toBe(true);
    expect(on.history.every(({ entropy, kl }) => (entropy ?? 0) > 0 && (kl ?? -1) >= 0)).toBe(true);
    // Three tables: estimates, which say so. Completions that took one way through the decisions spread by nothing.
    expect(on.history.every(({ exact, klSe }) => exact === false && klSe! >= 0)).toBe(true);
    expect(on.history.every(({ entropySe }) => entropySe! >= 0)).toBe(true);
    expect(on.history.some(({ entropySe }) => entropySe! > 0)).toBe(true);
    const byKey = (hints: readonly PolicyHint[]): PolicyHint[] => [...hints].sort((a, b) => (a.key < b.key ? -1 : 1));
    expect(byKey(on.hints)).toEqual(byKey(off.hints));
  });
});
