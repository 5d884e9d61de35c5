/** Decisions on order and limit, on how tables are joined, and the slips of a weak writer of SQL. */
import { DISTINCT_WORDS } from '../../linking/lexicon.ts';
import type { JoinPlan, SchemaIndex } from '../../linking/schema-index.ts';
import { covers } from '../../linking/spans.ts';
import type { QuestionAnalysis } from '../../linking/types.ts';
import { columnChoice } from './answer-stages.ts';
import { plain, type Choice, type Ground, type StageOffer } from './choices.ts';
import { handling, linking, naming, pairing, structural } from './features.ts';
import { splitIdentifier, stemOf } from '../../linking/words.ts';
import { plansFor } from './render.ts';
import type { Expression } from './sketch.ts';
import { advance, change, type Context, type State } from './state.ts';

/** Named tables that are looked at as possible further joins, and tables beyond which no more are joined. */
const MOST_NAMED = 6;
const MOST_TABLES = 5;

/** A column to rank by, with whether the superlative is about it. */
function ranked(ground: Ground, item: Expression, score: number, rank: number, apply: (state: State) => State): Choice {
  const choice = columnChoice(ground, 'ORDER BY', item, score, rank, apply);
  return ground.candidates.isRanked(item)
    ? { ...choice, patterns: [...choice.patterns, linking('ORDER BY', 'what the superlative is about')] }
    : choice;
}

export function rankBy(ground: Ground): StageOffer {
  return {
    name: 'rank by',
    key: 'rank by',
    make: () =>
      ground.candidates
        .rankable()
        .map(({ item, score }, rank) =>
          ranked(ground, item, score, rank, (state) => advance(change(state, { orderBy: item }))),
        ),
  };
}

export function extremeOf(ground: Ground): StageOffer {
  return {
    name: 'extreme of',
    key: 'extreme of',
    make: () =>
      ground.candidates
        .rankable()
        .map(({ item, score }, rank) =>
          ranked(ground, item, score, rank, (state) =>
            advance(change(state, { extreme: { on: item, greatest: true } })),
          ),
        ),
  };
}

export function direction({ analysis }: Ground, { frame }: Context): StageOffer {
  const sorted = frame === 'sorted' || frame === 'sorted groups';
  return {
    name: 'direction',
    key: `direction ${String(sorted)}`,
    make: () => {
      const down = sorted
        ? analysis.tokens.some((token) =>
            ['descending', 'decreasing', 'most', 'highest', 'oldest', 'largest'].includes(token.lower),
          )
        : (analysis.intent.superlative?.direction ?? 'DESC') === 'DESC';
      const word = sorted ? 'ORDER BY …' : 'ORDER BY … LIMIT,';
      const choose = (descending: boolean): Choice => ({
        label: descending ? 'DESC' : 'ASC',
        patterns: [structural(`${word} ${descending ? 'DESC' : 'ASC'}`)],
        tables: [],
        score: down === descending ? 1.8 : 0,
        apply: (state) => {
          const { extreme, orderBy } = state.sketch;
          return advance(
            extreme !== null
              ? change(state, { extreme: { ...extreme, greatest: descending } })
              : change(state, { descending, orderBy: orderBy ?? 'figure' }),
          );
        },
      });
      return [choose(true), choose(false)];
    },
  };
}

export function limit({ numbers }: Ground): StageOffer {
  return {
    name: 'limit',
    key: 'limit',
    make: () => [
      ...numbers.flatMap((mention, i): Choice[] =>
        mention.kind === 'rank' && Number.isInteger(mention.value) && mention.value > 1 && mention.value <= 100
          ? [
              {
                label: `the ${mention.value}th`,
                patterns: [structural('LIMIT 1 OFFSET <number>')],
                tables: [],
                score: 3,
                apply: (state) => ({ ...advance(change(state, { limit: 1, offset: mention.value - 1 })), used: i }),
              },
            ]
          : [],
      ),
      ...numbers.flatMap((mention, i): Choice[] =>
        Number.isInteger(mention.value) && mention.value > 0 && mention.value <= 1000
          ? [
              {
                label: `LIMIT ${mention.value}`,
                patterns: [structural('LIMIT <number>'), handling('LIMIT <number>', mention.span)],
                tables: [],
                score: mention.looksLikeLimit ? 3 : -0.5,
                apply: (state) => ({ ...advance(change(state, { limit: mention.value })), used: i }),
              },
            ]
          : [],
      ),
      plain('LIMIT 1', [structural('LIMIT 1')], 1.6, { limit: 1 }),
    ],
  };
}

/** What a list without a limit is sorted by. */
export function order(ground: Ground, { frame }: Context): StageOffer {
  const grouped = frame === 'sorted groups';
  return {
    name: 'order',
    key: `order ${String(grouped)}`,
    make: () => {
      const { wanted } = ground.candidates;
      const sorted = ground.selectable.filter(({ item }) => ground.candidates.isSorted(item));
      const columns = [
        ...ground.candidates.rankable().slice(0, 4),
        ...sorted.map(({ item, score }) => ({ item, score: score + 2 })),
        ...ground.selectable.slice(0, 4).map(({ item, score }) => ({ item, score: score - wanted.fit(item, -1) })),
      ].filter(({ item }, i, all) => all.findIndex((other) => other.item.text === item.text) === i);
      const by = (item: Expression, score: number, rank: number): Choice => {
        const sorted = ground.candidates.isSorted(item);
        const choice = columnChoice(ground, 'sort by', item, score, rank, (state) =>
          advance(change(state, { orderBy: item })),
        );
        return sorted
          ? { ...choice, patterns: [...choice.patterns, linking('sort by', 'named after the words of an order')] }
          : choice;
      };
      const figure: Choice = plain('by the figure', [structural('ORDER BY the figure')], 2, { orderBy: 'figure' });
      const key: Choice = {
        ...plain('by the key', [structural('ORDER BY the group')], 1),
        apply: (state) => advance(change(state, { orderBy: state.sketch.select[0] ?? 'figure' })),
      };
      return grouped ? [figure, key] : columns.map(({ item, score }, rank) => by(item, score, rank));
    },
  };
}

/** A table the question names that nothing of the sketch needs yet: "students who have pets". */
export function extraTables(
  { analysis, index, candidates }: Ground,
  { tables, repeat, frame }: Context,
): StageOffer | null {
  const named = [
    ...new Set(
      analysis.tables.filter((link) => link.match !== 'partial' && link.score >= 0.7).map(({ table }) => table),
    ),
  ].slice(0, MOST_NAMED);
  const joined = plansFor(index, tables)[0]?.tables ?? [];
  const at = named.findIndex((table, i) => i >= repeat && !joined.includes(table));
  const table = named[at];
  if (table === undefined || tables.length > MOST_TABLES) return null;
  const plan = plansFor(index, [...tables, table])[0];
  if (plan === undefined || plan.edges.includes(null)) return null;
  const far = plan.tables.length - joined.length > 1;
  return {
    name: 'extra table',
    key: `extra table · ${table} ${String(far)} ${frame ?? ''}`,
    make: () => {
      const { traits, span } = candidates.tableTraits(table);
      const next = (state: State): State => ({ ...state, repeat: at + 1 });
      return [
        { label: `without ${table}`, patterns: [], tables: [], score: 0.8, apply: next },
        {
          label: `join ${table}`,
          tables: [table],
          score: 0,
          apply: next,
          patterns: [
            structural('JOIN a named table'),
            naming(`JOIN ${table}`, [table]),
            handling('JOIN a named table', span),
            pairing('JOIN a named table', frame ?? ''),
            ...traits.map((trait) => linking('JOIN', trait)),
            ...(far ? [linking('JOIN', 'a table farther away')] : []),
          ],
        },
      ];
    },
  };
}

/** Several conditions on tables that are not shown: joined, or in IN (SELECT …), where they multiply no rows. */
export function semijoin(_ground: Ground, { tables, frame }: Context): StageOffer | null {
  if (tables.length < 2) return null;
  return {
    name: 'filter by',
    key: `semijoin ${frame ?? ''}`,
    make: () => [
      plain('a join', [structural('filter by JOIN'), pairing('filter by JOIN', frame ?? '')], 0.8),
      {
        ...plain(
          'IN (SELECT …)',
          [structural('filter by IN (SELECT …)'), pairing('filter by IN (SELECT …)', frame ?? '')],
          0,
        ),
        apply: (state) => ({ ...advance(change(state, { semijoin: true })), semijoin: true }),
      },
    ],
  };
}

/** Two tables may be joined in more than one way: by another of two foreign keys, or through another table. */
export function path({ analysis, index }: Ground, { tables }: Context): StageOffer | null {
  const plans = plansFor(index, tables);
  if (plans.length < 2) return null;
  const roles = plans.map((plan) => rolesSaid(plan, analysis));
  const most = Math.max(...roles);
  const tells = Math.min(...roles) < most;
  return {
    name: 'join path',
    key: `path · ${tables.join(' ')}`,
    make: () =>
      plans.map((plan, i): Choice => {
        const text = plan.edges
          .map((edge) =>
            edge === null
              ? '?'
              : `${edge.left.table}.${edge.left.columns.join('+')} = ${edge.right.table}.${edge.right.columns.join('+')}`,
          )
          .join(' and ');
        return {
          ...plain(
            text,
            [
              naming(`JOIN ON ${text}`, plan.tables),
              structural(i === 0 ? 'the shortest join' : 'another join than the shortest'),
              ...(tells && roles[i] === most ? [handling('join by the key that the question names')] : []),
            ],
            (i === 0 ? 1.2 : 0) + (tells && roles[i] === most ? 2 : 0),
            { path: i },
          ),
        };
      }),
  };
}

/** How many words of a question name keys of these joins by their role: "destination" of `destination_port_id`. */
function rolesSaid({ edges }: JoinPlan, { tokens }: QuestionAnalysis): number {
  const said = new Set(tokens.filter(({ stop }) => !stop).map(({ stem }) => stem));
  const roles = edges.flatMap((edge) => {
    if (edge === null) return [];
    const ends = [edge.left, edge.right].map(({ table, columns }) => ({
      name: splitIdentifier(table).map(stemOf),
      columns: columns.flatMap(splitIdentifier).map(stemOf),
    }));
    const [left, right] = ends as [(typeof ends)[number], (typeof ends)[number]];
    // What both ends or a table are called says nothing of the role.
    const own = (end: typeof left, other: typeof left): string[] =>
      end.columns.filter((stem) => ![...left.name, ...right.name, ...other.columns].includes(stem));
    return [...own(left, right), ...own(right, left)];
  });
  return roles.filter((stem) => said.has(stem)).length;
}

export function distinct({ analysis, index }: Ground, { tables, semijoin: filtered, frame }: Context): StageOffer {
  const several = !filtered && (plansFor(index, tables)[0]?.tables.length ?? 0) > 1;
  return {
    name: 'distinct',
    key: `distinct ${String(several)} ${frame ?? ''}`,
    make: () => [
      plain('keep repeats', [], 1),
      plain(
        'DISTINCT',
        [structural('DISTINCT'), pairing('DISTINCT', several ? 'JOIN' : 'one table')],
        analysis.intent.distinct ? 2.5 : 0,
        { distinct: true },
      ),
    ],
  };
}

export function join({ index }: Ground, { tables, semijoin: filtered }: Context): StageOffer | null {
  if (filtered || (plansFor(index, tables)[0]?.tables.length ?? 0) < 2) return null;
  return {
    name: 'join',
    key: 'join',
    make: () => [
      plain('JOIN … ON', [structural('JOIN … ON')], 1.6),
      plain('no join condition', [structural('tables without a join condition')], 0, { joinOn: false }),
    ],
  };
}

/** A weak model answers a word of the question with a column of that name, whether or not there is one. */
export function slip({ analysis, index }: Ground, { star, figures }: Context): StageOffer | null {
  const word = wordWithoutColumn(analysis, index);
  if (star || word === undefined) return null;
  const invented = figures === 0 ? word : `total_${word}`;
  return {
    name: 'names',
    key: `names · ${String(figures === 0)}`,
    make: () => [
      plain('names of the schema', [structural('names of the schema')], 1.9),
      plain(`a made-up column “${invented}”`, [structural('made-up column name')], 0, { invented }),
    ],
  };
}

const inventions = new WeakMap<QuestionAnalysis, { readonly word: string | undefined }>();

/** The first content word that is no column's name and asks for no figure or order; looked for once a question. */
function wordWithoutColumn(analysis: QuestionAnalysis, index: SchemaIndex): string | undefined {
  let known = inventions.get(analysis);
  if (known === undefined) inventions.set(analysis, (known = { word: findWord(analysis, index) }));
  return known.word;
}

function findWord({ intent, tokens }: QuestionAnalysis, index: SchemaIndex): string | undefined {
  const functional = [
    ...intent.aggregates.map(({ span }) => span),
    ...(intent.superlative === null ? [] : [intent.superlative.span]),
  ];
  return tokens.find(
    (token, at) =>
      token.kind === 'word' &&
      !token.stop &&
      !DISTINCT_WORDS.has(token.lower) &&
      !functional.some((span) => covers(span, at)) &&
      !index.columns.some((column) => column.column.toLowerCase() === token.lower),
  )?.lower;
}

export function alias(): StageOffer {
  return {
    name: 'alias',
    key: 'alias',
    make: () => [
      plain('name the figure', [structural('column alias')], 0.4, { alias: true }),
      plain('leave it unnamed', [], 0.4),
    ],
  };
}
