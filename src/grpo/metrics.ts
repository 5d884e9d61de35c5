/** Figures of one step, and the running summary of a run. */
import { mean, present, standardDeviation } from './advantage.ts';
import {
  REWARD_COMPONENTS,
  type Completion,
  type Distribution,
  type Group,
  type HintEvent,
  type StartKl,
  type Step,
  type StepMetrics,
  type TrainingSummary,
} from './types.ts';

const meanOrNull = (values: readonly number[]): number | null => (values.length === 0 ? null : mean(values));

/** How well a figure is known: exactly, up to a standard error, or as an estimate of unknown error (null). */
export type Known = 'exact' | number | null;

/** How well the mean of figures with independent errors is known; an exact one adds no error. */
export function knownMean(figures: readonly Known[]): Known {
  if (figures.length > 0 && figures.every((known) => known === 'exact')) return 'exact';
  if (figures.length === 0 || figures.includes(null)) return null;
  const squares = figures.reduce<number>((sum, known) => sum + (typeof known === 'number' ? known * known : 0), 0);
  return Math.sqrt(squares) / figures.length;
}

function meanError(distributions: readonly Distribution[], error: 'entropySe' | 'klSe'): number | null {
  const known = knownMean(distributions.map((one) => (one.exact ? 'exact' : one[error])));
  return known === 'exact' ? null : known;
}

/** Means over the groups that measured it, with the errors of means of independent figures. */
function meanStart(distributions: readonly Distribution[]): StartKl | null {
  const measured = distributions.flatMap(({ start, exact }) => (start === undefined ? [] : [{ ...start, exact }]));
  if (measured.length === 0) return null;
  const kl = knownMean(measured.map((one) => (one.exact ? 'exact' : one.klSe)));
  const estimator = (figure: 'k1' | 'k3', error: 'k1Se' | 'k3Se'): [number | null, number | null] => {
    const drawn = measured.filter((one) => one[figure] !== null);
    const se = knownMean(drawn.map((one) => one[error]));
    return [meanOrNull(drawn.map((one) => one[figure] ?? NaN)), se === 'exact' ? null : se];
  };
  const [k1, k1Se] = estimator('k1', 'k1Se');
  const [k3, k3Se] = estimator('k3', 'k3Se');
  return { kl: mean(measured.map((one) => one.kl)), klSe: kl === 'exact' ? null : kl, k1, k1Se, k3, k3Se };
}

/** Mean and sd of each component over the completions of which it could be computed. */
function componentMetrics(groups: readonly Group[], ddof: 0 | 1): NonNullable<StepMetrics['components']> {
  const completions = groups.flatMap((group) => group.completions);
  return Object.fromEntries(
    REWARD_COMPONENTS.flatMap((name) => {
      const values = present(completions.map(({ rewards }) => rewards.components[name]?.value ?? null));
      return values.length === 0 ? [] : [[name, { mean: mean(values), sd: standardDeviation(values, ddof) }]];
    }),
  );
}

/** Over all updates, as TRL logs it (`clip_ratio/region_mean`): the first has as many decisions, and cuts none. */
function clipMetrics(completions: readonly Completion[]): Pick<StepMetrics, 'clipRatio'> {
  let cut = 0;
  let all = 0;
  for (const { updates = [], decisions } of completions) {
    if (updates.length > 0) all += (1 + updates.length) * decisions.length;
    for (const update of updates) cut += update.cut.length;
  }
  return all === 0 ? {} : { clipRatio: cut / all };
}

const resampledOf = (groups: readonly Group[]): number =>
  groups.filter((group) => group.resampled !== undefined).length;

const replayedOf = (groups: readonly Group[]): number =>
  groups.reduce((sum, group) => sum + group.completions.filter((completion) => completion.replayed === true).length, 0);

/** Means over the step's groups; rewards over all their completions. */
export function stepMetrics(groups: readonly Group[], ddof: 0 | 1, hints: number): StepMetrics {
  const completions = groups.flatMap((group) => group.completions);
  const rewards = present(completions.map((completion) => completion.rewards.total));
  const distributions = groups.map(({ distribution }) => distribution).filter((known) => known !== null);
  const start = meanStart(distributions);
  const share = (count: number, of: number): number => (of === 0 ? 0 : count / of);
  return {
    rewardMean: meanOrNull(rewards),
    rewardSd: rewards.length === 0 ? null : standardDeviation(rewards, ddof),
    noSignalShare: share(groups.filter((group) => group.noSignal).length, groups.length),
    entropy: meanOrNull(distributions.map(({ entropy }) => entropy)),
    kl: meanOrNull(distributions.map(({ kl }) => kl)),
    ...(distributions.length === 0
      ? {}
      : {
          exact: distributions.every(({ exact }) => exact),
          entropySe: meanError(distributions, 'entropySe'),
          klSe: meanError(distributions, 'klSe'),
          ...(start === null ? {} : { start }),
        }),
    components: componentMetrics(groups, ddof),
    ...clipMetrics(completions),
    diversity: share(
      groups.reduce((sum, group) => sum + new Set(group.completions.map((completion) => completion.sql)).size, 0),
      completions.length,
    ),
    executedShare: share(
      completions.filter((completion) => completion.execution.rows.length > 0).length,
      completions.length,
    ),
    resampledGroups: resampledOf(groups),
    replayedCompletions: replayedOf(groups),
    hints,
  };
}

export const EMPTY_SUMMARY: TrainingSummary = {
  totalSteps: 0,
  totalGroups: 0,
  scoredGroups: 0,
  totalCompletions: 0,
  noSignalGroups: 0,
  resampledGroups: 0,
  replayedCompletions: 0,
  epochs: 0,
  averageReward: null,
  hintsCreated: 0,
  hintsUpdated: 0,
  hintsPruned: 0,
  hints: 0,
};

/** Of these events, how many made a hint, and how many moved one by what completions taught. */
export function hintCounts(events: readonly HintEvent[]): Pick<Step, 'hintsCreated' | 'hintsUpdated'> {
  return { hintsCreated: countOf(events, 'create'), hintsUpdated: countOf(events, 'update') };
}

const countOf = (events: readonly HintEvent[], type: HintEvent['type']): number =>
  events.filter((event) => event.type === type).length;

/**
 * The summary after one more step; `averageReward` is the running mean of the groups' means, over the groups that have
 * one.
 */
export function addToSummary(
  summary: TrainingSummary,
  groups: readonly Group[],
  events: readonly HintEvent[],
  hints: number,
): TrainingSummary {
  const { hintsCreated, hintsUpdated } = hintCounts(events);
  const scored = groups.map((group) => group.mean).filter((value): value is number => value !== null);
  const before = summary.scoredGroups;
  const averageReward =
    scored.length === 0
      ? summary.averageReward
      : ((summary.averageReward ?? 0) * before + scored.reduce((sum, value) => sum + value, 0)) /
        (before + scored.length);
  return {
    ...summary,
    totalSteps: summary.totalSteps + 1,
    totalGroups: summary.totalGroups + groups.length,
    scoredGroups: before + scored.length,
    totalCompletions: summary.totalCompletions + groups.reduce((sum, group) => sum + group.completions.length, 0),
    noSignalGroups: summary.noSignalGroups + groups.filter((group) => group.noSignal).length,
    resampledGroups: summary.resampledGroups + resampledOf(groups),
    replayedCompletions: summary.replayedCompletions + replayedOf(groups),
    averageReward,
    hintsCreated: summary.hintsCreated + hintsCreated,
    hintsUpdated: summary.hintsUpdated + hintsUpdated,
    hintsPruned: summary.hintsPruned + countOf(events, 'prune') + countOf(events, 'merge'),
    hints,
  };
}
