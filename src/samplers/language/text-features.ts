/** The hint features of any SQL text for a question: what a language model's completion is known by. */
import type { FeatureUse, Schema } from '../../grpo/types.ts';
import { analyse } from '../../linking/analyse.ts';
import { makeSchemaIndex } from '../../linking/schema-index.ts';
import { structureOf } from '../../sql/structure.ts';
import type { Ground } from '../sketch/choices.ts';
import { FeatureTable } from '../sketch/features.ts';
import { factsOf } from '../sketch/frames.ts';
import { groundOf } from '../sketch/ground.ts';
import { textPatterns } from './text-patterns.ts';

/** Questions, and SQL texts of each, that are remembered; the oldest goes first. */
const KEPT_QUESTIONS = 256;
const KEPT_TEXTS = 128;

interface Asked {
  readonly ground: Ground;
  readonly table: FeatureTable;
  readonly texts: Map<string, readonly FeatureUse[]>;
}

/**
 * Prepares the schema; the returned function names the features of one SQL text for one question: every pattern of the
 * text (text-patterns.ts) alone and with the cues of the question it may hang on, keyed as the sketch sampler keys its
 * own.
 * `value` is 1 and `expected` 0: a text has no decisions, so the simple form of the gradient is the exact one
 * (grpo/gradient.ts).
 *
 * Never throws. Text that is no SELECT gives what can be read of it, at worst nothing.
 */
export function makeTextFeatures(schema: Schema): (question: string, sql: string) => FeatureUse[] {
  const index = makeSchemaIndex(schema);
  const questions = new Map<string, Asked>();

  const askedOf = (question: string): Asked => {
    let asked = questions.get(question);
    if (asked === undefined) {
      const ground = groundOf(analyse(question, index), index);
      asked = { ground, table: new FeatureTable(ground.analysis, factsOf(ground)), texts: new Map() };
      keep(questions, KEPT_QUESTIONS, question, asked);
    }
    return asked;
  };

  return (question, sql) => {
    if (sql.trim() === '') return [];
    const { ground, table, texts } = askedOf(question);
    let uses = texts.get(sql);
    if (uses === undefined) {
      const indices = new Set(table.of(textPatterns(structureOf(sql, schema), ground)));
      uses = [...indices].flatMap((at): FeatureUse[] => {
        const feature = table.features[at];
        return feature === undefined ? [] : [{ feature, value: 1, expected: 0 }];
      });
      keep(texts, KEPT_TEXTS, sql, uses);
    }
    return [...uses];
  };
}

function keep<K, V>(map: Map<K, V>, most: number, key: K, value: V): void {
  const oldest = map.size >= most ? map.keys().next() : undefined;
  if (oldest?.done === false) map.delete(oldest.value);
  map.set(key, value);
}
