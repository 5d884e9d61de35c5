import { describe, expect, it } from 'vitest';
import { makeConfig } from '../../src/grpo/config.ts';
import { parseVariant } from '../../src/cli/variants.ts';

describe('parseVariant', () => {
  it('reads a name alone as the base', () => {
    expect(parseVariant('base')).toEqual({
      variant: { name: 'base', settings: {}, start: 'none', learning: 'on' },
      startFile: null,
    });
    expect(parseVariant(' base : ').variant.name).toBe('base');
  });

  it('reads settings as their kinds', () => {
    const { variant } = parseVariant(
      'big groups: group_size=16, estimator=rloo ,template_pair=false,learning_rate=.25',
    );
    expect(variant).toMatchObject({
      name: 'big groups',
      settings: { group_size: 16, estimator: 'rloo', template_pair: false, learning_rate: 0.25 },
    });
  });

  it('a setting outweighs the reward, that the preset, wherever they stand', () => {
    const { variant } = parseVariant('x:quality_weight=0.5,reward=gold,preset=tuned,learning=shuffled,start=starter');
    const config = makeConfig(variant.settings);
    expect(config).toMatchObject({
      gold_weight: 1,
      validity_weight: 0,
      execution_weight: 0,
      format_weight: 0,
      agreement_weight: 0,
      quality_weight: 0.5,
    });
    expect(variant).toMatchObject({ learning: 'shuffled', start: 'starter' });
    expect(config.replay).toBe(true);
    expect(makeConfig(parseVariant('y:preset=reference,reward=feedback').variant.settings)).toMatchObject({
      feedback_weight: 1,
      gold_weight: 0,
      quality_weight: 0,
    });
  });

  it('takes any other start for a file', () => {
    expect(parseVariant('x:start=out/hints.json')).toMatchObject({
      variant: { start: 'file' },
      startFile: 'out/hints.json',
    });
  });

  it.each([
    ['', /needs a name/],
    [':group_size=4', /needs a name/],
    ['group_size=4', /needs a name/],
    ['a,b:group_size=4', /needs a name/],
    ['x'.repeat(101), /more than 100 characters/],
    ['a:group_size', /needs key=value, not "group_size"/],
    ['a:=4', /needs key=value/],
    ['a:group_size=', /needs key=value/],
    ['a:group_size=4,', /needs key=value, not ""/],
    ['a:group_size=4,group_size=5', /has group_size twice/],
    ['a:colour=red', /Unknown key "colour"\. Keys: preset, reward/],
    ['a:constructor=1', /Unknown key/],
    ['a:group_size=1', /Group size G \(group_size\) must be a whole number from 2 to 32, not "1"/],
    ['a:reward=money', /reward must be gold or reference-free or feedback, not "money"/],
    ['a:preset=best', /preset must be/],
    ['a:learning=maybe', /learning must be on or off or shuffled/],
  ])('refuses %j', (text, message) => {
    expect(() => parseVariant(text)).toThrow(message);
    expect(() => parseVariant(text)).toThrow(expect.objectContaining({ name: 'UsageError' }));
  });
});
