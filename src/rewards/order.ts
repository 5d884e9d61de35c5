/** Does the SQL sort and cut as the question asks: which end first, by what, how many rows? */
import type { RewardReason } from '../grpo/types.ts';
import type { QuestionAnalysis } from '../linking/types.ts';
import type { SqlStructure } from '../sql/sql-structure.ts';
import { at } from '../linking/asked.ts';
import { reason } from './score.ts';

const DESCENDING =
  /\b(descending|descendingly|desc|decreasing|reverse|(highest|largest|most|oldest|greatest|biggest|newest|latest|longest|high|large|old|big|long|top|z) to( the)? (lowest|smallest|least|fewest|youngest|oldest|earliest|shortest|low|small|young|short|bottom|a)|(highest|largest|most|oldest|newest|latest|biggest) first)\b/i;
const ASCENDING =
  /\b(ascending|ascendingly|asc|increasing|alphabetical|alphabetically|alphabetic|lexicographical|lexicographically|lexicographic|chronological|chronologically|(lowest|smallest|least|fewest|youngest|earliest|shortest|low|small|young|short|bottom|a) to( the)? (highest|largest|most|oldest|greatest|biggest|latest|longest|high|large|old|big|long|top|z)|(lowest|smallest|fewest|youngest|earliest|least) first)\b/i;
const SORTS =
  /\b(sort|sorted|sorting|order|ordered|ordering|rank|ranked|arrange|arranged)\b[^.?]{0,40}?\b(by|from|in|according|based)\b|\bin (the )?(order|ascending|descending)/i;
const ORDINAL = /\b(second|third|fourth|fifth|2nd|3rd|4th|5th|skip|offset|after the first)\b/i;

/** The order a question asks for, as opposed to the one extreme row of a superlative. */
export function askedOrder({
  question,
  intent,
}: QuestionAnalysis): { readonly direction: 'ASC' | 'DESC' | null } | null {
  const direction = DESCENDING.test(question) ? 'DESC' : ASCENDING.test(question) ? 'ASC' : null;
  return direction !== null || intent.ordering !== null || SORTS.test(question) ? { direction } : null;
}

/**
 * "maximum" is an aggregate and a superlative at once: ranking is judged here, unless the question wants both ends or
 * an order of all rows.
 */
export function rankOf(analysis: QuestionAnalysis): QuestionAnalysis['intent']['superlative'] {
  const { intent, question, tokens } = analysis;
  const ends = new Set(intent.aggregates.map((one) => one.name).filter((name) => name === 'MAX' || name === 'MIN'));
  if (ends.size > 1 || intent.superlative === null) return null;
  const after = tokens[intent.superlative.span.last + 1]?.lower;
  const inOrder =
    askedOrder(analysis) !== null &&
    (after === 'to' ||
      after === 'first' ||
      /\bfrom\b/i.test(question.slice(0, tokens[intent.superlative.span.first]?.start).slice(-12)));
  return inOrder ? null : intent.superlative;
}

export function orderReasons(structure: SqlStructure, analysis: QuestionAnalysis): RewardReason[] {
  return [...cutReasons(structure, analysis), ...rankReasons(structure, analysis), ...sortReasons(structure, analysis)];
}

function cutReasons(structure: SqlStructure, { question, numbers }: QuestionAnalysis): RewardReason[] {
  const reasons: RewardReason[] = [];
  const skips = structure.limits.some(
    (limit) =>
      /\bOFFSET\s+[1-9]|,/i.test(structure.sql.slice(limit.start, limit.end)) &&
      !/\bOFFSET\s+0\b|LIMIT\s+0\s*,/i.test(structure.sql.slice(limit.start, limit.end)),
  );
  if (skips && !ORDINAL.test(question)) reasons.push(reason(-0.4, 'skip-unasked'));
  const wanted = numbers.find((number) => number.looksLikeLimit)?.value ?? null;
  const cut = structure.limits.find((limit) => limit.depth === 0);
  if (wanted !== null && wanted > 1 && cut?.count !== wanted && !structure.limits.some(({ count }) => count === wanted))
    reasons.push(
      cut ? reason(-0.15, 'cut-elsewhere', cut.count ?? '?', wanted) : reason(-0.15, 'cut-to-missing', wanted),
    );
  return reasons;
}

function rankReasons(structure: SqlStructure, analysis: QuestionAnalysis): RewardReason[] {
  const superlative = rankOf(analysis);
  const limit = structure.limits.at(-1);
  const asked = analysis.numbers.some((number) => number.looksLikeLimit);
  if (superlative === null) return limit && !asked ? [reason(-0.15, 'cut-unasked')] : [];
  const wantedEnd = superlative.direction === 'DESC' ? 'MAX' : 'MIN';
  const extreme =
    structure.aggregates.find((use) => use.name === wantedEnd) ??
    structure.aggregates.find((use) => use.name === 'MAX' || use.name === 'MIN');
  const order = structure.orderBy.at(-1);
  const reasons: RewardReason[] = [];
  let by: ReadonlySet<string> | null = null;
  const names = (columns: readonly { readonly table: string | null; readonly column: string | null }[]): Set<string> =>
    new Set(columns.flatMap(({ table, column }) => (table !== null && column !== null ? [at(table, column)] : [])));
  if (order && limit) {
    reasons.push(
      order.direction === superlative.direction
        ? reason(0, 'ranks', order.direction)
        : reason(-0.4, 'ranks-other-end', order.direction),
    );
    const kept = limit.count ?? 1;
    if (superlative.limit === null && !asked && kept > 1) reasons.push(reason(-0.1, 'keeps-several', kept));
    by = order.aggregates.length === 0 ? names(order.columns) : null;
  } else if (extreme) {
    reasons.push(
      extreme.name === wantedEnd
        ? reason(0, 'takes-extreme', wantedEnd)
        : reason(-0.4, 'takes-other-end', extreme.name),
    );
    by = names(extreme.columns);
  } else reasons.push(order ? reason(-0.3, 'cut-missing') : reason(-0.4, 'extreme-missing'));
  const property = analysis.columns.filter(
    (link) =>
      link.match === 'exact' &&
      link.span.first > superlative.span.last &&
      link.span.first <= superlative.span.last + 2 &&
      link.span.last > superlative.span.last,
  );
  if (
    by !== null &&
    by.size > 0 &&
    property.length > 0 &&
    !property.some((link) => by.has(at(link.table, link.column)))
  )
    reasons.push(reason(-0.2, 'ranks-by-other', property[0]?.column ?? '', ...by));
  return reasons;
}

function sortReasons(structure: SqlStructure, analysis: QuestionAnalysis): RewardReason[] {
  const outer = structure.orderBy.filter((key) => key.depth === 0);
  const asked = askedOrder(analysis);
  const [first] = outer;
  if (asked === null)
    return first && rankOf(analysis) === null && structure.limits.length === 0 ? [reason(-0.1, 'sort-unasked')] : [];
  if (!first) return rankOf(analysis) === null ? [reason(-0.35, 'sort-missing')] : [];
  // With a cut, the words may speak of the ranking.
  if (structure.limits.length > 0 && rankOf(analysis) !== null) return [];
  if (asked.direction !== null && outer.every((key) => key.direction !== asked.direction))
    return [reason(-0.35, 'sorts-other-way', first.direction)];
  return asked.direction === null && first.direction === 'DESC'
    ? [reason(-0.05, 'sorts-descending')]
    : [reason(0, 'sorts')];
}
