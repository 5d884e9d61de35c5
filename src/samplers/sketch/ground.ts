/**
 * What every reading of a question against a schema starts from: candidates for its names, values, numbers and dates.
 */
import type { SchemaIndex } from '../../linking/schema-index.ts';
import { overlaps } from '../../linking/spans.ts';
import type { QuestionAnalysis } from '../../linking/types.ts';
import { Candidates } from './candidates.ts';
import type { Ground } from './choices.ts';

/** Numbers, and dates, of a question that may be compared or limit. */
const MOST_NUMBERS = 4;

export function groundOf(analysis: QuestionAnalysis, index: SchemaIndex): Ground {
  const candidates = new Candidates(analysis, index);
  const values = candidates.valueMentions();
  // A number inside a mentioned value ("Route 66") belongs to the value.
  const numbers = analysis.numbers
    .filter(({ span }) => !values.some((value) => overlaps(span, value.span)))
    .slice(0, MOST_NUMBERS);
  // A plain year is a number already.
  const dates = analysis.dates
    .filter(({ span }) => !numbers.some((mention) => overlaps(span, mention.span)))
    .slice(0, MOST_NUMBERS);
  return { analysis, index, candidates, selectable: candidates.selectable(), values, numbers, dates };
}
