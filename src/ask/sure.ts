/** How sure an answer is, and what else the question may mean. Pure. */
import type { Question, Schema } from '../grpo/types.ts';
import { analyse } from '../linking/analyse.ts';
import { makeSchemaIndex } from '../linking/schema-index.ts';
import { unlinkedOf } from '../linking/unlinked.ts';
import { probabilityOf, UNSURE, type Calibration } from './calibration.ts';
import { evidenceOf } from './evidence.ts';
import type { Ran } from './rank.ts';
import { readingsOf } from './readings.ts';
import { basisWords, becauseOf, shareWords } from './sure-words.ts';
import type { AskAnswer, AskCandidate } from './types.ts';

interface Group {
  readonly group: readonly Ran[];
  readonly candidates: readonly AskCandidate[];
  /** The hints steered its draws: what was calibrated. */
  readonly steered: boolean;
  readonly calibration: Calibration;
  readonly schema: Schema;
}

export function sureOf(
  question: Question,
  { group, candidates, steered, calibration, schema }: Group,
): Pick<AskAnswer, 'sure' | 'readings'> {
  const [best] = candidates;
  const chosen = group.find(({ sample }) => sample.sql === best?.sql);
  if (!steered || group.length === 1 || best === undefined || chosen === undefined || chosen.result === null)
    return { sure: null, readings: null };
  const index = makeSchemaIndex(schema);
  const unlinked = unlinkedOf(analyse(question.question, index), index);
  const rival = candidates.findIndex(
    (other) =>
      group.find(({ sample }) => sample.sql === other.sql)?.result !== chosen.result && other.agreement !== null,
  );
  const second = candidates[rival];
  const evidence = evidenceOf(group, chosen, unlinked);
  if (evidence === null) return { sure: null, readings: null };
  const probability = probabilityOf(evidence, calibration);
  const confirmed = (best.said ?? 0) > 0;
  const words = second === undefined ? null : readingsOf(best.sql, second.sql, schema);
  const margin =
    second === undefined || best.score === null || second.score === null ? null : best.score - second.score;
  const from = { questions: calibration.questions, databases: calibration.databases, own: calibration.own };
  return {
    sure: {
      ...{ probability, evidence, confirmed, margin, from, unlinked: unlinked.words },
      unsure: probability < UNSURE && !confirmed,
      says: confirmed ? 'It gives the result that you said is right.' : shareWords(probability),
      because: becauseOf(best, { margin, unlinked: unlinked.words }),
      basis: basisWords(from),
    },
    readings: second === undefined ? null : { rival, words },
  };
}
