/** The curves beyond the four of the page: each component of the reward, what the clip cuts, and k1 beside k3. */
import { decimal, percent, signed, tickLabel } from '../../charts/format.ts';
import { REWARD_COMPONENTS } from '../../grpo/types.ts';
import type { HistoryPoint } from '../../grpo/run-store.ts';
import { REWARD_COMPONENT_LABELS } from '../../grpo/reward-modes.ts';
import { upTo, type Metric } from './metrics.ts';

export type Curve = Pick<Metric, 'title' | 'of' | 'format' | 'tickFormat' | 'axis'>;

/** Mean and sd of every component that some step has, then what is of the policy. */
export function curvesOf(history: readonly HistoryPoint[]): Curve[] {
  const components = REWARD_COMPONENTS.filter((name) =>
    history.some((point) => point.components?.[name] !== undefined),
  );
  return [
    ...components.flatMap((name): Curve[] => [
      {
        title: `${REWARD_COMPONENT_LABELS[name]}, mean`,
        of: ({ components: scored }) => scored?.[name]?.mean ?? null,
        format: (value) => signed(value),
        tickFormat: tickLabel,
        axis: () => ({ domain: [-1, 1], ticks: [-1, 0, 1] }),
      },
      {
        title: `${REWARD_COMPONENT_LABELS[name]}, sd`,
        of: ({ components: scored }) => scored?.[name]?.sd ?? null,
        ...sized(1),
      },
    ]),
    {
      title: 'Decisions cut by the clip',
      of: ({ clipRatio = 0 }) => clipRatio,
      format: percent,
      tickFormat: percent,
      axis: upTo(0.1),
    },
    { title: 'KL from the start', of: ({ start }) => start?.kl ?? null, ...sized(0.4) },
    { title: 'KL from the start, estimate k1', of: ({ start }) => start?.k1 ?? null, ...around(0.4) },
    { title: 'KL from the start, estimate k3', of: ({ start }) => start?.k3 ?? null, ...sized(0.4) },
  ];
}

const sized = (least: number): Omit<Curve, 'title' | 'of'> => ({
  format: (value) => decimal(value),
  tickFormat: tickLabel,
  axis: upTo(least),
});

/** k1 may be below 0: the axis reaches as far down as up. */
const around = (least: number): Omit<Curve, 'title' | 'of'> => ({
  ...sized(least),
  axis: (values) => {
    const { domain } = upTo(least)(values);
    return { domain: [-domain[1], domain[1]], ticks: [-domain[1], 0, domain[1]] };
  },
});
