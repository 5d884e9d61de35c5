import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { lab, LIBRARY_QUESTIONS, LIBRARY_SQL, newFolder } from './run.ts';

const folder = newFolder();
const file = (name: string): string => join(folder, name);
const data = ['--database', file('library.sql'), '--questions', file('questions.json')];
const read = (name: string): string => readFileSync(file(name), 'utf8');

beforeAll(() => {
  writeFileSync(file('library.sql'), LIBRARY_SQL);
  writeFileSync(file('questions.json'), JSON.stringify(LIBRARY_QUESTIONS));
});

interface Range {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}
interface Compared {
  readonly dataset: Record<string, unknown>;
  readonly seeds: number[];
  readonly evaluation: unknown;
  readonly variants: readonly {
    readonly name: string;
    readonly settings: Record<string, unknown>;
    readonly trainingQuestions: number;
    readonly leftOut: string[];
    readonly heldOut: { readonly greedy: Range; readonly pass1: Range; readonly passG: Range };
    readonly curve: readonly (Range & { readonly step: number })[];
    readonly perSeed: readonly { readonly seed: number; readonly greedy: number; readonly hints: number }[];
    readonly comparison: null | {
      readonly difference: number;
      readonly low: number;
      readonly high: number;
      readonly gained: string[];
      readonly lost: string[];
      readonly p: number;
      readonly verdict: string;
    };
  }[];
}

describe('lab compare', { timeout: 120_000 }, () => {
  it('trains every variant with every seed and compares them with the first, the same way every time', async () => {
    const compare = (name: string) =>
      lab(
        'compare',
        ...data,
        '--steps',
        '6',
        '--seeds',
        '2',
        '--set',
        'group_size=4',
        '--variant',
        'free',
        '--variant',
        'gold:reward=gold,group_size=6',
        '--variant',
        'off:learning=off',
        '--variant',
        'shuffled:reward=gold,learning=shuffled',
        '--variant',
        'thumbs:reward=feedback',
        '--json',
        file(name),
      );
    const [first] = await Promise.all([compare('a.json'), compare('b.json')]);
    expect(first.code).toBe(0);
    expect(read('b.json')).toBe(read('a.json'));
    expect(read('a.json')).not.toContain(folder);
    const { variants, dataset, seeds, evaluation } = JSON.parse(read('a.json')) as Compared;
    expect(dataset).toMatchObject({ heldOutQuestions: 2, heldOutFacts: 2, weakGold: 0, withoutGold: 0 });
    expect([seeds, evaluation]).toEqual([[1, 2], { groupSize: 4, temperature: 0.7, answer: 'greedy' }]);
    expect(variants.map(({ name }) => name)).toEqual(['free', 'gold', 'off', 'shuffled', 'thumbs']);
    expect(variants[1]).toMatchObject({
      settings: { gold_weight: 1, quality_weight: 0, group_size: 6 },
      trainingQuestions: 3,
      leftOut: ['nobody', 'own'],
    });
    for (const { heldOut, curve, perSeed, comparison, name } of variants) {
      for (const { mean, low, high } of [heldOut.greedy, heldOut.pass1, heldOut.passG]) {
        expect(low).toBeGreaterThanOrEqual(0);
        expect(low).toBeLessThanOrEqual(mean);
        expect(high).toBeGreaterThanOrEqual(mean);
        expect(high).toBeLessThanOrEqual(1);
      }
      expect(curve.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4, 5, 6]);
      expect(perSeed.map(({ seed }) => seed)).toEqual([1, 2]);
      expect(perSeed.reduce((sum, { greedy }) => sum + greedy, 0) / 2).toBeCloseTo(heldOut.greedy.mean, 12);
      if (name === 'free') expect(comparison).toBeNull();
      else
        expect(comparison?.difference).toBeCloseTo(heldOut.greedy.mean - (variants[0]?.heldOut.greedy.mean ?? 0), 12);
    }
    // The control: nothing learned, nothing moved.
    expect(variants[2]?.perSeed.map(({ hints }) => hints)).toEqual([0, 0]);
    expect(new Set(variants[2]?.curve.map(({ mean }) => mean)).size).toBe(1);
    // Two questions are never evidence.
    expect(first.stdout).toMatch(/variant\s+greedy %\s+pass@1 %\s+pass@4 %/);
    expect(first.stdout).toMatch(/gold against free: Too few questions to tell: .*2 questions, 2 facts; /);
    expect(first.stdout.match(/Too few questions to tell/g)).toHaveLength(4);
    expect(first.stderr).toMatch(/unit 10\/10 {2}thumbs, seed 2: step 6\/6/);
    expect(JSON.parse(read('a.json'))).toMatchObject({ simulatedFeedbackShare: 0.5 });
  });

  it('starts from hints of a file, and keeps them with learning off', async () => {
    expect(
      (
        await lab(
          'train',
          ...data,
          '--hints-in',
          'none',
          '--steps',
          '10',
          '--reward',
          'gold',
          '--set',
          'group_size=8',
          '--hints-out',
          file('hints.json'),
        )
      ).code,
    ).toBe(0);
    const count = (JSON.parse(read('hints.json')) as { hints: unknown[] }).hints.length;
    expect(count).toBeGreaterThan(0);
    const { code } = await lab(
      'compare',
      ...data,
      '--steps',
      '2',
      '--seeds',
      '1',
      '--variant',
      `kept:start=${file('hints.json')},learning=off`,
      '--json',
      file('kept.json'),
    );
    expect(code).toBe(0);
    expect((JSON.parse(read('kept.json')) as Compared).variants[0]).toMatchObject({ start: 'file', hints: count });
  });

  it.each<[string, string[], RegExp]>([
    ['no variant', [], /compare needs --variant V/],
    ['a malformed variant', ['--variant', 'a:group_size'], /--variant "a:group_size": needs key=value/],
    ['a setting out of range', ['--variant', 'a:group_size=1'], /Group size G \(group_size\) must be/],
    ['variants of one name', ['--variant', 'a', '--variant', 'a'], /Two variants are called "a"/],
    ['a reward without weights', ['--variant', 'a:reward=gold,gold_weight=0'], /At least one reward weight/],
    ['a start that is not there', ['--variant', `a:start=${file('gone.json')}`], /Cannot read .*gone\.json/],
    ['no seeds', ['--variant', 'a', '--seeds', '0'], /--seeds must be a whole number from 1 to 100/],
    ['too much feedback', ['--variant', 'a', '--feedback-percent', '101'], /--feedback-percent must be/],
  ])('refuses %s', async (_what, args, message) => {
    const { code, stdout, stderr } = await lab('compare', ...data, ...args);
    expect(stderr).toMatch(message);
    expect(stderr.trim()).toMatch(/^lab: [^\n]+$/);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  it('says so where there is no starter policy, else starts from it', async () => {
    const { code, stderr } = await lab(
      'compare',
      ...data,
      '--steps',
      '1',
      '--seeds',
      '1',
      '--variant',
      'a:start=starter',
    );
    const there = existsSync(new URL('../../public/starter/hints.json', import.meta.url));
    expect(code).toBe(there ? 0 : 2);
    if (!there) expect(stderr).toMatch(/There is no starter policy: public\/starter\/hints\.json is missing/);
  });
});

describe('lab credit', { timeout: 120_000 }, () => {
  it('gives each of the heaviest hints its uplift or says that it cannot', async () => {
    expect(
      (
        await lab(
          'train',
          ...data,
          '--hints-in',
          'none',
          '--steps',
          '20',
          '--reward',
          'gold',
          '--set',
          'group_size=8',
          '--set',
          'learning_rate=0.3',
          '--hints-out',
          file('taught.json'),
        )
      ).code,
    ).toBe(0);
    const credit = (name: string) =>
      lab(
        'credit',
        ...data,
        '--hints',
        file('taught.json'),
        '--split',
        'all',
        '--top',
        '4',
        '--repeats',
        '6',
        '--json',
        file(name),
      );
    const first = await credit('c1.json');
    await credit('c2.json');
    expect(first.code).toBe(0);
    expect(read('c2.json')).toBe(read('c1.json'));
    const { credits, questions } = JSON.parse(read('c1.json')) as {
      questions: number;
      credits: {
        weight: number;
        questions: number;
        uplift: Range | null;
        verdict: string;
        answersWith: number;
        answersWithout: number;
      }[];
    };
    expect(questions).toBe(6);
    expect(credits).toHaveLength(4);
    const weights = credits.map(({ weight }) => Math.abs(weight));
    expect(weights).toEqual([...weights].sort((a, b) => b - a));
    for (const one of credits) {
      expect(one.answersWith + one.answersWithout).toBe(6 * one.questions);
      expect(one.uplift === null).toBe(one.verdict === 'not enough data');
    }
    expect(first.stdout).toMatch(/6 questions, 6 facts \(all\), each question answered 6 times/);
  });

  it('refuses hints of which none acts', async () => {
    writeFileSync(file('none.json'), JSON.stringify({ format: 'grpo-sql-lab/hints', version: 2, hints: [] }));
    const { code, stderr } = await lab('credit', ...data, '--hints', file('none.json'));
    expect(code).toBe(2);
    expect(stderr).toMatch(/no hint that acts/);
  });
});
