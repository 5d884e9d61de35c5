/**
 * `lab evaluate` for completions of language models: how good is what is chosen of a group, and do hints choose better?
 */
import type { GRPOConfig } from '../grpo/config.ts';
import { queryBudget } from '../grpo/derived-settings.ts';
import { percent } from '../grpo/figures.ts';
import type { PolicyView, Question } from '../grpo/types.ts';
import { CHOICE_RULES, evaluateChoice } from '../lab/choice-evaluation.ts';
import type { ChoiceEvaluation, ChoiceRule } from '../lab/choice-evaluation.ts';
import { countsText } from '../lab/facts.ts';
import type { Interval } from '../lab/statistics.ts';
import type { Inputs } from './inputs.ts';
import { UsageError } from './options.ts';
import { everyTenth } from './report.ts';
import type { Report } from './report.ts';
import { answerable, makeSampler } from './samplers.ts';
import type { SamplerChoice } from './samplers.ts';
import { choosingRewards } from './teach-choice.ts';

/** In words, as they are printed. */
export const RULE_TEXT: Readonly<Record<ChoiceRule, string>> = {
  random: 'at random',
  vote: 'by majority',
  reward: 'by reward',
  hintsDrawn: 'drawn by hints',
  hints: 'by hints',
  rewardHints: 'by reward and hints',
  oracle: 'the best possible',
};

export interface ChoiceWork {
  readonly choice: Exclude<SamplerChoice, { kind: 'recording' | 'sketch' }>;
  readonly inputs: Pick<Inputs, 'database'>;
  /** Those that are measured. */
  readonly questions: readonly Question[];
  readonly hints: PolicyView;
  /** Its reward weights choose, gold and feedback left out. */
  readonly config: GRPOConfig;
  readonly seeds: number;
}

export interface MeasuredChoice {
  readonly evaluation: ChoiceEvaluation;
  readonly sampler: { readonly id: string; readonly label: string };
  /** Questions for which there are no recorded completions. */
  readonly withoutCompletions: number;
}

/**
 * Groups are written without hints in the prompt, so that every rule chooses among the same. Gold only says what was
 * right. Rejects with UsageError when there is nothing to measure, and with what evaluateChoice rejects with.
 */
export async function measureChoice(
  { choice, inputs: { database }, questions, hints, config, seeds }: ChoiceWork,
  report: Report,
): Promise<MeasuredChoice> {
  const asked = answerable(choice, questions);
  if (!asked.some(({ sql }) => sql !== undefined))
    throw new UsageError(`None of the ${questions.length} questions has both gold SQL and completions.`);
  const sampler = makeSampler(choice, { schema: database.schema, questions: asked, config });
  const evaluation = await evaluateChoice({
    questions: asked,
    sampler,
    database,
    hints,
    seeds,
    rewards: choosingRewards(database, config),
    temperature: config.temperature,
    groupSize: config.group_size,
    budget: queryBudget(config),
    onQuestion: (done, all) => {
      if (everyTenth(done, all)) report.progress(`question ${done}/${all}`);
    },
  });
  return {
    evaluation,
    sampler: { id: sampler.id, label: sampler.label },
    withoutCompletions: questions.length - asked.length,
  };
}

/** What came out, in words. `hints`: how many there were; without any nothing is compared. */
export function linesOf(
  { rules, comparison: { verdict, gained, lost }, questions, facts, groupSize, seeds, weakGold }: ChoiceEvaluation,
  hints: number,
): string[] {
  const shown = hints > 0 ? CHOICE_RULES : (['random', 'vote', 'reward', 'oracle'] as const);
  return [
    `Right in per cent when chosen out of ${groupSize} (${seeds} group${seeds === 1 ? '' : 's'} a question; in brackets 95 % intervals over facts: ${countsText({ questions, facts })}): ${shown.map((rule) => `${RULE_TEXT[rule]} ${withInterval(rules[rule])}`).join(', ')}.`,
    hints > 0
      ? `By reward and hints against by reward, question by question: ${verdict} Gained ${gained.length}, lost ${lost.length} of ${questions}.`
      : 'There are no hints, so there is nothing to compare with by reward. --hints F takes those that lab train wrote.',
    ...(weakGold > 0
      ? [`The gold SQL of ${weakGold} returns nothing, 0 or NULL: wrong SQL matches those easily.`]
      : []),
  ];
}

function withInterval({ accuracy, low, high }: Interval): string {
  return `${percent(accuracy)} (${percent(low)}–${percent(high)})`;
}
