/** What a question was linked to, and what each decision of its answer was made of, as a terminal shows it. */
import { signed } from '../grpo/figures.ts';
import type { HintFeature } from '../grpo/types.ts';
import { hintWords } from '../grpo/words/hint.ts';
import type { DateMention, NumberMention, QuestionAnalysis, Span } from '../linking/types.ts';
import { oneLine } from './answer-text.ts';

/** Words of the question, and what they were taken for. */
export interface Linked {
  readonly words: string;
  readonly means: string;
}

/** A hint that acts on an option. */
export interface ActingHint {
  readonly feature: HintFeature;
  /** The logit it adds. */
  readonly weight: number;
}

export interface WhyOption {
  readonly label: string;
  /** Logit without hints, 0 for the best option of the decision. */
  readonly base: number;
  /** Strongest first. */
  readonly hints: readonly ActingHint[];
  /** Base and hints. */
  readonly logit: number;
  /** Of being drawn at the set temperature. */
  readonly probability: number;
}

export interface WhyDecision {
  readonly name: string;
  readonly chosen: string;
  /** The most probable first, which is the one chosen. */
  readonly options: readonly WhyOption[];
}

/** What is listed of a decision's options, and of an option's hints. */
const OPTIONS = 4;
const HINTS = 5;

/** Every link, mention and intent that the sampler reads, in the order of the question. */
export function linkedOf({
  question,
  tokens,
  tables,
  columns,
  values,
  numbers,
  dates,
  intent,
}: QuestionAnalysis): Linked[] {
  const { superlative, negation, ordering, averageComparison } = intent;
  const found: { readonly span: Span; readonly means: string }[] = [
    ...tables.map(({ table, span, match }) => ({ span, means: `table ${table} (${BY_NAME[match]})` })),
    ...columns.map(({ table, column, span, match }) => ({
      span,
      means: `column ${table}.${column} (${BY_NAME[match]})`,
    })),
    ...values.map(({ table, column, value, span, how }) => ({
      span,
      means: `value “${value}” of ${table}.${column} (${BY_VALUE[how]})`,
    })),
    ...numbers.map((number) => ({ span: number.span, means: numberText(number) })),
    ...dates.map((date) => ({ span: date.span, means: dateText(date) })),
    ...intent.aggregates.map(({ name, span }) => ({ span, means: `asks for ${name}` })),
    ...intent.grouping.map((span) => ({ span, means: 'one row for each of these' })),
    ...(superlative === null
      ? []
      : [{ span: superlative.span, means: `the ${superlative.direction === 'DESC' ? 'highest' : 'lowest'} first` }]),
    ...(negation === null ? [] : [{ span: negation, means: 'a denial' }]),
    ...(ordering === null ? [] : [{ span: ordering, means: 'an order of the rows' }]),
    ...(averageComparison === null
      ? []
      : [{ span: averageComparison.span, means: `compared with the average: ${averageComparison.operator}` }]),
  ];
  return found
    .sort((a, b) => a.span.first - b.span.first || a.span.last - b.span.last)
    .map(({ span, means }) => ({
      words: question.slice(tokens[span.first]?.start ?? 0, tokens[span.last]?.end ?? question.length),
      means,
    }));
}

const BY_NAME = { exact: 'its name', partial: 'part of its name', synonym: 'a word of like meaning' } as const;
const BY_VALUE = {
  text: 'as stored',
  stem: 'another form',
  form: 'adjective or abbreviation',
  flag: 'the column is true',
  fuzzy: 'spelled nearly so',
  word: 'part of it',
  inner: 'inside a longer value',
} as const;

function numberText({ value, upper, operator, kind, negated, looksLikeLimit }: NumberMention): string {
  const compared = `${operator === null ? '' : `${operator} `}${value}${upper === null ? '' : ` and ${upper}`}`;
  const of = { plain: 'number', rank: 'rank', times: 'number of times', share: 'share in per cent', plural: 'several' };
  return `${of[kind]}: ${negated ? 'not ' : ''}${compared}${looksLikeLimit ? ', how many rows' : ''}`;
}

function dateText({ from, to, grain, month, day, operator }: DateMention): string {
  const when =
    from === null
      ? [month === null ? '' : `month ${month}`, day === null ? '' : `day ${day}`].filter(Boolean).join(', ')
      : from === to || to === null
        ? from
        : `${from} to ${to}`;
  return `${grain}: ${operator === null ? '' : `${operator} `}${when}`;
}

/** Lines for the reader; what could steer a terminal is taken out of names, values and questions. */
export function whyLines(linked: readonly Linked[], decisions: readonly WhyDecision[], sql: string): string[] {
  return [
    ...(linked.length === 0 ? ['Nothing of the question was linked.'] : ['Linked:']),
    ...linked.map(({ words, means }) => `  “${oneLine(words)}”: ${oneLine(means)}`),
    '',
    ...decisions.flatMap((decision, i) => [...decisionLines(decision, i + 1), '']),
    oneLine(sql),
  ];
}

function decisionLines({ name, options }: WhyDecision, number: number): string[] {
  const shown = options.slice(0, OPTIONS);
  return [
    `${number}. ${name}: ${options.length} options`,
    ...shown.flatMap(({ label, base, logit, probability, hints }, i) => [
      `  ${i === 0 ? '→' : ' '} ${oneLine(label)}  ${percentOf(probability)} %: base ${signed(base)}, hints ${signed(logit - base)}`,
      ...hints
        .slice(0, HINTS)
        .map(({ feature, weight }) => `      ${signed(weight)}  ${oneLine(hintWords(feature, weight))}`),
      ...(hints.length > HINTS ? [`      and ${hints.length - HINTS} more`] : []),
    ]),
    ...(options.length > shown.length ? [`    and ${options.length - shown.length} more`] : []),
  ];
}

const percentOf = (share: number): string => (share >= 0.9995 && share < 1 ? '>99.9' : (100 * share).toFixed(1));
