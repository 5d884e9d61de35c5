/** Decisions on which rows count: what every value and number mentioned is for, negation, alternatives. */
import type { ComparisonOperator, DateMention, NumberMention, Span } from '../../linking/types.ts';
import { holdsNumbers } from '../../linking/schema-index.ts';
import { wordList } from '../../sql/word-list.ts';
import { columnChoice } from './answer-stages.ts';
import type { Candidates, Scored } from './candidates.ts';
import { columnPatterns, plain, type Choice, type Ground, type StageOffer } from './choices.ts';
import { handling, linking, naming, structural, type Pattern } from './features.ts';
import { besideDenial, deniesValue } from './rankings.ts';
import type { Condition } from './sketch.ts';
import { addCondition, advance, change, isOfAbsent, type Context, type State } from './state.ts';

/** Stemless marks of a negated or open condition. */
const MISSING_WORDS: ReadonlySet<string> = new Set(
  wordList(`
  null missing unknown empty blank unspecified unset lack lacks lacking
`),
);

/** "free shipping", "zero points": nothing, said as a number. */
const ZERO_WORDS: ReadonlySet<string> = new Set(['free', 'zero', 'nothing', 'none']);
/** Columns that may be asked to hold nothing. */
const MOST_MISSING = 4;
/** Tables the rows of which the answer may have none of. */
const MOST_ABSENT = 14;

const operatorChoice = (operator: Condition['operator'], score: number, patterns: readonly Pattern[]): Choice => ({
  label: operator,
  patterns,
  tables: [],
  score,
  apply: (state) => (state.condition === null ? state : addCondition(state, { ...state.condition, operator })),
});

/** The operators a number may be compared with; the words beside it decide, as far as they go. */
function operators(mention: NumberMention): Scored<ComparisonOperator>[] {
  const all: readonly ComparisonOperator[] = mention.upper === null ? ['=', '>', '>=', '<', '<='] : ['between'];
  return all.map((item) => ({
    item,
    score: item === mention.operator ? 2.4 : item === '=' && mention.operator === null ? 1.6 : 0,
  }));
}

const said = (mention: NumberMention): string =>
  mention.looksLikeLimit ? 'a ranking word' : (mention.operator ?? 'no comparing word');

/** One mention of a value at a time: which column it filters, or none; then = or <> where the question negates. */
export function values(ground: Ground, { repeat, condition, frame }: Context): StageOffer | null {
  const mention = ground.values[repeat];
  if (condition !== null) {
    const denied = mention !== undefined && deniesValue(ground.analysis, mention.span);
    const known = (shape: string): Pattern[] => [
      structural(shape),
      handling(`${shape} for a value ${denied ? 'right after a denying word' : 'that no word denies'}`),
    ];
    return {
      name: 'equal or not',
      key: `equal or not ${condition.operator} ${String(denied)} ${String(isOfAbsent(frame))}`,
      make: () => [
        operatorChoice(condition.operator, 1.2, known('WHERE … =')),
        // What the answer has none of is denied as a whole.
        operatorChoice('<>', denied && !isOfAbsent(frame) ? 1.8 : 0.2, known('WHERE … <>')),
      ],
    };
  }
  if (mention === undefined) return null;
  const negated = ground.analysis.intent.negation !== null;
  return {
    name: 'value',
    key: `value · ${repeat}`,
    make: () => [
      {
        label: 'no condition',
        patterns: [handling('no condition on a mentioned value', mention.span)],
        tables: [],
        score: 0.3,
        apply: (s: State) => ({ ...s, repeat: s.repeat + 1 }),
      },
      ...mention.filters.map(({ item, score }, rank): Choice => ({
        label: `${item.on.text} ${item.operator}`,
        tables: item.on.tables,
        score,
        patterns: [
          naming(`WHERE ${item.on.text} ${item.operator} <value>`, item.on.tables, mention.span),
          ...valuePatterns(ground, item, rank, mention.span),
        ],
        apply: (s) => (negated && item.operator === '=' ? { ...s, condition: item } : addCondition(s, item)),
      })),
    ],
  };
}

function valuePatterns(ground: Ground, item: Condition, rank: number, span: Span): Pattern[] {
  const patterns = columnPatterns(ground, 'value in', item.on, rank)
    .slice(1)
    .filter(({ mention }) => mention === null);
  const known = ground.candidates.valueTraits(item.on, span);
  return [
    ...patterns,
    handling(`WHERE … ${item.operator} <value>`, span),
    ...known.map((trait) => linking('value in', trait)),
  ];
}

/** One number at a time: the column it is compared with, or none; then the operator. */
export function numbers(ground: Ground, { repeat, condition, used }: Context): StageOffer | null {
  const mention = ground.numbers[repeat];
  if (mention === undefined) return null;
  if (condition !== null) {
    return {
      name: 'operator',
      key: `operator · ${repeat}`,
      make: () =>
        operators(mention)
          .map(({ item, score }) =>
            operatorChoice(item, score, [
              handling(`WHERE … ${item} <number>`, mention.span),
              handling(`${item} for ${said(mention)}`),
            ]),
          )
          .concat(mention.negated ? [operatorChoice('<>', 2.6, [handling('WHERE … <> <number>', mention.span)])] : []),
    };
  }
  const skip: Choice = {
    label: 'no condition',
    patterns: [
      handling('no condition on a mentioned number', mention.span),
      handling(`no condition on a number with ${said(mention)}`),
    ],
    tables: [],
    score: mention.looksLikeLimit ? 2 : 0,
    apply: (s) => ({ ...s, repeat: s.repeat + 1, used: s.used === s.repeat ? -1 : s.used }),
  };
  if (used === repeat)
    return { name: 'number used', key: 'number used', make: () => [{ ...skip, patterns: [], score: 0 }] };
  return {
    name: 'number',
    key: `number · ${repeat}`,
    make: () => [
      skip,
      ...ground.candidates.comparable(mention).map(({ item, score }, rank): Choice => ({
        label: item.on.text,
        tables: item.on.tables,
        score: score + (mention.looksLikeLimit ? -1 : 0.5),
        patterns: [
          naming(`WHERE ${item.on.text} <compared>`, item.on.tables, mention.span),
          handling('condition on a number', mention.span),
          ...columnPatterns(ground, 'number in', item.on, rank).slice(1),
        ],
        apply: (s) => ({ ...s, condition: item }),
      })),
    ],
  };
}

/** One date at a time: the column it is compared with, or none; then before, on or after. */
export function dates(ground: Ground, { repeat, condition }: Context): StageOffer | null {
  const mention = ground.dates[repeat];
  if (mention === undefined) return null;
  if (condition !== null) {
    return { name: 'date operator', key: `date operator · ${repeat}`, make: () => dateOperators(mention) };
  }
  return {
    name: 'date',
    key: `date · ${repeat}`,
    make: () => [
      {
        label: 'no condition',
        patterns: [handling('no condition on a mentioned date', mention.span)],
        tables: [],
        score: 0,
        apply: (s: State) => ({ ...s, repeat: s.repeat + 1 }),
      },
      ...ground.candidates.datable(mention).map(({ item, score }, rank): Choice => ({
        label: item.on.text,
        tables: item.on.tables,
        score,
        patterns: [
          naming(`WHERE ${item.on.text} <date>`, item.on.tables, mention.span),
          handling('condition on a date', mention.span),
          ...columnPatterns(ground, 'date in', item.on, rank).slice(1),
        ],
        apply: (s) => ({ ...s, condition: item }),
      })),
    ],
  };
}

/** "in May" is the whole month, "after May" begins when it is over, "since May" when it begins. */
function dateOperators(mention: DateMention): Choice[] {
  const { from, to, operator } = mention;
  const whole = operator === '=' || operator === 'between' || operator === null;
  const choice = (text: string, score: number, meant: (condition: Condition) => Condition): Choice => ({
    label: text,
    patterns: [handling(`date ${text}`, mention.span), handling(`date ${text} for ${operator ?? 'no comparing word'}`)],
    tables: [],
    score,
    apply: (s) => (s.condition === null ? s : addCondition(s, meant(s.condition))),
  });
  const on = choice('on', whole ? 2.4 : 0, (c) =>
    from !== to && from !== null ? { ...c, operator: 'between' } : { ...c, upper: null },
  );
  if (from === null || to === null) return [on];
  const compared = (sign: '>' | '>=' | '<' | '<=', value: string): Choice =>
    choice(sign, sign === operator ? 2.4 : 0, (c) => ({ ...c, operator: sign, value, upper: null }));
  return [on, compared('>', to), compared('>=', from), compared('<', from), compared('<=', to)];
}

/** "with no e-mail", "whose phone is missing": rows where a column holds nothing. */
export function missing({ analysis, candidates, index }: Ground, { frame }: Context): StageOffer | null {
  if (isOfAbsent(frame)) return null;
  if (
    analysis.intent.negation === null &&
    !analysis.tokens.some((token) => MISSING_WORDS.has(token.lower) || ZERO_WORDS.has(token.lower))
  )
    return null;
  return {
    name: 'missing',
    key: 'missing',
    make: () => {
      const named = index.columns
        .map((column) => ({ column, link: candidates.linkOf(column) }))
        .filter(({ link }) => link !== undefined && (link.match !== 'partial' || link.score >= 0.5));
      const columns = named.filter(({ column }) => column.profile?.hasNull === true).slice(0, MOST_MISSING);
      const numbers = named.filter(({ column }) => holdsNumbers(column)).slice(0, MOST_MISSING);
      if (columns.length + numbers.length === 0) return [];
      return [
        plain('nothing missing', [structural('no IS NULL')], 1.6),
        ...columns.map(({ column }): Choice => {
          const on = candidates.expressionOf(column);
          return {
            label: `${on.text} IS NULL`,
            tables: on.tables,
            score: 0.4,
            patterns: [structural('IS NULL'), naming(`${on.text} IS NULL`, on.tables)],
            apply: (s) => advance(addCondition(s, { on, operator: 'IS NULL', value: '', upper: null })),
          };
        }),
        ...numbers.map(({ column }): Choice => {
          const on = candidates.expressionOf(column);
          return {
            label: `${on.text} = 0`,
            tables: on.tables,
            score: 0,
            patterns: [structural('WHERE … = 0'), naming(`${on.text} = 0`, on.tables)],
            apply: (s) => advance(addCondition(s, { on, operator: '=', value: 0, upper: null })),
          };
        }),
      ];
    },
  };
}

/** "cheaper than 10 or heavier than 5": one of the conditions is enough. */
export function alternatives({ analysis }: Ground, { conditions, frame }: Context): StageOffer | null {
  if (
    conditions < 2 ||
    frame === 'both' ||
    !analysis.tokens.some((token) => token.lower === 'or' || token.lower === 'either')
  )
    return null;
  return {
    name: 'and or or',
    key: 'and or or',
    make: () => [
      plain('AND', [structural('WHERE … AND …')], 0.5),
      plain('OR', [structural('WHERE … OR …')], 0.5, { any: true }),
    ],
  };
}

/** Whether the conditions belong to what is excluded or compared, or to the rows of the answer. */
export function inside(
  { analysis, values: named, numbers: compared, dates: dated }: Ground,
  { conditions, frame }: Context,
): StageOffer | null {
  if (conditions === 0) return null;
  if (!isOfAbsent(frame)) {
    const what = frame === 'extreme' ? 'the extreme' : 'the excluded rows';
    return {
      name: 'conditions of',
      key: `inside ${what}`,
      make: () => [
        plain('of the answer', [structural(`conditions outside ${what}`)], frame === 'extreme' ? 0.3 : 0.5),
        plain(`of ${what}`, [structural(`conditions on ${what}`)], 0.5, { inside: true }),
      ],
    };
  }
  return {
    name: 'conditions of',
    key: 'inside what is absent',
    make: () => {
      const { after, before } = besideDenial(
        analysis,
        [...named, ...compared, ...dated].map(({ span }) => span),
      );
      const where = after ? ' mentioned after a denying word' : '';
      return [
        plain(
          'of the answer',
          [
            structural('conditions outside the excluded rows'),
            ...(after ? [handling(`conditions outside the excluded rows${where}`)] : []),
          ],
          before ? 1.2 : 0.5,
        ),
        plain(
          'of the excluded rows',
          [
            structural('conditions on the excluded rows'),
            ...(after ? [handling(`conditions on the excluded rows${where}`)] : []),
          ],
          after ? 2.2 : 0.5,
          { inside: true },
        ),
      ];
    },
  };
}

/** In a schema of many tables only those the question speaks of most. */
function likeliest(tables: readonly string[], candidates: Candidates): readonly string[] {
  return tables.length <= MOST_ABSENT
    ? tables
    : [...tables].sort((a, b) => candidates.tableScore(b) - candidates.tableScore(a)).slice(0, MOST_ABSENT);
}

/** The table whose rows the answer has none of. */
export function absentFrom({ index, candidates }: Ground, { tables }: Context): StageOffer | null {
  const [table = ''] = tables;
  const others = [
    ...new Set(
      index.joins.flatMap(({ left, right }) =>
        left.table === table ? [right.table] : right.table === table ? [left.table] : [],
      ),
    ),
  ].filter((other) => other !== table);
  if (others.length === 0) return null;
  return {
    name: 'absent from',
    key: `absent from · ${table}`,
    make: () =>
      likeliest(others, candidates).map((other): Choice => {
        const { traits, span } = candidates.tableTraits(other);
        return {
          label: other,
          tables: [],
          score: 2 * candidates.tableScore(other),
          apply: (s) => advance(change(s, { absentFrom: other })),
          patterns: [
            naming(`NOT IN ${other}`, [other]),
            linking('NOT IN', traits[0] ?? '', span),
            ...traits.slice(1).map((trait) => linking('NOT IN', trait)),
          ],
        };
      }),
  };
}

export function having(ground: Ground): StageOffer {
  const counting = ground.numbers.findIndex((mention) => !mention.looksLikeYear && !mention.looksLikeLimit);
  const at = counting >= 0 ? counting : ground.numbers.findIndex((mention) => !mention.looksLikeYear);
  const mention = ground.numbers[Math.max(0, at)];
  return {
    name: 'having',
    key: 'having',
    make: () => {
      if (mention === undefined) {
        return [plain('> 1', [structural('HAVING … > 1')], 0, { having: { operator: '>', value: 1, upper: null } })];
      }
      return operators(mention).map(({ item, score }): Choice => ({
        label: `${item} ${mention.value}`,
        patterns: [structural(`HAVING … ${item} <number>`), handling(`HAVING ${item} for ${said(mention)}`)],
        tables: [],
        score,
        apply: (s) => ({
          ...advance(change(s, { having: { operator: item, value: mention.value, upper: mention.upper } })),
          used: Math.max(0, at),
        }),
      }));
    },
  };
}

/** "older than the average": the column compared with its own average. */
export function averageOf(ground: Ground): StageOffer {
  return {
    name: 'average of',
    key: 'average of',
    make: () => {
      const less = ground.analysis.intent.averageComparison?.operator.startsWith('<') === true;
      return ground.candidates
        .comparableColumns()
        .slice(0, 6)
        .flatMap(({ item, score }, rank) =>
          (['>', '<'] as const).map((operator): Choice => ({
            ...columnChoice(ground, 'average of', item, score + (less === (operator === '<') ? 2 : 0), rank, (s) =>
              advance(change(s, { average: { on: item, operator } })),
            ),
            label: `${item.text} ${operator} average`,
            patterns: [
              structural(`WHERE … ${operator} (SELECT AVG …)`),
              ...columnPatterns(ground, 'average of', item, rank),
            ],
          })),
        );
    },
  };
}
