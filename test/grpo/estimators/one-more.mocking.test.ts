/** One more estimator is one file (`made-up.ts`) and its place in the list, which this test takes for it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import {
  checkField,
  configToParams,
  FIELDS,
  makeConfig,
  optionLabel,
  valuesFromParams,
} from '../../../src/grpo/config.ts';
import type * as Registered from '../../../src/grpo/estimators/index.ts';
import { READY_MADE } from '../../../src/lab/ready-made.ts';
import { explain } from '../../../src/views/words/arithmetic.ts';
import { spoken, tellStep } from '../../../src/views/words/narrate.ts';
import { lab, LIBRARY_QUESTIONS, LIBRARY_SQL, newFolder } from '../../cli/run.ts';
import { SPREAD, stepOf } from '../../views/fixture.ts';
import { madeUp } from './made-up.ts';

vi.mock('../../../src/grpo/estimators/index.ts', async (original) => {
  const { ESTIMATORS } = await original<typeof Registered>();
  return { ESTIMATORS: [...ESTIMATORS, (await import('./made-up.ts')).madeUp] };
});

const advantagesIn = async (): Promise<Awaited<ReturnType<typeof stepOf>>> =>
  stepOf(SPREAD, { estimator: madeUp.name, min_advantage_threshold: 0 });

test('the settings table, with its help and the address', () => {
  const { options, help } = FIELDS.estimator;
  expect(options.at(-1)).toBe('made_up');
  expect(optionLabel(FIELDS.estimator, 'made_up')).toBe('Made up');
  expect(help).toMatch(/, Made up divides by less than nothing\.$/);
  expect(checkField('estimator', 'made_up')).toBe('made_up');
  const params = configToParams(makeConfig({ estimator: 'made_up' }));
  expect(params).toEqual({ a: 'made_up' });
  expect(valuesFromParams(Object.entries(params))).toEqual({ estimator: 'made_up' });
});

test('the arithmetic of an advantage, and of the group it is compared with', async () => {
  const { step, config } = await advantagesIn();
  const shown = explain({ kind: 'advantage', group: 0, completion: 0 }, step, config);
  expect(step.groups[0]?.completions[0]?.advantage).toBeCloseTo(0.54375, 6);
  expect(shown).toMatchObject({
    lead: madeUp.lead,
    equations: [
      {
        formula: madeUp.formula,
        values: '(−0.660 − 0.210) / (−0.660 − 0.940)',
        result: '+0.54',
      },
    ],
    agrees: true,
  });
  expect(shown?.parts.map(({ label, how, value }) => [label, how, value])).toEqual([
    ['Reward of completion 1', 'weighted total', '−0.660'],
    ['Mean', 'of 4 rewards', '0.210'],
    ['Lowest and highest', 'of 4 rewards', '−0.660, 0.940'],
  ]);
  expect(explain({ kind: 'spread', group: 0 }, step, config)).toMatchObject({
    title: 'Mean of the group',
    lead: 'The middle of a range.',
    agrees: true,
  });
});

test('the story of a step', async () => {
  const { step, config } = await advantagesIn();
  expect(spoken(tellStep(step, 0, config).headline)).toContain('beat its group by 0.54 ranges');
});

test('the experiment that compares estimators', () => {
  const variants = READY_MADE.find(({ id }) => id === 'estimator')?.spec.variants;
  expect(variants?.at(-1)).toMatchObject({ name: 'made_up', settings: { estimator: 'made_up' } });
});

describe('the command line', () => {
  const folder = newFolder();
  const file = (name: string): string => join(folder, name);
  const data = ['--database', file('library.sql'), '--questions', file('questions.json')];
  beforeAll(() => {
    writeFileSync(file('library.sql'), LIBRARY_SQL);
    writeFileSync(file('questions.json'), JSON.stringify(LIBRARY_QUESTIONS));
  });

  test('offers it in its help, and names it where another was meant', async () => {
    const names = 'grpo, dr_grpo, batch, rloo, rloo_normalized, gdpo, maxrl, made_up';
    for (const command of ['train', 'compare'])
      expect((await lab(command, '--help')).stdout.replace(/\s+/g, ' ')).toContain(`estimator (${names})`);
    const refused = await lab('train', ...data, '--set', 'estimator=made up');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(`Advantage estimator (estimator) must be one of ${names}, not "made up".`);
  });

  test('trains with it and says so', async () => {
    const advantages = vi.spyOn(madeUp, 'advantages');
    const args = ['--steps', '3', '--set', 'estimator=made_up', '--json', file('train.json')];
    expect((await lab('train', ...data, ...args)).code).toBe(0);
    expect(JSON.parse(readFileSync(file('train.json'), 'utf8'))).toMatchObject({ config: { estimator: 'made_up' } });
    expect(advantages.mock.calls.length).toBeGreaterThanOrEqual(3);
    const [groups, options] = advantages.mock.calls[0] ?? [];
    expect(groups?.[0]?.totals).toHaveLength(4);
    expect(groups?.[0]?.components?.['quality']).toHaveLength(4);
    expect(options).toMatchObject({ ddof: 1, weights: { quality: 0.35 } });
  });

  test('compares it with another', async () => {
    const variants = ['--variant', 'grpo', '--variant', 'another:estimator=made_up'];
    const { code, stdout } = await lab(
      'compare',
      ...[...data, ...variants, '--steps', '2', '--seeds', '2', '--json', file('compare.json')],
    );
    expect(code).toBe(0);
    expect(stdout).toContain('another');
    expect(JSON.parse(readFileSync(file('compare.json'), 'utf8'))).toMatchObject({
      variants: [{ name: 'grpo' }, { name: 'another', settings: { estimator: 'made_up' } }],
    });
  });
});
