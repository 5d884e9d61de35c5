/**
 * A sheet of questions on a lesson with their answers, for teachers: made from the group that is on the page, or from
 * the values of the lesson's formula. Figures have as many decimals as it takes for what is computed from the printed
 * ones to be the printed answer.
 */
import { decimal, percent, plural, signed } from '../../charts/format.ts';
import { EPSILON } from '../../grpo/advantage.ts';
import { DEFAULT_CONFIG, type GRPOConfig } from '../../grpo/config.ts';
import { estimatorOf } from '../../grpo/estimators/compare.ts';
import { ESTIMATORS } from '../../grpo/estimators/index.ts';
import { OBJECTIVES } from '../../grpo/objectives/index.ts';
import type { Group, Step } from '../../grpo/types.ts';
import { hintWords } from '../../grpo/words/hint.ts';
import { READY_MADE } from '../../lab/ready-made.ts';
import type { UnseenPoint } from '../../lab/unseen.ts';
import type { FormulaLesson, LabLesson, Lesson } from '../../lessons/lesson.ts';
import { isFormulaLesson, isRunLesson } from '../../lessons/lesson.ts';
import { weightsOf } from '../lessons/updates.ts';
import { rightOf } from '../watch/story.ts';
import { changesOf, usersOf } from '../words/changes.ts';
import { creditSum } from '../words/credit.ts';

export interface Item {
  readonly question: string;
  readonly answer: string;
}

/** What the page knows of the run. */
export interface Known {
  readonly step: Step | null;
  readonly config: GRPOConfig;
  readonly points: readonly UnseenPoint[];
}

/** Decimals of what is given, of mean and sd, and of what is worked out of them. */
const DIGITS = [
  [2, 2, 2],
  [2, 3, 2],
  [3, 3, 2],
  [3, 4, 2],
  [4, 4, 2],
  [4, 4, 3],
] as const;
type Digits = readonly [given: number, between: number, results: number];
const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));

/**
 * The fewest decimals with which what is worked out of the printed figures, and of the printed figures between, is what
 * is printed; the most there are where none do.
 */
export function agreeing(
  given: readonly number[],
  between: (given: readonly number[]) => readonly number[],
  results: (given: readonly number[], between: readonly number[]) => readonly number[],
  outcome: readonly number[] = results(given, between(given)),
): Digits {
  const exact = between(given);
  const same = (first: readonly number[], second: readonly number[], digits: number): boolean =>
    first.every((value, i) => rounded(value, digits) === rounded(second[i] ?? NaN, digits));
  return (
    DIGITS.find(([fine, middle, coarse]) => {
      const shown = given.map((value) => rounded(value, fine));
      const printed = exact.map((value) => rounded(value, middle));
      return same(exact, between(shown), middle) && same(outcome, results(shown, printed), coarse);
    }) ?? [4, 4, 3]
  );
}

const list = (values: readonly string[]): string => values.join(', ');
const numbers = (indices: readonly number[]): string =>
  indices.length === 0 ? 'none' : list(indices.map((index) => String(index + 1)));

function ofRewards(totals: readonly number[], config: GRPOConfig): Item[] {
  const estimator = estimatorOf(config);
  const ddof = config.population_sd ? 0 : 1;
  const divides = estimator.yardstick.shows === 'mean and sd';
  const made = estimator.advantages([{ totals }], { ddof })[0];
  if (made === undefined || made.mean === null) return [];
  const madeOf = (given: readonly number[]) => estimator.advantages([{ totals: given }], { ddof })[0];
  const [fine, middle, coarse] = agreeing(
    totals,
    (given) => [madeOf(given)?.mean ?? 0, divides ? (madeOf(given)?.sd ?? 1) : 1],
    (given, [mean = 0, sd = 1]) => given.map((reward) => (reward - mean) / (divides ? sd + EPSILON : 1)),
    made.noSignal ? [] : made.advantages,
  );
  const rewards = list(totals.map((total) => decimal(total, fine)));
  const sd = !divides || made.sd === null ? '' : `, sd ${decimal(made.sd, middle)}`;
  return [
    {
      question: `The rewards of a group are ${rewards}. What is their mean${sd === '' ? '' : `, and their sd (divide by ${ddof === 1 ? 'G − 1' : 'G'})`}?`,
      answer: `mean ${decimal(made.mean, middle)}${sd}`,
    },
    {
      question: `What are the advantages (${estimator.label}: ${estimator.formula}${divides ? `, with ε ${EPSILON}` : ''})?`,
      answer: made.noSignal
        ? 'All 0: the group has no signal.'
        : list(made.advantages.map((advantage) => signed(advantage, coarse))),
    },
  ];
}

function ofGroup(group: Group, { step, config }: Known): Item[] {
  const { completions } = group;
  const known = completions.map(rightOf);
  const totals = completions.flatMap(({ rewards }) => rewards.total ?? []);
  const items: Item[] = known.includes(null)
    ? []
    : [
        {
          question: `“${group.question}”: which of the tries are right?`,
          answer: numbers(known.flatMap((right, i) => (right === true ? [i] : []))),
        },
      ];
  if (totals.length === completions.length) items.push(...ofRewards(totals, config));
  const teaching = completions.filter(({ teaches }) => teaches);
  items.push({
    question: 'Which tries raise the weight of what they did, and which lower it?',
    answer: `raise: ${numbers(teaching.filter(({ advantage }) => advantage > 0).map(({ index }) => index))}; lower: ${numbers(teaching.filter(({ advantage }) => advantage < 0).map(({ index }) => index))}`,
  });
  return step === null ? items : [...items, ...ofCredit(step, config)];
}

/** The largest change that several tries had a part in, else the largest. */
function ofCredit(step: Step, config: GRPOConfig): Item[] {
  const changes = changesOf(step).filter(({ key }) => creditSum(key, step, config) !== null);
  const change = changes.find((one) => usersOf(one, 0).length > 1) ?? changes[0];
  const sum = change === undefined ? null : creditSum(change.key, step, config);
  if (change === undefined || sum === null) return [];
  const terms = sum.shares.map(({ advantage, uses }) => `${advantage} × ${uses}`).join('; ');
  return [
    {
      question: `The hint “${hintWords(change.feature, 1)}” has the weight ${sum.before}. Advantage × use of each try: ${terms}. The learning rate is ${sum.rate}, the group has ${sum.size} tries${sum.pull === null ? '' : `, and the pull towards the start is ${sum.pull}`}. What is its weight now?`,
      answer: `${sum.rate} × (${sum.shares.map(({ share }) => share).join(' ')}) ÷ ${sum.size} = ${sum.delta}, so ${sum.after}`,
    },
  ];
}

function ofPoints(points: readonly UnseenPoint[]): Item[] {
  const [start, now] = [points[0], points.at(-1)];
  if (start?.step !== 0 || now === undefined) return [];
  const of = start.answers.length;
  const counted = (point: UnseenPoint): string => `${point.right} of ${of} (${percent(point.accuracy)})`;
  return [
    {
      question: `How many of the ${of} unseen questions were answered rightly before training?`,
      answer: counted(start),
    },
    ...(now === start ? [] : [{ question: `And after step ${now.step}?`, answer: counted(now) }]),
  ];
}

function ofFormula({ formula, screens }: FormulaLesson): Item[] {
  // Screens that begin with the same values would ask the same.
  const values = screens.map(({ rewards, chance, groupSize, before, now }) =>
    JSON.stringify([rewards, chance, groupSize, before, now]),
  );
  const asked = screens.filter((_, i) => values.indexOf(values[i] ?? '') === i);
  return asked.flatMap(({ rewards, chance, groupSize, before, now }) => {
    if (formula === 'advantage' && rewards !== undefined) return ofRewards(rewards, DEFAULT_CONFIG);
    if (formula === 'no-signal' && chance !== undefined && groupSize !== undefined)
      return [
        {
          question: `One try is right with chance ${decimal(chance)}. How many groups of ${groupSize} are all right or all wrong?`,
          answer: `${decimal(chance)}^${groupSize} + ${decimal(1 - chance)}^${groupSize} = ${percent(chance ** groupSize + (1 - chance) ** groupSize)}`,
        },
      ];
    if (formula !== 'clip' || rewards === undefined || before === undefined || now === undefined) return [];
    if (now.every((value, i) => value === before[i])) return [];
    const advantages = ESTIMATORS[0].advantages([{ totals: rewards }], { ddof: 1 })[0]?.advantages ?? [];
    const { ratios, weights } = weightsOf(OBJECTIVES[0], before, now, advantages, DEFAULT_CONFIG);
    return [
      {
        question: `Chances when drawn ${list(before.map(String))}, now ${list(now.map(String))}; advantages ${list(advantages.map((one) => signed(one)))}. What are the ratios, and which are cut at ε = ${decimal(DEFAULT_CONFIG.epsilon)}?`,
        answer: `${list(ratios.map((ratio) => decimal(ratio)))}; cut: ${numbers(weights.flatMap((weight, i) => (weight === ratios[i] ? [] : [i])))}`,
      },
    ];
  });
}

function ofExperiments({ experiments }: LabLesson): Item[] {
  return READY_MADE.filter(({ id }) => experiments.includes(id)).map(({ name, spec }) => ({
    question: `“${name}” compares ${list(spec.variants.map((variant) => variant.name))}, each with ${plural(spec.seeds.length, 'seed')}. How many runs is that, and how many steps?`,
    answer: `${spec.variants.length} × ${spec.seeds.length} = ${plural(spec.variants.length * spec.seeds.length, 'run')} of ${plural(spec.steps, 'step')}`,
  }));
}

function ofRun(known: Known): Item[] {
  const group = known.step?.groups[0];
  return [...(group === undefined ? [] : ofGroup(group, known)), ...ofPoints(known.points)];
}

/** Empty for a lesson on a run of which nothing is known yet. */
export function sheetOf(lesson: Lesson, known: Known): Item[] {
  if (isRunLesson(lesson)) return ofRun(known);
  return isFormulaLesson(lesson) ? ofFormula(lesson) : ofExperiments(lesson);
}
