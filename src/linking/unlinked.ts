/** What of a question nothing was made of: its words that name nothing of the database and ask for nothing either. */
import { DATE_PARTS, DISTINCT_WORDS, isNegation, superlativeOf } from './lexicon.ts';
import { isComparative } from './numbers.ts';
import { productWords } from './products.ts';
import type { SchemaIndex } from './schema-index.ts';
import type { QuestionAnalysis, Span } from './types.ts';

/** Links weaker than this are guesses. */
const PLAIN_LINK = 0.5;

export interface Unlinked {
  /** As the question has them, in its order, each once. */
  readonly words: readonly string[];
  /** How many words say something, those included. */
  readonly of: number;
}

export function unlinkedOf(analysis: QuestionAnalysis, index: SchemaIndex): Unlinked {
  const { tokens, tables, columns, values, numbers, dates, intent } = analysis;
  const strong = [...tables, ...columns].filter(({ score }) => score >= PLAIN_LINK);
  const spans: (Span | null | undefined)[] = [
    ...strong.flatMap(({ span, mentions }) => [span, ...mentions]),
    ...values.filter(({ score }) => score >= PLAIN_LINK).map(({ span }) => span),
    ...numbers.map(({ span }) => span),
    ...dates.map(({ span }) => span),
    ...intent.aggregates.map(({ span }) => span),
    ...[intent.superlative?.span, intent.ordering, intent.averageComparison?.span],
  ];
  const known = new Set<number>();
  for (const span of spans) if (span != null) for (let at = span.first; at <= span.last; at++) known.add(at);
  for (const at of productWords(analysis, index)) known.add(at);
  if (index.columns.some(({ profile }) => profile?.holds === 'date'))
    tokens.forEach(({ stem }, at) => {
      if (DATE_PARTS.some(({ words }) => words.has(stem))) known.add(at);
    });
  // The same word again names the same thing.
  const stems = new Set([...known].map((at) => tokens[at]?.stem));
  const content = tokens.flatMap((token, at) => (token.stop || token.kind === 'number' ? [] : [{ token, at }]));
  const words = content.filter(
    ({ token: { lower, stem }, at }) =>
      !known.has(at) &&
      !stems.has(stem) &&
      !(isComparative(lower) && tokens[at + 1]?.lower === 'than') &&
      !isNegation(lower) &&
      !DISTINCT_WORDS.has(lower) &&
      superlativeOf(lower) === null,
  );
  return { words: [...new Set(words.map(({ token }) => token.text))], of: content.length };
}
