import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FIELD_NAMES, FIELDS, makeConfig, type Field } from '../../src/grpo/config.ts';
import { LONGEST_HINTS, parseSeed, readAddress, writeAddress } from '../../src/state/address.ts';
import { linkTo } from '../../src/state/link.ts';

test('settings and seed survive the address', () => {
  const search = writeAddress(
    '?tab=2',
    makeConfig({ learning_rate: 0.2, estimator: 'rloo', scale_rewards: false }),
    7,
    'starter',
  );
  const { settings, seed, start, problems } = readAddress(search);
  expect(problems).toEqual([]);
  expect([seed, start]).toEqual([7, 'starter']);
  expect(makeConfig(settings)).toEqual(makeConfig({ learning_rate: 0.2, estimator: 'rloo', scale_rewards: false }));
  expect(new URLSearchParams(search).get('tab')).toBe('2');
});

test('defaults leave no trace', () => {
  expect(writeAddress('?lr=0.5&seed=3&start=starter', makeConfig(), 42, 'none')).toBe('');
});

test('a value out of range is named with its range, and the others still count', () => {
  const { settings, problems } = readAddress('?lr=9&t=0.5&g=1');
  expect(problems).toEqual([
    'Learning rate (learning_rate) must be a number from 0 to 2, not "9".',
    'Group size G (group_size) must be a whole number from 2 to 32, not "1".',
  ]);
  expect(settings).toEqual({ temperature: 0.5 });
});

test('weights that leave no reward are refused together', () => {
  const { settings, problems } = readAddress('?wv=0&we=0&wq=0&wf=0');
  expect(settings).toEqual({});
  expect(problems).toHaveLength(1);
});

test('a seed is a whole number', () => {
  expect(['7', '0', '4294967295', '4294967296', '-1', '1.5', '', 'x'].map(parseSeed)).toEqual([
    7,
    0,
    4294967295,
    null,
    null,
    null,
    null,
    null,
  ]);
  expect(readAddress('?start=me')).toMatchObject({
    start: null,
    problems: ['start must be none or starter, not "me".'],
  });
  expect(readAddress('?seed=x').problems[0]).toMatch(/^seed must be a whole number from 0 to 4294967295/);
});

test('no address can bring a setting out of its range', () => {
  const keys = FIELD_NAMES.map((name) => FIELDS[name].url);
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(
          fc.constantFrom(...keys, 'seed', 'other'),
          fc.oneof(fc.string(), fc.double().map(String), fc.constantFrom('true', 'grpo', '1e9', 'NaN')),
        ),
      ),
      (pairs) => {
        const { settings } = readAddress(`?${new URLSearchParams(pairs).toString()}`);
        const config = makeConfig(settings);
        for (const name of FIELD_NAMES) {
          const field: Field = FIELDS[name];
          if (field.kind !== 'number') continue;
          expect(config[name]).toBeGreaterThanOrEqual(field.min);
          expect(config[name]).toBeLessThanOrEqual(field.max);
        }
      },
    ),
  );
});

test('the same mistake twice is named once', () => {
  expect(readAddress('?g=abc&g=abc&seed=x&seed=x&start=y&start=y').problems).toHaveLength(3);
});

test('a link carries dataset and hints too, which the address of the run has no more', () => {
  const shared = { config: makeConfig({ group_size: 6 }), seed: 9, start: 'none', dataset: 'shop_money' } as const;
  const link = new URL(linkTo('https://a.example/lab/?g=3#lab', { ...shared, hints: 'q1-_', place: '#ask' }) ?? '');
  expect(link.hash).toBe('#ask');
  const read = readAddress(link.search);
  expect(read).toEqual({
    settings: { group_size: 6 },
    seed: 9,
    start: null,
    dataset: 'shop_money',
    hints: 'q1-_',
    problems: [],
  });
  expect(writeAddress(link.search, shared.config, 9, 'none')).toBe('?g=6&seed=9');
  expect(linkTo(link.href, { ...shared, hints: 'x'.repeat(LONGEST_HINTS + 1), place: '' })).toBeNull();
});

test.each([
  ['?data=../x', 'data must be the name of a dataset, not "../x".'],
  ['?hints=a%20b', 'hints is not what this page writes: the link was cut or changed.'],
  [
    `?hints=${'x'.repeat(LONGEST_HINTS + 1)}`,
    `hints has ${LONGEST_HINTS + 1} characters, at most ${LONGEST_HINTS} are read.`,
  ],
])('what a link should not carry is refused: %s', (search, problem) => {
  expect(readAddress(search)).toEqual({ settings: {}, seed: null, start: null, problems: [problem] });
});
