/** Results as files. Pure text. */
import { makeConfig } from '../grpo/config.ts';
import { csvText } from '../grpo/csv.ts';
import { variantConfig } from './experiment.ts';
import type { StoredExperiment } from './experiment-store.ts';
import type { VariantSummary } from './summary.ts';
import type { Mean } from './student.ts';

/**
 * Everything: what was asked and every unit, from which all figures follow. `config` is that of all variants, `configs`
 * what it is with each variant's own settings. The digests are null where the record was made before they were kept.
 */
export function experimentJson(
  { record, runs }: StoredExperiment,
  summaries: readonly VariantSummary[],
  facts: Readonly<Record<string, string>>,
): string {
  const { digest = { databaseSha256: null, questionsSha256: null }, ...asked } = record;
  const config = makeConfig(asked.base);
  const file = {
    format: 'grpo-sql-lab/experiment',
    version: 3,
    dataset: { name: asked.spec.dataset, ...digest },
    config,
    configs: asked.spec.variants.map((variant) => variantConfig(config, variant)),
    ...asked,
    facts,
    runs,
    summaries,
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/** One row a variant; accuracies and differences as shares from 0 to 1, intervals of 95 %. RFC 4180. */
export function summaryCsv({ record }: StoredExperiment, summaries: readonly VariantSummary[]): string {
  const interval = (name: string): string[] => [name, `${name}_low`, `${name}_high`];
  const header = [
    'variant',
    'learning',
    'start',
    'seeds',
    ...interval('greedy'),
    ...interval('pass1'),
    ...interval('passG'),
    'questions',
    'facts',
    'hints',
    'kept_start',
    ...interval('difference'),
    'p',
    'gained',
    'lost',
    'verdict',
  ];
  const figures = (mean: Mean | undefined): (number | string)[] =>
    mean === undefined ? ['', '', ''] : [mean.mean, mean.low, mean.high];
  const rows = summaries.map(({ name, seeds, heldOut, hints, keptStart, comparison }, i) => {
    const variant = record.spec.variants[i];
    return [
      name,
      variant?.learning ?? '',
      variant?.start ?? '',
      seeds,
      ...figures(heldOut?.greedy),
      ...figures(heldOut?.pass1),
      ...figures(heldOut?.passG),
      heldOut?.questions ?? '',
      heldOut?.facts ?? '',
      hints,
      keptStart,
      ...(comparison === null
        ? ['', '', '', '', '', '', '']
        : [
            comparison.difference,
            comparison.low,
            comparison.high,
            comparison.p,
            comparison.gained.length,
            comparison.lost.length,
            comparison.verdict,
          ]),
    ];
  });
  return csvText([header, ...rows]);
}
