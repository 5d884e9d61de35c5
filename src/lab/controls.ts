/** What the controls of an experiment have to show before its other figures are believed. Pure. */
import { seededRandom } from '../grpo/random.ts';
import { compare } from './comparison.ts';
import type { Experiment, SeedRun } from './experiment-types.ts';
import type { Facts } from './facts.ts';

export interface ControlVerdict {
  /** Index of the variant that is a control. */
  readonly variant: number;
  readonly kind: 'off' | 'shuffled';
  /** Null while it cannot be told. */
  readonly holds: boolean | null;
  /** In a sentence. */
  readonly text: string;
}

/**
 * off: nothing may change along the way, and every seed must answer alike. shuffled: it must not be better than not
 * learning, which needs a variant with learning off and the same start to compare with.
 */
export function controlVerdicts({ spec, runs }: Experiment, facts: Facts): ControlVerdict[] {
  const of = (variant: number): SeedRun[] =>
    spec.seeds.flatMap((seed) => runs.find((run) => run.variant === variant && run.seed === seed) ?? []);
  return spec.variants.flatMap((control, variant): ControlVerdict[] => {
    if (control.learning === 'on') return [];
    const own = of(variant);
    if (control.learning === 'off') {
      const [first] = own;
      if (first === undefined) return [{ variant, kind: 'off', holds: null, text: 'No run is done yet.' }];
      const still = own.every(({ curve }) => curve.every(({ greedy }) => greedy === curve[0]?.greedy));
      const alike = own.every(({ answers }) => JSON.stringify(answers) === JSON.stringify(first.answers));
      return [
        {
          variant,
          kind: 'off',
          holds: still && alike,
          text:
            still && alike
              ? `Without learning nothing changed: all points of all ${own.length === 1 ? 'its curve' : `${own.length} curves`} are the same.`
              : 'Without learning something changed all the same. The other figures cannot be trusted.',
        },
      ];
    }
    const reference = spec.variants.findIndex((other) => other.learning === 'off' && other.start === control.start);
    if (reference < 0)
      return [
        {
          variant,
          kind: 'shuffled',
          holds: null,
          text: 'Add a variant with learning off to see whether shuffled advantages improve on it.',
        },
      ];
    const pairs = own.flatMap((run) =>
      of(reference)
        .filter(({ seed }) => seed === run.seed)
        .map((other) => [other.answers, run.answers] as const),
    );
    if (pairs.length === 0) return [{ variant, kind: 'shuffled', holds: null, text: 'No pair of runs is done yet.' }];
    const { outcome, difference } = compare(
      pairs.map(([other]) => other),
      pairs.map(([, answers]) => answers),
      facts,
      seededRandom(1).next,
    );
    const gained = outcome === 'gain';
    return [
      {
        variant,
        kind: 'shuffled',
        holds: !gained,
        text: gained
          ? `Shuffled advantages improved by ${(100 * difference).toFixed(1)} points. What improves is then not the advantages.`
          : 'Shuffled advantages do not improve on no learning. A gain elsewhere is not owed to chance changes alone.',
      },
    ];
  });
}
