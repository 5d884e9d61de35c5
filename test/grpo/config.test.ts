import { describe, expect, it } from 'vitest';
import {
  checkField,
  ConfigError,
  configToParams,
  DEFAULT_CONFIG,
  FIELD_NAMES,
  FIELDS,
  makeConfig,
  PRESET_NAMES,
  PRESETS,
  presetOf,
  presetSettings,
  valuesFromParams,
  type Field,
} from '../../src/grpo/config.ts';

describe('the settings table', () => {
  it('has the published defaults', () => {
    expect(DEFAULT_CONFIG).toMatchObject({
      group_size: 4,
      temperature: 0.7,
      kl_coef: 0.05,
      scale_rewards: true,
      learning_rate: 0.1,
      min_advantage_threshold: 0.3,
    });
    const { validity_weight, execution_weight, quality_weight, format_weight } = DEFAULT_CONFIG;
    expect([validity_weight, execution_weight, quality_weight, format_weight]).toEqual([0.2, 0.3, 0.35, 0.15]);
  });
  it('gives every field a label, help, a URL key of its own, and a default within its own bounds', () => {
    expect(new Set(FIELD_NAMES.map((name) => FIELDS[name].url)).size).toBe(FIELD_NAMES.length);
    for (const name of FIELD_NAMES) {
      const field: Field = FIELDS[name];
      expect(field.label.length).toBeGreaterThan(2);
      expect(field.help.endsWith('.')).toBe(true);
      expect(checkField(name, field.default)).toBe(field.default);
    }
  });
  it.each(FIELD_NAMES)('%s: refuses what is out of range with its label, name and range', (name) => {
    const field: Field = FIELDS[name];
    if (field.kind === 'number') {
      for (const bad of [field.min - 1, field.max + 1, NaN, Infinity, '', 'x', null, {}, true]) {
        expect(() => checkField(name, bad)).toThrow(ConfigError);
        expect(() => checkField(name, bad)).toThrow(
          `${field.label} (${name}) must be a ${field.integer === true ? 'whole ' : ''}number from ${field.min} to ${field.max}`,
        );
      }
      expect(checkField(name, String(field.default))).toBe(field.default);
      if (field.integer === true) expect(() => checkField(name, field.min + 0.5)).toThrow(/whole number/);
    } else {
      for (const bad of ['perhaps', 3, null, ''])
        expect(() => checkField(name, bad)).toThrow(`${field.label} (${name}) must be`);
    }
  });
  it('refuses an unknown name, and one that every object has', () => {
    expect(() => makeConfig({ groupsize: 4 })).toThrow(/Unknown setting "groupsize"\. Settings: group_size/);
    for (const name of ['__proto__', 'constructor', 'toString']) expect(() => checkField(name, 1)).toThrow(ConfigError);
  });
  it('refuses reward weights that are all zero', () => {
    expect(() => makeConfig({ validity_weight: 0, execution_weight: 0, quality_weight: 0, format_weight: 0 })).toThrow(
      /At least one reward weight/,
    );
  });
  it('goes to the URL and back, only what differs', () => {
    expect(configToParams(DEFAULT_CONFIG)).toEqual({});
    const config = makeConfig({ group_size: 8, estimator: 'rloo', scale_rewards: false, learning_rate: 0.25 });
    const params = configToParams(config);
    expect(params).toEqual({ g: '8', a: 'rloo', sr: 'false', lr: '0.25' });
    expect(makeConfig(valuesFromParams(Object.entries({ ...params, other: 'x' })))).toEqual(config);
    expect(() => valuesFromParams([['g', '1000']])).toThrow(
      /Group size G \(group_size\) must be a whole number from 2 to 32, not "1000"/,
    );
  });
});

describe('presets', () => {
  it('reference is the table as it stands', () => {
    expect(makeConfig({}, 'reference')).toEqual(DEFAULT_CONFIG);
    expect(presetOf(DEFAULT_CONFIG)).toBe('reference');
  });
  it.each(PRESET_NAMES)('%s holds valid settings, below the given ones, and is recognised', (preset) => {
    const config = makeConfig({}, preset);
    expect(config).toMatchObject(PRESETS[preset]);
    expect(presetOf(config)).toBe(preset);
    expect(presetOf(makeConfig({ max_rows: 500 }, preset))).toBe(preset);
    expect(presetOf(makeConfig({ group_size: 31 }, preset))).toBeNull();
    expect(makeConfig({ group_size: 31 }, preset).group_size).toBe(31);
  });
  it('choosing one after the other leaves nothing of the other behind', () => {
    for (const from of PRESET_NAMES)
      for (const to of PRESET_NAMES) {
        expect(makeConfig({ ...makeConfig({ deadline_ms: 500 }, from), ...presetSettings(to) })).toEqual(
          makeConfig({ deadline_ms: 500 }, to),
        );
      }
  });
});
