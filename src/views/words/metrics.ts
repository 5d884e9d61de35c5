/** The learning charts as data: which figure of a step each draws, on which axis, and what it means. */
import { scaleLinear } from 'd3';
import { decimal, percent, signed, tickLabel } from '../../charts/format.ts';
import { valueLimit, type SeriesPoint } from '../../charts/series.ts';
import { knownMean, type Known } from '../../grpo/metrics.ts';
import type { HistoryPoint } from '../../grpo/run-store.ts';
import { REWARD_MODE_LABELS, type RewardMode } from '../../grpo/reward-modes.ts';
import type { MetricId } from './explain.svelte.ts';

export interface Metric {
  readonly id: MetricId;
  readonly title: string;
  readonly unit: string;
  readonly of: (point: HistoryPoint) => number | null;
  /** How well it is known, for a figure that may be an estimate; absent for one that is counted. */
  readonly known?: (point: HistoryPoint) => Known;
  readonly format: (value: number) => string;
  readonly tickFormat: (value: number) => string;
  readonly means: string;
  readonly formula: string;
  /** The axis: fixed, or growing in nice jumps above `least`. */
  readonly axis: (values: readonly (number | null)[]) => { domain: [number, number]; ticks: number[] };
}

const knownAs =
  (error: 'entropySe' | 'klSe') =>
  (point: HistoryPoint): Known =>
    point.exact === true ? 'exact' : (point[error] ?? null);

export const upTo = (least: number) => (values: readonly (number | null)[]) => {
  const top = valueLimit(values, least);
  return { domain: [0, top] as [number, number], ticks: scaleLinear([0, top], [0, 1]).ticks(2) };
};

export const METRICS: readonly Metric[] = [
  {
    id: 'reward',
    title: 'Reward',
    unit: 'mean of the group',
    of: ({ rewardMean }) => rewardMean,
    format: (value) => signed(value),
    tickFormat: tickLabel,
    means:
      'The mean total reward of the completions sampled in a step, on the questions being practised. It can rise without the answers getting better: then the policy has learnt to please the reward.',
    formula: 'Σ r / G',
    axis: () => ({ domain: [-1, 1], ticks: [-1, 0, 1] }),
  },
  {
    id: 'no-signal',
    title: 'No-signal groups',
    unit: 'of the last 20 steps',
    of: ({ noSignalShare }) => noSignalShare,
    format: percent,
    tickFormat: percent,
    means:
      'The share of groups that teach nothing: all their completions earned the same reward, right or wrong, or the estimator divides by what is not above 0.',
    formula: 'groups without signal / groups',
    axis: () => ({ domain: [0, 1], ticks: [0, 0.5, 1] }),
  },
  {
    id: 'entropy',
    title: 'Entropy',
    unit: 'nats',
    of: ({ entropy }) => entropy,
    known: knownAs('entropySe'),
    format: (value) => decimal(value),
    tickFormat: tickLabel,
    means:
      'How undecided the policy is about the SQL for the step’s questions, before the update. At 0 it always writes the same.',
    formula: '−Σ π(y|q) ln π(y|q)',
    axis: upTo(2),
  },
  {
    id: 'kl',
    title: 'KL from no hints',
    unit: 'nats',
    of: ({ kl }) => kl,
    known: knownAs('klSe'),
    format: (value) => decimal(value),
    tickFormat: tickLabel,
    means:
      'How far the hints have moved the policy from the reference policy π₀, in which all weights are 0, for the step’s questions.',
    formula: 'Σ π(y|q) ln( π(y|q) / π₀(y|q) )',
    axis: upTo(0.4),
  },
];

/** What rewarded these steps, in the order it came: "reference-free, then gold"; '' when the points do not say. */
export function rewardModesIn(history: readonly HistoryPoint[]): string {
  const modes = new Set<RewardMode>();
  for (const { reward } of history) if (reward !== undefined) modes.add(reward);
  return [...modes].map((mode) => REWARD_MODE_LABELS[mode]).join(', then ');
}

export function seriesOf(metric: Metric, history: readonly HistoryPoint[]): SeriesPoint[] {
  return history.map((point) => ({ step: point.step, value: metric.of(point) }));
}

/** "exact", "± 0.21" (one standard error), "estimate" where the error is not known; '' for a figure that is counted. */
export function knownText({ known, of, format }: Metric, points: readonly HistoryPoint[]): string {
  if (known === undefined) return '';
  const mean = knownMean(points.filter((point) => of(point) !== null).map(known));
  return mean === 'exact' ? 'exact' : mean === null ? 'estimate' : `± ${format(mean)}`;
}

/** A figure of a step with how well it is known: "1.40 ± 0.21"; "–" where there is none. */
export function knownFigure(metric: Metric, point: HistoryPoint): string {
  const value = metric.of(point);
  return value === null ? '–' : `${metric.format(value)} ${knownText(metric, [point])}`.trimEnd();
}

/** The same as a sentence about the figures of the last steps. */
export function howKnown(known: string): string {
  if (known === 'exact') return 'Exact: summed over all SQL the policy can write, at the set temperature.';
  const how =
    'Estimated from the completions first drawn for each question, at the set temperature: the mean over them of what each of their decisions could have been.';
  return known === 'estimate'
    ? `${how} Some of these steps are of an earlier version, which kept no standard error.`
    : `${how} After ± stands one standard error.`;
}
