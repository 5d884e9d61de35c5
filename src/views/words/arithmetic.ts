/**
 * The arithmetic behind every number of a step, from its parts: reasons → component → weighted total →
 * mean and sd → advantage → change of a weight. Computed with the algorithm's own code, so that what an
 * explanation says is what happened; `agrees` is false when a recorded number does not follow from its parts.
 */
import { mean, standardDeviation } from '../../grpo/advantage.ts';
import type { GRPOConfig } from '../../grpo/config.ts';
import { ddofOf, rewardWeights } from '../../grpo/derived-settings.ts';
import { advantagesOf, estimatorOf } from '../../grpo/estimators/compare.ts';
import type { Siblings, Written } from '../../grpo/estimators/estimator.ts';
import { REWARD_MODE_LABELS, modeOfWeights } from '../../grpo/reward-modes.ts';
import { reasonWords } from '../../grpo/reason-words.ts';
import { reasonOf } from '../../grpo/sentences.ts';
import { actionWords, cueWordsOf } from '../../grpo/words/hint.ts';
import type { Completion, Group, HintEvent, RewardComponent, Step } from '../../grpo/types.ts';
import { decimal, plural, share, signed, signedChange, term } from '../../charts/format.ts';
import { contributions } from '../../charts/reward-bar.ts';
import { byPattern, changesOf, type Change } from './changes.ts';
import { REWARD_COMPONENT_LABELS } from '../../grpo/reward-modes.ts';
import { explainRatio } from './explain-ratio.ts';
import type { Explanation, Part, Topic } from './explanation.ts';
import { silenceOf } from './narrate.ts';

const CLOSE = 1e-9;
const MOST_TERMS = 8;

const signOf = (value: number): Part['sign'] => (Math.abs(value) < CLOSE ? 0 : value > 0 ? 1 : -1);
const three = (value: number): string => decimal(value, 3);
const bracketed = (value: number): string => term(value, 3);

/** The numbers of a formula written: a negative one in brackets, but for the first of its expression. */
function write(written: Written): string {
  const opens = (before: string | number | undefined): boolean => before === undefined || String(before).endsWith('(');
  return written
    .map((part, i) => (typeof part === 'string' ? part : opens(written[i - 1]) ? three(part) : bracketed(part)))
    .join('');
}

function sumOf(terms: readonly string[]): string {
  const shown = terms.length > MOST_TERMS ? [...terms.slice(0, MOST_TERMS - 1), '…', terms.at(-1) ?? ''] : terms;
  return shown.join(' + ');
}

/** Null when the step has no such number (a hint that did not change, a completion that is not there). */
export function explain(topic: Topic, step: Step, config: GRPOConfig): Explanation | null {
  if (topic.kind === 'change') {
    const change = changesOf(step).find(({ key }) => key === topic.key);
    return change === undefined ? null : explainChange(change, step, config);
  }
  if (topic.kind === 'pattern') return explainPattern(topic.pattern, step);
  const group = step.groups[topic.group];
  if (group === undefined) return null;
  if (topic.kind === 'spread') return explainSpread(group, topic.group, config);
  const completion = group.completions[topic.completion];
  if (completion === undefined) return null;
  if (topic.kind === 'component') return explainComponent(completion, topic.component);
  if (topic.kind === 'ratio') return explainRatio(completion, config);
  if (topic.kind === 'total') return explainTotal(completion, topic.group, config);
  return explainAdvantage(completion, topic.group, step, config);
}

function explainComponent(completion: Completion, component: RewardComponent): Explanation | null {
  const score = completion.rewards.components[component];
  if (score === undefined) return null;
  const sum = score.reasons.reduce((total, { points }) => total + points, 0);
  const clamped = Math.min(1, Math.max(-1, sum));
  const label = REWARD_COMPONENT_LABELS[component];
  return {
    title: `${label} of completion ${completion.index + 1}`,
    lead:
      score.value === null
        ? 'This component could not be computed, so it is left out of the total.'
        : 'The points of its reasons, added up and kept between −1 and +1.',
    equations:
      score.value === null
        ? []
        : [
            {
              name: label.toLowerCase(),
              formula: 'clamp(sum of points, −1, +1)',
              values:
                clamped === sum
                  ? `${score.reasons.map(({ points }) => bracketed(points)).join(' + ') || '0'}`
                  : `clamp(${three(sum)}, −1, +1)`,
              result: signed(score.value),
            },
          ],
    parts: score.reasons.map((reason) => ({
      label: reasonWords(reason),
      how: '',
      value: signed(reason.points),
      sign: signOf(reason.points),
    })),
    notes: [],
    agrees: score.value === null || Math.abs(clamped - score.value) < 1e-6,
  };
}

function explainTotal(completion: Completion, group: number, config: GRPOConfig): Explanation {
  const weights = rewardWeights(config);
  const parts = contributions(completion.rewards, weights);
  const computed = parts.filter(({ value }) => value !== null);
  const sum = computed.reduce((total, { weight }) => total + weight, 0);
  const total = computed.reduce((all, { points }) => all + points, 0);
  const recorded = completion.rewards.total;
  const capped = completion.rewards.cappedAt !== undefined;
  const index = String(completion.index + 1);
  const missing = parts
    .filter(({ value }) => value === null)
    .map(({ component }) => REWARD_COMPONENT_LABELS[component].toLowerCase());
  return {
    title: `Total reward (${REWARD_MODE_LABELS[modeOfWeights(weights)]}) of completion ${completion.index + 1}`,
    lead: 'Each component times its weight, divided by the sum of the weights.',
    equations:
      recorded === null
        ? []
        : [
            ...(computed.length === 0
              ? []
              : [
                  {
                    name: capped ? 'sum' : 'r',
                    index: capped ? undefined : index,
                    formula: 'Σ w·r / Σ w',
                    values: `(${computed.map(({ weight, value }) => `${share(weight)}·${bracketed(value ?? 0)}`).join(' + ')}) / ${three(sum)}`,
                    result: signed(total, 3),
                  },
                ]),
            ...(capped
              ? [
                  {
                    name: 'r',
                    index,
                    formula: computed.length === 0 ? 'cap' : 'min(sum, cap)',
                    values: computed.length === 0 ? three(recorded) : `min(${three(total)}, ${three(recorded)})`,
                    result: signed(recorded, 3),
                  },
                ]
              : []),
          ],
    parts: parts.map(({ component, value, weight, points }) => ({
      label: REWARD_COMPONENT_LABELS[component],
      how:
        value === null
          ? 'could not be computed'
          : `${signed(value)} × ${share(weight)}${Math.abs(sum - 1) > CLOSE ? ` ÷ ${three(sum)}` : ''}`,
      value: value === null ? '–' : signed(points, 3),
      sign: signOf(points),
      topic: { kind: 'component', group, completion: completion.index, component },
    })),
    notes: capped
      ? [
          'The total is capped, so that an answer that evades the question cannot win by being valid: the reasons of quality say why.',
        ]
      : missing.length === 0
        ? []
        : [
            `Without ${missing.join(' and ')}, the other weights are scaled up to fill the place. TRL counts a missing reward as 0 instead.`,
          ],
    agrees: recorded === null || capped || Math.abs(total - recorded) < CLOSE,
  };
}

function totalsOf(group: Group): number[] {
  return group.completions.map(({ rewards }) => rewards.total).filter((total): total is number => total !== null);
}

function rewardParts(group: Group, index: number): Part[] {
  return group.completions.map(({ rewards, index: completion }) => ({
    label: `Completion ${completion + 1}`,
    how: 'total reward',
    value: rewards.total === null ? '–' : signed(rewards.total, 3),
    sign: 0 as const,
    topic: { kind: 'total' as const, group: index, completion },
  }));
}

function explainSpread(group: Group, index: number, config: GRPOConfig): Explanation {
  const totals = totalsOf(group);
  const ddof = ddofOf(config);
  const centre = totals.length === 0 ? null : mean(totals);
  const sd = standardDeviation(totals, ddof);
  const { yardstick, divided } = estimatorOf(config);
  const { shows, lead } = yardstick;
  const withSd = shows === 'mean and sd';
  return {
    title: withSd ? 'Mean and standard deviation of the group' : 'Mean of the group',
    lead,
    equations:
      centre === null
        ? []
        : [
            {
              name: 'mean',
              formula: 'Σ r / G',
              values: `(${sumOf(totals.map(bracketed))}) / ${totals.length}`,
              result: three(centre),
            },
            ...(withSd
              ? [
                  {
                    name: 'sd',
                    formula: ddof === 1 ? '√( Σ (r − mean)² / (G − 1) )' : '√( Σ (r − mean)² / G )',
                    values: `√( (${sumOf(totals.map((total) => `${bracketed(total - centre)}²`))}) / ${totals.length - ddof} )`,
                    result: three(sd),
                  },
                ]
              : []),
          ],
    parts: rewardParts(group, index),
    notes:
      group.noSignal && totals.length > 0
        ? [
            silenceOf(group, config) ??
              'There is no spread, so every advantage is 0: dividing by almost nothing would make noise out of rounding.',
          ]
        : divided === undefined
          ? []
          : [`What is divided is ${divided}, by ${three(group.scale)}: an advantage opens to it.`],
    agrees:
      group.mean === null ||
      (centre !== null && Math.abs(centre - group.mean) < CLOSE && Math.abs(sd - (group.sd ?? sd)) < CLOSE),
  };
}

/** What a completion is compared with. */
function siblingsOf(completion: Completion, group: Group, step: Step, config: GRPOConfig): Siblings {
  const others = group.completions.filter(({ index }) => index !== completion.index);
  return {
    group: totalsOf(group),
    others: totalsOf({ ...group, completions: others }),
    step: step.groups.map(totalsOf),
    mean: group.mean,
    sd: group.sd,
    ddof: ddofOf(config),
  };
}

/** What the estimator's formula is made of, and nothing else. */
function advantageParts(completion: Completion, group: Group, g: number, step: Step, config: GRPOConfig): Part[] {
  const { total } = completion.rewards;
  const own: Part = {
    label: `Reward of completion ${completion.index + 1}`,
    how: 'weighted total',
    value: total === null ? '–' : signed(total, 3),
    sign: 0,
    topic: { kind: 'total', group: g, completion: completion.index },
  };
  const parts = estimatorOf(config).parts(siblingsOf(completion, group, step, config));
  return [
    own,
    ...parts.flatMap(({ label, count, values, from }): Part[] => [
      {
        label,
        how: `of ${plural(count, 'reward')}`,
        value: values.length === 0 ? '–' : values.map(three).join(', '),
        sign: 0,
        ...(from === 'group' ? { topic: { kind: 'spread', group: g } } : {}),
      },
      ...(from === 'others'
        ? rewardParts(group, g).filter((_, i) => group.completions[i]?.index !== completion.index)
        : []),
    ]),
  ];
}

function explainAdvantage(completion: Completion, g: number, step: Step, config: GRPOConfig): Explanation {
  const group = step.groups[g];
  const compared = advantagesOf(
    step.groups.map(({ completions }) => completions),
    config,
  )[g];
  const reward = completion.rewards.total;
  const index = String(completion.index + 1);
  const base = {
    title: `Advantage of completion ${index}`,
    parts: group === undefined ? [] : advantageParts(completion, group, g, step, config),
  };
  const agrees = Math.abs((compared?.advantages[completion.index] ?? 0) - completion.advantage) < CLOSE;
  const notes = [teaching(completion, config)];
  if (group === undefined || compared === undefined || reward === null || compared.mean === null) {
    return {
      ...base,
      lead: 'This completion has no reward, so it has no advantage.',
      equations: [],
      notes: [],
      agrees,
    };
  }
  if (compared.noSignal) {
    return {
      ...base,
      lead:
        silenceOf(group, config) ??
        'All rewards of the group are equal: there is nothing to compare, and the advantage is 0.',
      equations: [],
      notes: [],
      agrees,
    };
  }
  const { formula, lead, values } = estimatorOf(config);
  const { mean, sd, scale } = compared;
  const { advantage } = completion;
  const written = write(values({ ...siblingsOf(completion, group, step, config), reward, mean, sd, scale, advantage }));
  return {
    ...base,
    lead,
    equations: [{ name: 'A', index, formula, values: written, result: signed(advantage) }],
    notes,
    agrees,
  };
}

function teaching({ advantage, teaches }: Completion, { min_advantage_threshold: threshold }: GRPOConfig): string {
  if (teaches)
    return `|A| reaches the minimum of ${decimal(threshold)}, so this completion teaches: its patterns are ${advantage > 0 ? 'reinforced' : 'penalized'}.`;
  return `|A| is below the minimum of ${decimal(threshold)}: too close to the mean to teach.`;
}

/** “if the question says “average””. */
function cueLabel({ cue, pattern }: Change['feature']): string {
  const when = cueWordsOf(cue, pattern);
  return when === null ? 'in every question' : `if the question ${when}`;
}

function explainPattern(pattern: string, step: Step): Explanation | null {
  const found = byPattern(changesOf(step)).find((one) => one.pattern === pattern);
  if (found === undefined) return null;
  return {
    title: `Change of “${actionWords(found.changes[0].feature.pattern)}”`,
    lead: 'Several hints do this, each on other words of a question. Where a question has all of them, their weights add up.',
    equations: [
      {
        name: 'Δw',
        formula: 'sum over the hints',
        values: sumOf(found.changes.map(({ delta }) => bracketed(delta))),
        result: signedChange(found.delta),
      },
    ],
    parts: found.changes.map(({ key, feature, delta }) => ({
      label: cueLabel(feature),
      how: '',
      value: signedChange(delta),
      sign: signOf(delta),
      topic: { kind: 'change', key },
    })),
    notes: [],
    agrees: true,
  };
}

function explainChange(change: Change, step: Step, config: GRPOConfig): Explanation {
  const { event, causes, before, after } = change;
  const learning = step.events.filter(
    ({ key, type }) => key === change.key && (type === 'create' || type === 'update' || type === 'decay'),
  );
  const [learnt] = learning;
  const title = `Change of “${actionWords(change.feature.pattern)}”`;
  if (learnt === undefined) {
    return {
      title,
      lead: reasonOf(event),
      equations: [],
      parts: [],
      notes: [`Weight before: ${signed(before)}; after: ${after === null ? 'gone' : signed(after)}.`],
      agrees: true,
    };
  }
  const groups = step.groups.length;
  const terms = causes.map(
    (cause) => (cause.advantage * cause.activity) / (groups * (step.groups[cause.group]?.completions.length ?? 1)),
  );
  const size = step.groups[0]?.completions.length ?? 1;
  const worked = learning.map((one) => explainEvent(one, size, groups, config));
  const updates = worked.length;
  const updateOf = learning.flatMap(({ causes: own }, i) => own.map(() => i + 1));
  return {
    title,
    lead: reasonOf(learnt),
    equations: worked.flatMap(({ equations }, i) =>
      updates === 1 ? equations : equations.map((equation) => ({ ...equation, index: String(i + 1) })),
    ),
    parts: causes.map((cause, i) => ({
      label: `Completion ${cause.completion + 1}${groups > 1 ? ` of group ${cause.group + 1}` : ''}${updates > 1 && updateOf[i] !== undefined ? `, update ${updateOf[i]}` : ''}`,
      how: `${signed(cause.advantage)} × ${signed(cause.activity)}${cause.activity > 0 ? ', used it' : ', left it out'}`,
      value: signed(terms[i] ?? 0, 3),
      sign: signOf(terms[i] ?? 0),
      topic: { kind: 'advantage', group: cause.group, completion: cause.completion },
    })),
    notes: [...new Set(worked.flatMap(({ notes }) => notes)), ...(learning.includes(event) ? [] : [reasonOf(event)])],
    agrees: worked.every(({ agrees }) => agrees),
  };
}

/**
 * One update of one weight out of its event: g from the causes, Δw from g and the KL pull, w from both.
 * `size` is G and `groups` B of the event's step; `agrees` is false when these or the settings are not those of the
 * event.
 */
export function explainEvent(
  event: HintEvent,
  size: number,
  groups: number,
  config: GRPOConfig,
): Pick<Explanation, 'equations' | 'notes' | 'agrees'> {
  const { learning_rate: rate, kl_coef: pull, weight_limit: limit } = config;
  const { causes, gradientTerm, decayTerm, pulledTo = 0, share = 1 } = event;
  const gradient = causes.reduce((sum, { advantage, activity }) => sum + advantage * activity, 0) / (size * groups);
  const start = event.before ?? 0;
  const moved = rate * gradient * share - rate * pull * (start - pulledTo);
  const clipped = Math.min(limit, Math.max(-limit, start + moved));
  const exact = config.gradient === 'score-function';
  const over = groups === 1 ? 'G' : '(B·G)';
  return {
    equations: [
      {
        name: 'g',
        formula: `1/${over} · Σ A·${exact ? '(f − E f)' : 'f'}`,
        values: `1/${groups * size} · (${sumOf(causes.map(({ advantage, activity }) => `${bracketed(advantage)}·${bracketed(activity)}`)) || '0'})`,
        result: signed(gradient, 3),
      },
      {
        name: 'Δw',
        formula: `learning rate · ${share === 1 ? '' : 's · '}g − learning rate · KL coefficient · ${pulledTo === 0 ? 'w' : '(w − w at the start)'}`,
        values: `${decimal(rate)}·${share === 1 ? '' : `${three(share)}·`}${bracketed(gradient)} − ${decimal(rate)}·${decimal(pull)}·${pulledTo === 0 ? bracketed(start) : `(${three(start)} − ${bracketed(pulledTo)})`}`,
        result: signed(moved, Math.abs(moved) < 0.0095 ? 4 : 3),
      },
      {
        name: 'w',
        formula: 'w + Δw',
        values: `${three(start)} + ${bracketed(moved)}`,
        result: signed(event.after ?? 0, 3),
      },
    ],
    notes: [
      ...(exact
        ? [
            'f counts where the pattern was chosen, E f how often the policy expected it at those decisions: what it would have done anyway earns nothing.',
          ]
        : []),
      ...(config.num_iterations === 1
        ? []
        : [
            'In the updates after the first on a group each decision counts, in f − E f, by its ratio to the policy that drew it, clipped as the objective says.',
          ]),
      ...(share === 1
        ? []
        : [
            's is the share of its weight the hint acts with: n/(n + evidence hold-down), n being the completions that taught it.',
          ]),
      ...(clipped === start + moved ? [] : [`Clipped to ±${decimal(limit)}.`]),
    ],
    agrees:
      Math.abs(rate * gradient * share - gradientTerm) < CLOSE &&
      Math.abs(-rate * pull * (start - pulledTo) - decayTerm) < CLOSE &&
      Math.abs(clipped - (event.after ?? 0)) < 1e-6,
  };
}
