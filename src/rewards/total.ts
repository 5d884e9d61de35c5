import type { FeedbackProvider } from '../grpo/feedback.ts';
import {
  REWARD_COMPONENTS,
  WORST_REWARD,
  type Database,
  type Question,
  type RewardComponent,
  type RewardModel,
  type RewardScore,
  type RewardWeights,
  type Schema,
  type ScoredRewards,
} from '../grpo/types.ts';
import type { QuestionAnalysis } from '../linking/types.ts';
import { agreeingResults } from '../sql/agreeing.ts';
import { structureOf } from '../sql/structure.ts';
import type { SqlStructure } from '../sql/sql-structure.ts';
import { agreementOf } from './agreement.ts';
import { executionReward } from './execution.ts';
import { feedbackRewards, isByChance, KnownResults, withCorrections } from './feedback.ts';
import { formatReward } from './format.ts';
import { goldReward, runGold, type Gold } from './gold.ts';
import { qualityReward, type Quality } from './quality.ts';
import { reason, scoreOf, type Completed } from './score.ts';
import { parserFor, validityReward } from './validity.ts';
import type { ParserObjection } from '../sql/parse.ts';

/** The total of every answer that evades the question, however well it compiles and runs: no answer can have less. */
export const GATED_TOTAL = WORST_REWARD;

export interface RewardModelOptions {
  readonly schema: Schema;
  /** Runs what gold, agreement and feedback need to know; not used while they have no weight. */
  readonly database: Database;
  readonly weights: RewardWeights;
  readonly analyse: (question: string) => QuestionAnalysis;
  /** What people said; asked only while feedback has a weight. */
  readonly feedback?: FeedbackProvider;
}

/** SQL texts and questions remembered, so that a long run does not grow. */
const MEMORY = 2000;

/**
 * The rewards of a group. The four reference-free components are always computed; gold, agreement and feedback only
 * when they have a weight. A component that could not be computed is absent: the remaining weights share its part,
 * where TRL counts it as 0; as in TRL, only a completion that lacks all of them has no total and is left out.
 */
export function makeRewardModel({ schema, database, weights, analyse, feedback }: RewardModelOptions): RewardModel {
  const structures = new Map<string, SqlStructure>();
  const golds = new Map<string, Promise<Gold>>();
  const judged = new Map<string, KnownResults>();
  return {
    async score(question, completions) {
      const analysis = analyse(question.question);
      const said = weights.feedback > 0 && feedback !== undefined ? await feedback(question, completions) : null;
      const corrected = withCorrections(question, said);
      const gold =
        weights.gold > 0 ? await remember(golds, goldKey(corrected), () => runGold(corrected, database)) : null;
      const words =
        said === null
          ? null
          : await feedbackRewards(
              said,
              completions,
              database,
              remember(judged, question.question, (): KnownResults => new KnownResults()),
            );
      const parser = await parserFor(completions);
      // Samples repeat one another, and the same SQL in one group has the same execution.
      const free = new Map<string, ReturnType<typeof referenceFree>>();
      const agreement =
        weights.agreement > 0
          ? agreementOf(
              await agreeingResults(completions, database),
              completions.map(({ execution }) => execution.rows.length > 0),
            )
          : null;
      return completions.map(({ sql, execution }, i): ScoredRewards => {
        const { quality, ...reference } = remember(free, sql, () =>
          referenceFree(
            { sql, execution, schema, structure: remember(structures, sql, () => structureOf(sql, schema)) },
            analysis,
            parser,
          ),
        );
        const components: Record<string, RewardScore> = {
          validity: reference.validity,
          execution: reference.execution,
          quality: quality.score,
          format: reference.format,
        };
        const word = words?.[i];
        if (gold) components['gold'] = word && isByChance(word) ? word : goldReward(gold, execution);
        if (word) components['feedback'] = word;
        if (agreement?.[i]) components['agreement'] = agreement[i];
        const total = weightedTotal(components, weights);
        // Whether an answer is unrelated is a guess from words; gold and people know better. What reads no data is a
        // hack even when it hits.
        const lifted =
          quality.gate === 'unrelated' && (components['gold']?.value === 1 || components['feedback']?.value === 1);
        if (quality.gate === null || lifted) return { components, total };
        // Also where no component with a weight could be computed: or it would teach less than an attempt that failed.
        return {
          components: total === GATED_TOTAL ? components : { ...components, quality: withCap(quality.score) },
          total: GATED_TOTAL,
          cappedAt: GATED_TOTAL,
        };
      });
    },
  };
}

function referenceFree(
  completed: Completed,
  analysis: QuestionAnalysis,
  parser: ParserObjection | null,
): {
  readonly validity: RewardScore;
  readonly execution: RewardScore;
  readonly quality: Quality;
  readonly format: RewardScore;
} {
  return {
    validity: validityReward(completed, parser),
    execution: executionReward(completed),
    quality: qualityReward(completed, analysis),
    format: formatReward(completed),
  };
}

function withCap(score: RewardScore): RewardScore {
  return scoreOf([...score.reasons, reason(0, 'capped', GATED_TOTAL)]);
}

/** Σ w r / Σ w over the components that have a value; null when none with a weight has. */
export function weightedTotal(
  components: Readonly<Partial<Record<RewardComponent, RewardScore>>>,
  weights: RewardWeights,
): number | null {
  let sum = 0;
  let share = 0;
  for (const name of REWARD_COMPONENTS) {
    const value = components[name]?.value;
    if (value === null || value === undefined || weights[name] <= 0) continue;
    sum += weights[name] * value;
    share += weights[name];
  }
  return share > 0 ? Math.max(-1, Math.min(1, sum / share)) : null;
}

const goldKey = (question: Question): string => JSON.stringify([question.id, question.sql, question.sqlAlternatives]);

function remember<T>(memory: Map<string, T>, key: string, make: () => T): T {
  const known = memory.get(key);
  if (known !== undefined) return known;
  const made = make();
  if (memory.size >= MEMORY)
    for (const oldest of memory.keys()) {
      memory.delete(oldest);
      break;
    }
  memory.set(key, made);
  return made;
}
