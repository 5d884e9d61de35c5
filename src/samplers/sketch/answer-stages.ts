/** Decisions on what the answer is made of: its frame, columns, groups and figures. */
import { asksForMoney } from '../../linking/products.ts';
import type { Scored } from './candidates.ts';
import { columnPatterns, plain, type Choice, type Ground, type StageOffer } from './choices.ts';
import { displayColumn } from './display-column.ts';
import { handling, linking, naming, pairing, structural, type Pattern } from './features.ts';
import { asked, frameChoices } from './frames.ts';
import { columnExpression, type AggregateFunction, type Expression, type Figure } from './sketch.ts';
import { advance, change, select, type Context, type State } from './state.ts';

/** How many columns a list may have, and how many figures. */
const MOST_COLUMNS = 5;
const MOST_FIGURES = 4;
/** The pending function of a ratio of sums. */
const RATIO = 'SUM / SUM';
const OTHER_FUNCTIONS = ['SUM', 'AVG', 'MAX', 'MIN'] as const;

/** Frames differ in what they select: a ranked list mostly names things, a plain one shows what is asked for. */
const selectKind = ({ frame }: Context): string => (frame === 'top' || frame === 'extreme' ? ' of a ranked list' : '');

export function frame(ground: Ground): StageOffer {
  return { name: 'frame', key: 'frame', make: () => frameChoices(ground) };
}

export function firstColumn(ground: Ground, context: Context): StageOffer {
  const kind = selectKind(context);
  return {
    name: 'select',
    key: `select${kind}`,
    make: () => {
      const ranks = byScore(ground.selectable);
      const columns = ground.selectable.map(({ item, score }, i): Choice => {
        const patterns = [
          ...columnPatterns(ground, 'SELECT', item, ranks.get(item) ?? 0),
          ...standingPatterns(ground, 'SELECT', item, -1),
        ];
        const named = patterns[1]?.data ?? '';
        return {
          label: item.text,
          patterns: kind === '' ? patterns : [...patterns, pairing(named, 'ORDER BY … LIMIT')],
          tables: item.tables,
          score,
          apply: (state) => ({ ...advance(select(state, item)), last: i, repeat: 1 }),
        };
      });
      const table = ground.candidates.tables()[0];
      if (table === undefined) return columns;
      const star: Choice = {
        label: '*',
        patterns: [
          structural('SELECT *'),
          ...(ground.candidates.wanted.everything ? [handling('SELECT * where everything is asked for')] : []),
        ],
        tables: [table.item],
        score: ground.candidates.wanted.everything ? 5 : 0.3,
        apply: (state) => ({ ...advance(change(state, { star: true })), star: true }),
      };
      return [...columns, star];
    },
  };
}

/** "Full names" are first and last names: columns of one table that the same several words mean. */
function together({ candidates }: Ground, a: Expression, b: Expression): boolean {
  const [one, other] = [candidates.linkTo(a), candidates.linkTo(b)];
  return (
    one !== undefined &&
    other !== undefined &&
    one.table === other.table &&
    one.match !== 'partial' &&
    other.match !== 'partial' &&
    one.span.last > one.span.first &&
    one.span.first === other.span.first &&
    one.span.last === other.span.last
  );
}

export function furtherColumn(ground: Ground, context: Context): StageOffer | null {
  const { last, repeat, star } = context;
  if (star || repeat >= MOST_COLUMNS) return null;
  const { candidates, selectable: columns } = ground;
  const { wanted } = candidates;
  const before = columns[last]?.item;
  if (before === undefined) return null;
  const mention = candidates.mentionOf(before);
  const done = wanted.placeOf(before);
  const rest = columns.flatMap(({ item, score }, at) => {
    if (at <= last) return [];
    const place = wanted.placeOf(item);
    const other =
      done >= 0 && place >= 0
        ? place > done
        : mention === Number.MAX_SAFE_INTEGER || candidates.mentionOf(item) !== mention;
    // The words that meant the last column do not mean another one too.
    return other || together(ground, before, item)
      ? [{ item, at, score: score - wanted.fit(item, -1) + wanted.fit(item, done) }]
      : [];
  });
  if (rest.length === 0) return null;
  const kind = selectKind(context);
  return {
    name: 'further column',
    key: `further column · ${last} ${Math.min(repeat, 2)}${kind}`,
    make: () => {
      const ranks = byScore(rest);
      const missing = rest.some(({ item }) => wanted.placeOf(item) > done || together(ground, before, item));
      const stop: Choice = {
        label: 'no more columns',
        tables: [],
        score: missing ? 0 : wanted.listed.length === 0 ? 2.2 : wanted.unknown > 0 ? 1.6 : 3.2,
        apply: advance,
        patterns: [
          structural('no more columns'),
          handling(
            `no more columns with ${missing ? 'something asked for' : wanted.unknown > 0 ? 'unknown words' : 'nothing asked for'} left`,
          ),
          ...(repeat > 1 ? [structural('no more columns after the second')] : []),
          ...(kind === '' ? [] : [pairing('no more columns', 'ORDER BY … LIMIT')]),
        ],
      };
      return [
        stop,
        ...rest.map(({ item, at, score }): Choice => ({
          label: item.text,
          patterns: [
            ...columnPatterns(ground, 'SELECT further', item, ranks.get(item) ?? 0),
            ...standingPatterns(ground, 'SELECT further', item, done),
            ...(together(ground, before, item) ? [linking('SELECT further', 'same words as the last')] : []),
          ],
          tables: item.tables,
          score: score - 0.5 + (together(ground, before, item) ? 1 : 0),
          apply: (state) => ({ ...select(state, item), last: at, repeat: state.repeat + 1 }),
        })),
      ];
    },
  };
}

/** Whether a column is asked to be shown, beside how it is named. */
function standingPatterns({ candidates }: Ground, slot: string, item: Expression, done: number): Pattern[] {
  const standing = candidates.wanted.standing(item, done);
  return standing === null ? [] : [linking(slot, standing)];
}

/** Rank of each candidate by prior, best 0. */
function byScore<T>(scored: readonly Scored<T>[]): Map<T, number> {
  return new Map([...scored].sort((a, b) => b.score - a.score).map(({ item }, rank) => [item, rank]));
}

/** The same figure twice says nothing more. */
function withFigure(state: State, figure: Figure): State {
  const same = state.sketch.figures.some(
    ({ name, argument, rowsOf, distinct }) =>
      name === figure.name &&
      argument?.text === figure.argument?.text &&
      rowsOf === figure.rowsOf &&
      distinct === figure.distinct,
  );
  return same
    ? state
    : { ...change(state, { figures: [...state.sketch.figures, figure] }), figures: state.figures + 1 };
}

/** COUNT(*) of a table's rows, or COUNT(DISTINCT column). */
function countChoices(ground: Ground, weight: number, finish: (state: State) => State, first = true): Choice[] {
  const { candidates, analysis } = ground;
  const isCounted = (table: string): boolean => first && candidates.wanted.countsRowsOf(table);
  const rows = candidates.tables().map(({ item, score }, rank): Choice => {
    const { traits, span } = candidates.tableTraits(item);
    return {
      label: `rows of ${item}`,
      tables: [item],
      score: weight * score + (isCounted(item) ? 1.6 : 0),
      patterns: [
        naming(`COUNT(*) FROM ${item}`, [item]),
        ...(isCounted(item) ? [linking('COUNT(*)', 'counted in the question')] : []),
        linking('COUNT(*)', traits[0] ?? '', span),
        ...traits.slice(1).map((trait) => linking('COUNT(*)', trait)),
        ...(rank === 0 ? [linking('COUNT(*)', 'best match')] : []),
      ],
      apply: (state) => finish(withFigure(state, { name: 'COUNT', argument: null, rowsOf: item, distinct: false })),
    };
  });
  const values = candidates.countable().map(({ item, score }, rank): Choice => ({
    label: `COUNT(DISTINCT ${item.text})`,
    tables: item.tables,
    score: 0.6 * score + (first && analysis.intent.distinct ? 3.2 : -0.8),
    patterns: [
      structural('COUNT(DISTINCT …)'),
      ...columnPatterns(ground, 'COUNT(DISTINCT', item, rank, `COUNT(DISTINCT ${item.text})`),
    ],
    apply: (state) => finish(withFigure(state, { name: 'COUNT', argument: item, rowsOf: null, distinct: true })),
  }));
  return [...rows, ...values];
}

export function countOf(ground: Ground): StageOffer {
  return { name: 'count of', key: 'count of', make: () => countChoices(ground, 1, advance) };
}

/** Frames whose figure is usually a count. */
const counts = ({ frame: name }: Context): boolean =>
  name === 'having' || name === 'count groups' || name === 'top group';

export function functions(ground: Ground, context: Context): StageOffer {
  const figure = context.frame === 'figure';
  return {
    name: 'function',
    key: `function ${context.frame ?? ''}`,
    make: () => {
      const { aggregates, superlative } = ground.analysis.intent;
      const bonus = counts(context) ? 1.2 + (superlative !== null && aggregates.length === 0 ? 0.6 : 0) : 0.3;
      const choose = (name: AggregateFunction, score: number): Choice => ({
        label: name,
        patterns: [structural(name), pairing(name, context.frame ?? '')],
        tables: [],
        score,
        apply: (state) => ({ ...advance(state), pending: name }),
      });
      // A superlative word already says how groups are ranked; MAX of a column per group is seldom meant.
      const grouped = ground.analysis.intent.grouping.length > 0 || counts(context);
      const money = !figure && grouped && asksForMoney(ground.analysis) ? bonus + 1 : 0;
      const others = OTHER_FUNCTIONS.map((name) =>
        choose(
          name,
          asked(ground.analysis, name) * (counts(context) && (name === 'MAX' || name === 'MIN') ? 0.2 : 1) +
            (name === 'SUM' ? money : 0),
        ),
      );
      const ratio: Choice[] =
        ground.candidates.dividable().length === 0
          ? []
          : [
              {
                label: 'SUM / SUM',
                patterns: [structural('SUM divided by SUM')],
                tables: [],
                score: 2.6,
                apply: (state) => ({ ...advance(state), pending: RATIO }),
              },
            ];
      return [...(figure ? [] : [choose('COUNT', asked(ground.analysis, 'COUNT') + bonus)]), ...others, ...ratio];
    },
  };
}

function argumentChoices(
  ground: Ground,
  name: AggregateFunction,
  weight: number,
  finish: (state: State) => State,
): Choice[] {
  return ground.candidates.aggregatable(name).map(({ item, score }, rank): Choice => ({
    label: `${name}(${item.text})`,
    tables: item.tables,
    score: weight * score + (ground.candidates.wanted.asksFigure(name, item.text) ? 1 : 0),
    patterns: [
      ...columnPatterns(ground, name, item, rank, `${name}(${item.text})`),
      ...(ground.candidates.wanted.asksFigure(name, item.text) ? [linking('aggregate', 'asked for')] : []),
      ...columnPatterns(ground, 'aggregate', item, rank).slice(1),
    ],
    apply: (state) => finish(withFigure(state, { name, argument: item, rowsOf: null, distinct: false })),
  }));
}

export function argument(ground: Ground, { pending }: Context): StageOffer {
  if (pending === RATIO) return divided(ground);
  const name = pending as AggregateFunction;
  return {
    name: 'argument',
    key: `argument ${name}`,
    make: () => {
      const columns = name === 'COUNT' ? [] : argumentChoices(ground, name, 1, advance);
      // Nothing numeric to aggregate: the rows themselves are all there is.
      return columns.length > 0 ? columns : countChoices(ground, 0.6, advance);
    },
  };
}

/** The sum of one column divided by that of another: a figure that has no second one of its column. */
function divided(ground: Ground): StageOffer {
  return {
    name: 'argument',
    key: 'argument of a ratio',
    make: () =>
      ground.candidates.dividable().map(([argument, over]): Choice => {
        const text = `SUM(${argument.text}) / SUM(${over.text})`;
        return {
          label: text,
          patterns: [naming(text, argument.tables)],
          tables: argument.tables,
          score: 0,
          apply: (state) => ({
            ...advance(withFigure(state, { name: 'SUM', argument, over, rowsOf: null, distinct: false })),
            figures: 0,
          }),
        };
      }),
  };
}

/** The likeliest rows, and where more than one number of different values is asked for, columns too. */
function furtherCounts(choices: readonly Choice[], different: boolean): Choice[] {
  const isOfRows = ({ label }: Choice): boolean => label.startsWith('rows of ');
  return [...choices.filter(isOfRows).slice(0, 2), ...(different ? choices.filter((one) => !isOfRows(one)) : [])];
}

/** "the average, lowest and highest age": another function of the same column, or another figure. */
export function moreFigures(ground: Ground, { repeat, figures, frame: name }: Context): StageOffer | null {
  if (figures === 0 || repeat >= MOST_FIGURES - 1) return null;
  const { intent } = ground.analysis;
  // "How many different cities and how many different ages": one count is seldom followed by another figure.
  const counts = intent.aggregates.filter((aggregate) => aggregate.name === 'COUNT').length;
  if (name === 'count' && counts < 2) return null;
  return {
    name: 'more figures',
    key: `more figures ${Math.min(repeat, 2)} ${name ?? ''}`,
    make: () => {
      const { figures: wanted } = ground.candidates.wanted;
      const asks = wanted.length > 0 && name !== 'count' ? wanted.length : intent.aggregates.length;
      const left = asks - 1 - repeat;
      const again = (state: State): State => ({ ...state, repeat: state.repeat + 1 });
      const stop: Choice = {
        label: 'no more figures',
        patterns: [
          structural('no more figures'),
          handling(`no more figures with ${left > 0 ? 'another asked for' : 'none asked for'}`),
        ],
        tables: [],
        score: left > 0 ? 0.6 : 2.6,
        apply: advance,
      };
      const same = OTHER_FUNCTIONS.map((fn): Choice => ({
        label: `${fn} of the same`,
        patterns: [structural(`another ${fn}`)],
        tables: [],
        score: asked(ground.analysis, fn) - 0.8,
        apply: (state) => {
          const of = state.sketch.figures.findLast(({ argument: on }) => on !== null)?.argument;
          return again(
            of == null ? state : withFigure(state, { name: fn, argument: of, rowsOf: null, distinct: false }),
          );
        },
      }));
      const other = OTHER_FUNCTIONS.filter((fn) => asked(ground.analysis, fn) > 0).flatMap((fn) =>
        argumentChoices(ground, fn, 0.5, again)
          .slice(0, 4)
          .map((choice) => ({ ...choice, score: choice.score - 1.2 })),
      );
      const rows =
        asked(ground.analysis, 'COUNT') > 0
          ? furtherCounts(countChoices(ground, 0.3, again, left > 0), counts > 1 && intent.distinct).map((choice) => ({
              ...choice,
              score: choice.score - 1,
              patterns: [structural('another COUNT'), ...choice.patterns],
            }))
          : [];
      return [stop, ...same, ...other, ...rows];
    },
  };
}

export function groups(ground: Ground): StageOffer {
  return {
    name: 'group',
    key: 'group',
    make: () => {
      const ranks = byScore(ground.candidates.groupable());
      return ground.candidates.groupable().map(({ item, score }): Choice => ({
        label: item.text,
        patterns: [
          ...columnPatterns(ground, 'GROUP BY', item, ranks.get(item) ?? 0),
          ...standingPatterns(ground, 'GROUP BY', item, -1),
        ],
        tables: item.tables,
        score,
        apply: (state) => ({ ...advance(change(state, { groupBy: [item], select: [item] })), group: item }),
      }));
    },
  };
}

/** Two rows may share a name: a group by name merges them, a group by key does not. */
export function groupKey({ index }: Ground, { group, frame: name }: Context): StageOffer | null {
  const table = group?.tables[0] ?? '';
  const keys = index.tables.get(table)?.table.columns.filter((column) => column.primaryKey) ?? [];
  const key = keys[0];
  const display = displayColumn(index, table);
  if (
    keys.length !== 1 ||
    key === undefined ||
    display === undefined ||
    group?.text !== `${table}.${display.column}` ||
    display.column === key.name
  )
    return null;
  const byKey = columnExpression(table, key.name);
  return {
    name: 'group key',
    key: `group key · ${table}`,
    make: () => [
      plain(`by ${group.text}`, [structural('GROUP BY what is shown')], 0.6),
      {
        ...plain(
          `by ${byKey.text}`,
          [naming(`GROUP BY ${byKey.text}`, [table]), structural('GROUP BY the key of what is shown')],
          name === 'having' ? 0.3 : 0,
        ),
        apply: (state) => advance(change(state, { groupBy: [byKey] })),
      },
    ],
  };
}

/** One column of two tables, and what is kept of the two sets. */
export function combined(ground: Ground): StageOffer {
  return {
    name: 'combined',
    key: 'combined',
    make: () => {
      const negated = ground.analysis.intent.negation !== null;
      const either = ground.analysis.tokens.some((token) => token.lower === 'or' || token.lower === 'either');
      const fits = {
        INTERSECT: negated || either ? 0 : 1.2,
        EXCEPT: negated ? 1.6 : -0.6,
        UNION: either ? 1.4 : -0.4,
      } as const;
      return ground.candidates
        .sharedColumns()
        .slice(0, 6)
        .flatMap(({ item: [first, second], score }) =>
          (['INTERSECT', 'EXCEPT', 'UNION'] as const).map((operator): Choice => ({
            label: `${first.text} ${operator} ${second.text}`,
            tables: first.tables,
            score: score + fits[operator],
            patterns: [
              structural(operator),
              naming(`${first.text} ${operator} ${second.text}`, [...first.tables, ...second.tables]),
            ],
            apply: (state) => advance(change(state, { combined: { operator, first, second }, select: [first] })),
          })),
        );
    },
  };
}

/**
 * Further columns shown for each group: those of the key's table are the same in all its rows; others make finer
 * groups.
 */
export function moreKeys(ground: Ground, { group, repeat, last }: Context): StageOffer | null {
  if (group === null || repeat >= 3) return null;
  const [table] = group.tables;
  const { candidates } = ground;
  const { wanted } = candidates;
  const all = candidates.groupable();
  const before = last < 0 ? group : (all[last]?.item ?? group);
  // What is asked for and stands before a key that nobody asked for is not shown any more.
  const done = wanted.placeOf(before) < 0 ? wanted.listed.length : wanted.placeOf(before);
  const others = all
    .flatMap(({ item, score }, at) =>
      item.text === group.text || at === last || (wanted.placeOf(item) >= 0 && wanted.placeOf(item) <= done)
        ? []
        : [{ item, at, score: score - wanted.fit(item, -1) + wanted.fit(item, done) }],
    )
    .slice(0, 5);
  if (others.length === 0) return null;
  const missing = others.some(({ item }) => wanted.placeOf(item) > done);
  return {
    name: 'more keys',
    key: `more keys · ${group.text} ${last} ${repeat}`,
    make: () => {
      const ranks = byScore(others);
      return [
        {
          label: 'no more keys',
          patterns: [
            structural('no more columns of a group'),
            handling(`no more columns of a group with ${missing ? 'something asked for' : 'nothing asked for'} left`),
          ],
          tables: [],
          score: missing ? 0.6 : 2.4,
          apply: advance,
        },
        ...others.map(({ item, at, score }): Choice => ({
          label: item.text,
          patterns: [
            ...columnPatterns(ground, 'GROUP BY further', item, ranks.get(item) ?? 0),
            ...standingPatterns(ground, 'GROUP BY further', item, done),
            linking(
              'GROUP BY further',
              item.tables[0] === table ? 'column of the same table' : 'column of another table',
            ),
          ],
          tables: item.tables,
          score: 0.6 * score - 0.6,
          apply: (state) => {
            const shown = state.sketch.select.some(({ text }) => text === item.text);
            const { groupBy, select: columns } = state.sketch;
            return {
              ...change(state, shown ? {} : { select: [...columns, item], groupBy: [...groupBy, item] }),
              repeat: state.repeat + 1,
              last: at,
            };
          },
        })),
      ];
    },
  };
}

export function showFigure(ground: Ground, { frame: name }: Context): StageOffer {
  return {
    name: 'show figure',
    key: `show figure ${name ?? ''}`,
    make: () => {
      const { listed, figures } = ground.candidates.wanted;
      const said = figures.length > 0 ? 1.8 : listed.length > 0 ? -0.6 : 0.4;
      return [
        plain(
          'show the figure',
          [
            structural('figure in the answer'),
            handling(`figure in the answer, ${figures.length > 0 ? 'asked for' : 'not asked for'}`),
            pairing('figure in the answer', name ?? ''),
          ],
          said,
        ),
        plain('leave the figure out', [], 0.8, { showFigures: false }),
      ];
    },
  };
}

/** Shared by stages that rank: a column, with what it is known by. */
export function columnChoice(
  ground: Ground,
  slot: string,
  item: Expression,
  score: number,
  rank: number,
  apply: (state: State) => State,
): Choice {
  return { label: item.text, patterns: columnPatterns(ground, slot, item, rank), tables: item.tables, score, apply };
}
