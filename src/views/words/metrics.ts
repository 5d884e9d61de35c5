/** The learning charts as data: which figure of a step each draws, on which axis, and what it means. */
import { scaleLinear } from 'd3';
import { decimal, percent, signed, tickLabel } from '../../charts/format.ts';
import { valueLimit, type SeriesPoint } from '../../charts/series.ts';
import type { HistoryPoint } from '../../grpo/run-store.ts';
import { REWARD_MODE_LABELS } from '../../grpo/reward-modes.ts';
import type { MetricId } from './explain.svelte.ts';

export interface Metric {
  readonly id: MetricId;
  readonly title: string;
  readonly unit: string;
  readonly of: (point: HistoryPoint) => number | null;
  readonly format: (value: number) => string;
  readonly tickFormat: (value: number) => string;
  readonly means: string;
  readonly formula: string;
  /** The axis: fixed, or growing in nice jumps above `least`. */
  readonly axis: (values: readonly (number | null)[]) => { domain: [number, number]; ticks: number[] };
}

const upTo = (least: number) => (values: readonly (number | null)[]) => {
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
      'The share of groups in which all completions earned the same reward. Such a group teaches nothing, right or wrong.',
    formula: 'groups without spread / groups',
    axis: () => ({ domain: [0, 1], ticks: [0, 0.5, 1] }),
  },
  {
    id: 'entropy',
    title: 'Entropy',
    unit: 'nats',
    of: ({ entropy }) => entropy,
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
  const modes = new Set(history.flatMap(({ reward }) => reward ?? []));
  return [...modes].map((mode) => REWARD_MODE_LABELS[mode]).join(', then ');
}

export function seriesOf(metric: Metric, history: readonly HistoryPoint[]): SeriesPoint[] {
  return history.map((point) => ({ step: point.step, value: metric.of(point) }));
}
