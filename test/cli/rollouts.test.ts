import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Rollout } from '../../src/formats/rollouts.ts';
import { REWARD_COMPONENTS } from '../../src/grpo/types.ts';
import { lab, LIBRARY_QUESTIONS, LIBRARY_SQL, newFolder } from './run.ts';

const folder = newFolder();
const file = (name: string): string => join(folder, name);
const text = (name: string): string => readFileSync(file(name), 'utf8');
const rows = (name: string): Rollout[] =>
  text(name)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Rollout);
const train = (...args: string[]) =>
  lab('train', '--database', file('library.sql'), '--questions', file('questions.json'), ...args);

beforeAll(() => {
  writeFileSync(file('library.sql'), LIBRARY_SQL);
  writeFileSync(file('questions.json'), JSON.stringify(LIBRARY_QUESTIONS));
});

interface Trained {
  readonly config: Readonly<Record<string, unknown>>;
  readonly dataset: Readonly<Record<string, unknown>>;
  readonly history: readonly { readonly rewardMean: number | null }[];
}

describe('train --rollouts', { timeout: 120_000 }, () => {
  const NEW = ['--steps', '12', '--hints-in', 'none', '--set', 'group_size=4'];

  it('has a line for every completion, all of the same columns, from which each mean reward can be computed', async () => {
    const { code } = await train(
      ...NEW,
      '--rollouts',
      file('r.jsonl'),
      '--json',
      file('t.json'),
      '--record',
      file('r.json'),
    );
    expect(code).toBe(0);
    const written = rows('r.jsonl');
    expect(written).toHaveLength(12 * 4);
    for (const [i, row] of written.entries()) {
      expect(Object.keys(row)).toEqual([
        'step',
        'questionId',
        'question',
        'prompt',
        'completion',
        'text',
        'sql',
        'status',
        'rewards',
        'reasons',
        'total',
        'advantage',
        'ratio',
        'teaches',
      ]);
      expect([row.step, row.completion, row.ratio]).toEqual([1 + Math.floor(i / 4), i % 4, 1]);
      expect(row.prompt).toEqual([{ role: 'user', content: row.question }]);
      for (const columns of [row.rewards, row.reasons]) expect(Object.keys(columns)).toEqual([...REWARD_COMPONENTS]);
      for (const name of ['validity', 'execution', 'quality', 'format'] as const) {
        expect(row.reasons[name].length).toBeGreaterThan(0);
        expect(row.rewards[name]).toBeCloseTo(
          Math.max(
            -1,
            Math.min(
              1,
              row.reasons[name].reduce((sum, { points }) => sum + points, 0),
            ),
          ),
          9,
        );
      }
      expect([row.rewards.gold, row.reasons.gold]).toEqual([null, []]);
    }
    const { config, dataset, history } = JSON.parse(text('t.json')) as Trained;
    for (const [step, { rewardMean }] of history.entries()) {
      const totals = written.filter((row) => row.step === step + 1).flatMap(({ total }) => total ?? []);
      expect(totals.reduce((sum, total) => sum + total, 0) / totals.length).toBeCloseTo(rewardMean ?? NaN, 12);
    }
    expect(written.some(({ teaches }) => teaches)).toBe(true);
    const about = JSON.parse(text('r.jsonl.about.json')) as Record<string, unknown>;
    expect(about).toMatchObject({ format: 'grpo-sql-lab/rollouts', version: 1, seed: 42, config });
    expect(dataset).toMatchObject(about['dataset'] as object);
  });

  it('of a run that is played back are the same', async () => {
    const played = ['--sampler', 'replay', '--recording', file('r.json'), '--rollouts', file('p.jsonl')];
    expect((await train(...played)).code).toBe(0);
    expect(text('p.jsonl')).toBe(text('r.jsonl'));
  });

  it('changes nothing of the run, and touches no file of another option', async () => {
    await train(...NEW, '--json', file('without.json'));
    expect(text('without.json')).toBe(text('t.json'));
    const { code, stderr } = await train(...NEW, '--rollouts', file('x'), '--json', file('x.about.json'));
    expect([code, stderr]).toEqual([2, expect.stringContaining('another file of this command') as string]);
    expect([existsSync(file('x')), existsSync(file('x.about.json'))]).toEqual([false, false]);
  });
});
