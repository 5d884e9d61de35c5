import { describe, expect, it } from 'vitest';
import { parseVariant } from '../../src/cli/variants.ts';
import { makeConfig } from '../../src/grpo/config.ts';
import { compareCommand, NOT_IN_NAMES, variantText } from '../../src/lab/command.ts';
import { controlVerdicts } from '../../src/lab/controls.ts';
import { checkSpec, variantConfig } from '../../src/lab/experiment.ts';
import type { Experiment, SeedRun } from '../../src/lab/experiment-types.ts';
import { experimentJson, summaryCsv } from '../../src/lab/export.ts';
import type { Facts } from '../../src/lab/facts.ts';
import { READY_MADE } from '../../src/lab/ready-made.ts';
import { summarise } from '../../src/lab/summary.ts';
import { experiment, variant } from './library.ts';

const asked = (made: (typeof READY_MADE)[number]) => ({
  id: 'e',
  created: '',
  base: made.base,
  spec: { ...made.spec, id: 'e' },
});

describe('ready-made experiments', () => {
  it.each(READY_MADE)('$name can be run, from page and command line alike', (made) => {
    const record = asked(made);
    expect(() => checkSpec(record.spec, makeConfig(made.base))).not.toThrow();
    for (const one of record.spec.variants) {
      expect(one.name).not.toMatch(NOT_IN_NAMES);
      const { variant: read } = parseVariant(variantText(one));
      expect(read).toMatchObject({ name: one.name, start: one.start, learning: one.learning });
      expect(variantConfig(makeConfig(made.base), read)).toEqual(variantConfig(makeConfig(made.base), one));
    }
  });

  it('says the command', () => {
    const first = asked(READY_MADE[0] as (typeof READY_MADE)[number]);
    expect(compareCommand(first, 'shop')).toBe(
      'npm run lab -- compare --database public/datasets/shop/db.sqlite --questions public/datasets/shop_money/questions.json --steps 100 --seeds 2 --seed 1 --evaluate-every 20 ' +
        '--set temperature=1 --set gold_weight=4 --set scale_rewards=false --set learning_rate=0.6 --set max_vm_steps=1 --variant "no learning:start=none,learning=off" --variant "learning:start=none"',
    );
    expect(compareCommand(asked(READY_MADE[1] as (typeof READY_MADE)[number]))).toMatch(
      /--database public\/datasets\/shop\/db\.sqlite --questions public\/datasets\/shop\/questions\.json .*--variant "gold:reward=gold,start=none"/,
    );
    expect(
      compareCommand({ id: 'e', created: '', base: {}, spec: experiment([variant('a')], { seeds: [1, 3] }).spec }),
    ).toBeNull();
    const best = experiment([variant('a')], { answer: 'best' }).spec;
    expect(compareCommand({ id: 'e', created: '', base: {}, spec: best })).toContain(' --answer best ');
  });
});

/** Four questions; `right` says which are answered rightly at the end. */
const run = (of: number, seed: number, right: readonly boolean[], curve: readonly number[] = [0.5, 0.5]): SeedRun => ({
  variant: of,
  seed,
  hints: 1,
  keptStart: false,
  curve: curve.map((greedy, i) => ({ step: i * 4, greedy, reward: i === 0 ? null : 0.1 })),
  answers: right.map((greedy, i) => ({ questionId: `q${i}`, greedy, right: greedy ? 4 : 0, drawn: 4 })),
});
/** Every question a fact of its own. */
const NONE: Facts = new Map();
const many = (right: boolean): boolean[] => Array.from({ length: 20 }, (_, i) => right || i < 10);

describe('controls', () => {
  const { spec } = experiment([
    variant('off', { learning: 'off' }),
    variant('shuffled', { learning: 'shuffled' }),
    variant('on'),
  ]);
  const verdicts = (...runs: SeedRun[]) =>
    controlVerdicts({ spec, runs }, NONE).map(({ kind, holds }) => [kind, holds]);

  it('learning off holds when curve and answers stay, and only then', () => {
    expect(verdicts()).toEqual([
      ['off', null],
      ['shuffled', null],
    ]);
    expect(verdicts(run(0, 1, many(false)), run(0, 2, many(false)))[0]).toEqual(['off', true]);
    expect(verdicts(run(0, 1, many(false), [0.5, 0.6]))[0]).toEqual(['off', false]);
    expect(verdicts(run(0, 1, many(false)), run(0, 2, many(true)))[0]).toEqual(['off', false]);
  });

  it('shuffled advantages hold unless they improve on no learning', () => {
    expect(verdicts(run(0, 1, many(false)), run(1, 1, many(false)))[1]).toEqual(['shuffled', true]);
    expect(verdicts(run(0, 1, many(true)), run(1, 1, many(false)))[1]).toEqual(['shuffled', true]);
    expect(verdicts(run(0, 1, many(false)), run(1, 1, many(true)))[1]).toEqual(['shuffled', false]);
    expect(controlVerdicts(experiment([variant('shuffled', { learning: 'shuffled' })]), NONE)[0]).toMatchObject({
      holds: null,
      text: expect.stringContaining('Add a variant') as string,
    });
  });
});

describe('exports', () => {
  const done: Experiment = {
    spec: experiment([variant('a, "quoted"'), variant('=b')]).spec,
    runs: [run(0, 1, many(false)), run(1, 1, many(true))],
  };
  const stored = {
    record: { id: 'e', created: '2026-01-01T00:00:00.000Z', base: {}, spec: done.spec },
    runs: done.runs,
  };

  it('a CSV that spreadsheets read as it is meant', () => {
    const lines = summaryCsv(stored, summarise(done, NONE)).split('\r\n');
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(/^variant,learning,start,seeds,greedy,greedy_low,greedy_high,pass1/);
    expect(lines[1]).toMatch(/^"a, ""quoted""",on,none,1,0\.5,/);
    expect(lines[2]).toMatch(/^'=b,on,none,1,1,/);
    expect(lines[2]).toContain('Evidence of a gain of 50.0 points');
  });

  it('a JSON from which every figure follows', () => {
    const paired = new Map(done.runs[0]?.answers.map(({ questionId }, i) => [questionId, `f${Math.floor(i / 2)}`]));
    const read = JSON.parse(experimentJson(stored, summarise(done, paired), Object.fromEntries(paired))) as {
      spec: Experiment['spec'];
      facts: Record<string, string>;
      runs: SeedRun[];
      summaries: unknown;
    };
    const facts = new Map(Object.entries(read.facts));
    expect(summarise({ spec: read.spec, runs: read.runs }, facts)).toEqual(read.summaries);
    expect(summarise({ spec: read.spec, runs: read.runs }, NONE)).not.toEqual(read.summaries);
  });

  it('with format, version, the hash of the dataset and the whole configuration, of every variant', () => {
    const digest = { databaseSha256: 'a'.repeat(64), questionsSha256: 'b'.repeat(64) };
    const spec = { ...done.spec, variants: [variant('a'), variant('b', { settings: { learning_rate: 0.25 } })] };
    const written = (more: object): unknown =>
      JSON.parse(
        experimentJson({ ...stored, record: { ...stored.record, spec, base: { group_size: 4 }, ...more } }, [], {}),
      );
    const config = makeConfig({ group_size: 4 });
    expect(written({ digest })).toMatchObject({
      format: 'grpo-sql-lab/experiment',
      version: 3,
      dataset: { name: spec.dataset, ...digest },
      config,
      configs: [config, makeConfig({ group_size: 4, learning_rate: 0.25 })],
    });
    // Records of earlier versions do not know it.
    expect(written({})).toMatchObject({ dataset: { databaseSha256: null, questionsSha256: null }, config });
  });
});
