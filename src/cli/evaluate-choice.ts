/** `lab evaluate` for completions of language models: how good is what is chosen of a group, and do hints choose better? */
import type { GRPOConfig } from '../grpo/config.ts';
import { rewardWeights } from '../grpo/trainer.ts';
import type { PolicyView, Question } from '../grpo/types.ts';
import { CHOICE_RULES, evaluateChoice } from '../lab/choice-evaluation.ts';
import type { ChoiceEvaluation, ChoiceRule } from '../lab/choice-evaluation.ts';
import type { Interval } from '../lab/statistics.ts';
import type { Inputs } from './inputs.ts';
import { rewardsFor } from './parts.ts';
import { everyTenth } from './report.ts';
import type { Report } from './report.ts';
import { answerable, makeSampler } from './samplers.ts';
import type { SamplerChoice } from './samplers.ts';

/** In words, as they are printed. */
const RULE_TEXT: Readonly<Record<ChoiceRule, string>> = {
  random: 'at random', vote: 'by majority', reward: 'by reward', hintsDrawn: 'drawn by hints', hints: 'by hints', rewardHints: 'by reward and hints', oracle: 'the best possible',
};

export interface ChoiceWork {
  readonly choice: Exclude<SamplerChoice, { kind: 'recording' | 'sketch' }>;
  readonly inputs: Inputs;
  readonly questions: readonly Question[];
  readonly hints: PolicyView;
  readonly config: GRPOConfig;
  readonly seeds: number;
}

export interface MeasuredChoice {
  readonly evaluation: ChoiceEvaluation;
  readonly sampler: { readonly id: string; readonly label: string };
  /** Questions for which there are no recorded completions. */
  readonly withoutCompletions: number;
  /** What came out, in words. */
  readonly lines: readonly string[];
}

/** Groups are written without hints in the prompt, so that every rule chooses among the same. Gold only says what was right. */
export async function measureChoice({ choice, inputs: { database }, questions, hints, config, seeds }: ChoiceWork, report: Report): Promise<MeasuredChoice> {
  const asked = answerable(choice, questions);
  const sampler = makeSampler(choice, { schema: database.schema, questions: asked, config });
  const evaluation = await evaluateChoice({
    questions: asked, sampler, database, hints, seeds,
    rewards: rewardsFor(database)({ ...rewardWeights(config), gold: 0, feedback: 0 }),
    temperature: config.temperature, groupSize: config.group_size,
    budget: { maxVmSteps: config.max_vm_steps * 1e6, deadlineMs: config.deadline_ms, maxRows: config.max_rows },
    onQuestion: (done, all) => {
      if (everyTenth(done, all)) report.progress(`question ${done}/${all}`);
    },
  });
  return { evaluation, sampler: { id: sampler.id, label: sampler.label }, withoutCompletions: questions.length - asked.length, lines: linesOf(evaluation) };
}

function linesOf({ rules, comparison: { verdict, gained, lost, questions }, groupSize, seeds, weakGold }: ChoiceEvaluation): string[] {
  return [
    `Right when chosen out of ${groupSize} (${seeds} group${seeds === 1 ? '' : 's'} a question): ${CHOICE_RULES.map((rule) => `${RULE_TEXT[rule]} ${percent(rules[rule])}`).join(', ')}.`,
    `By reward and hints against by reward: ${verdict} Gained ${gained.length}, lost ${lost.length} of ${questions}.${weakGold > 0 ? ` The gold SQL of ${weakGold} returns nothing, 0 or NULL: wrong SQL matches those easily.` : ''}`,
  ];
}

function percent({ accuracy, low, high }: Interval): string {
  const tenth = (share: number): string => (100 * share).toFixed(1);
  return `${tenth(accuracy)} % (${tenth(low)}–${tenth(high)})`;
}
