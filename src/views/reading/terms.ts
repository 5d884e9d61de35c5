/** The words of the field that the page uses, each with what it means, its formula and where it is from. */
import { ESTIMATORS } from '../../grpo/estimators/index.ts';
import { OBJECTIVES } from '../../grpo/objectives/index.ts';

export interface Term {
  /** In addresses: `#glossary/<id>`. */
  readonly id: string;
  readonly term: string;
  readonly means: string;
  readonly formula?: string;
  readonly source: string;
}

const DEEPSEEK = 'DeepSeekMath, arXiv 2402.03300';
const HERE = 'this project, docs/algorithm.md';

const WORDS: readonly Term[] = [
  {
    id: 'policy',
    term: 'Policy',
    means:
      'What writes the tries: for a question it says how likely each SQL is. Here it is a frozen sampler, steered by the hints.',
    formula: 'π_h(y | q) ∝ π₀(y | q) · exp( Σ w f(q, y) )',
    source: 'form of the optimum under a KL penalty: DPO, arXiv 2305.18290, eq. 4',
  },
  {
    id: 'completion',
    term: 'Completion, try',
    means: 'One text that the policy wrote for a question: here a SQL statement.',
    source: DEEPSEEK,
  },
  {
    id: 'group',
    term: 'Group',
    means: 'Several tries at one question. They are compared with one another and with nothing else.',
    formula: 'y_1 … y_G',
    source: `${DEEPSEEK}, §4.1`,
  },
  {
    id: 'reward',
    term: 'Reward',
    means:
      'How good a try was, from −1 to 1: the weighted mean of what the reward functions say. Without an answer key they look whether it is valid, runs, fits the question and is clean.',
    formula: 'r = Σ w r / Σ w',
    source: HERE,
  },
  {
    id: 'gold',
    term: 'Answer key, gold',
    means: 'SQL that is known to answer the question. A try is right if its result is the same.',
    source: 'execution accuracy: Spider, EMNLP 2018',
  },
  {
    id: 'advantage',
    term: 'Advantage',
    means:
      'How much better a try was than its group. Above the mean it is positive: what the try did gains weight. Where a run does not divide by the spread, as in the first lesson, A = r − mean.',
    formula: 'A = (r − mean) / sd',
    source: `${DEEPSEEK}, §4.1.2`,
  },
  {
    id: 'sd',
    term: 'Standard deviation, sd',
    means:
      'How far the rewards of a group lie from their mean, taken together. Dividing by it makes a close group as loud as one that differs much.',
    formula: '√( Σ (r − mean)² / (G − 1) )',
    source: 'divided by G − 1 as torch.std does in TRL’s GRPOTrainer',
  },
  {
    id: 'no-signal',
    term: 'No signal',
    means: 'All rewards of a group are the same: every advantage is 0, and nothing is learned from it.',
    formula: 'p^G + (1 − p)^G of right-or-wrong groups',
    source: 'DAPO, arXiv 2503.14476, §3.2',
  },
  {
    id: 'hint',
    term: 'Hint, feature, weight',
    means:
      'What is learned here: a cue in the question, a pattern in the SQL, and a weight. A positive weight makes the pattern likelier where the cue is there.',
    formula: 'f = 1 where both occur; w·f is added to the logit',
    source: HERE,
  },
  {
    id: 'gradient',
    term: 'Gradient, score function',
    means:
      'Which way the weights have to move for better tries to become likelier. A feature counts by how much oftener it was used than expected; the simple form counts its uses.',
    formula: 'g = 1/G Σ A (f − E f)',
    source: 'REINFORCE: Williams, Machine Learning 8 (1992)',
  },
  {
    id: 'learning-rate',
    term: 'Learning rate',
    means: 'How far one update moves a weight.',
    formula: 'Δw = learning rate · g',
    source: HERE,
  },
  {
    id: 'temperature',
    term: 'Temperature',
    means: 'How freely the policy draws: low repeats what is likeliest, high tries more.',
    formula: 'π ∝ exp(logit / T)',
    source: HERE,
  },
  {
    id: 'greedy',
    term: 'Greedy',
    means: 'The likeliest choice at every decision, without chance. What is counted as an answer is greedy.',
    source: HERE,
  },
  {
    id: 'entropy',
    term: 'Entropy',
    means: 'How undecided the policy is about a question: 0 when it always writes the same.',
    formula: 'H = −Σ π ln π, in nats',
    source: 'Shannon, Bell System Technical Journal 27 (1948)',
  },
  {
    id: 'kl',
    term: 'KL divergence',
    means:
      'How far the policy has moved from the one without hints. A pull towards the start keeps it from running away.',
    formula: 'KL = Σ π_h ln(π_h / π₀)',
    source: `${DEEPSEEK}, eq. 4`,
  },
  {
    id: 'ratio',
    term: 'Ratio',
    means: 'A try’s chance under the policy of now, by its chance when it was drawn. 1 in the first update on a group.',
    formula: 'ρ = π_now / π_old',
    source: 'PPO, arXiv 1707.06347, eq. 6',
  },
  {
    id: 'clip',
    term: 'Clip, ε',
    means:
      'A ratio that has moved further than ε in the direction of its advantage is cut, so that one group cannot decide everything.',
    formula: 'min(ρ·A, clip(ρ, 1 − ε, 1 + ε)·A)',
    source: 'PPO, arXiv 1707.06347, eq. 7',
  },
  {
    id: 'held-out',
    term: 'Held-out, unseen questions',
    means: 'Questions that are never trained on. Only they tell whether something was learned that holds elsewhere.',
    source: HERE,
  },
  {
    id: 'interval',
    term: '95 % interval',
    means: 'The range that would hold the true share in 95 of 100 such counts. Few questions make it wide.',
    formula: 'Wilson’s score interval',
    source: 'Wilson, JASA 22 (1927)',
  },
  {
    id: 'starter',
    term: 'Starter policy',
    means: 'General hints that were learned on the training questions of fifteen databases, to begin with.',
    source: 'this project, docs/learning.md',
  },
  {
    id: 'control',
    term: 'Control, shuffled advantages',
    means:
      'The same training with the advantages dealt out at random. It must not help; if it does, the gain has another cause.',
    source: 'this project, docs/learning.md',
  },
];

/** In the order of their names. */
export const TERMS: readonly Term[] = [...WORDS].sort((a, b) => a.term.localeCompare(b.term, 'en'));

/** Ways of making advantages, and what several updates climb: all that the settings offer. */
export const CHOICES = [
  { title: 'Advantage estimators', id: 'estimator', of: ESTIMATORS },
  { title: 'Objectives', id: 'objective', of: OBJECTIVES },
] as const;
