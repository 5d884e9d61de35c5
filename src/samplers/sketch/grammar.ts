/**
 * The decisions that make a SQL sketch, in order, for one question. Each is a softmax over candidates whose
 * logits are base score + hint weights; see process.ts.
 */
import { DISTINCT_WORDS } from '../../linking/lexicon.ts';
import { joinPlan, type JoinPlan, type SchemaIndex } from '../../linking/schema-index.ts';
import type { ComparisonOperator, NumberMention, QuestionAnalysis, Span } from '../../linking/types.ts';
import { Candidates, displayColumn, type Scored } from './candidates.ts';
import { FeatureTable, type CueScope } from './features.ts';
import type { Decision, Option, Process } from './process.ts';
import { columnExpression, EMPTY_SKETCH, type AggregateFunction, type Expression, type Filter, type Measure, type Sketch } from './sketch.ts';

type Shape = 'list' | 'count' | 'aggregate' | 'group-count' | 'group-aggregate' | 'top' | 'top-group' | 'having' | 'absent';

type Stage = 'shape' | 'select' | 'more' | 'count of' | 'function' | 'argument' | 'group' | 'group key' | 'counted table' | 'show figure' | 'rank by' | 'direction' | 'limit' | 'filters' | 'numbers'
  | 'having' | 'absent from' | 'order' | 'distinct' | 'join' | 'slip' | 'alias';

const TAIL: readonly Stage[] = ['filters', 'numbers'];
const PROGRAM: Readonly<Record<Shape, readonly Stage[]>> = {
  list: ['select', 'more', ...TAIL, 'order', 'distinct', 'join', 'slip'],
  count: ['count of', ...TAIL, 'join', 'alias'],
  aggregate: ['function', 'argument', ...TAIL, 'join', 'slip', 'alias'],
  'group-count': ['group', 'group key', 'counted table', ...TAIL, 'order', 'join', 'alias'],
  'group-aggregate': ['group', 'group key', 'function', 'argument', ...TAIL, 'order', 'join', 'slip', 'alias'],
  top: ['select', 'more', 'rank by', 'limit', ...TAIL, 'direction', 'join', 'slip'],
  'top-group': ['group', 'group key', 'function', 'argument', 'limit', ...TAIL, 'show figure', 'direction', 'join', 'alias'],
  having: ['group', 'group key', 'counted table', 'having', ...TAIL, 'show figure', 'join'],
  absent: ['select', 'absent from', ...TAIL, 'join'],
};

/** Stages after which no table is chosen any more: all that matters of the tables is whether there are several. */
const LATE: ReadonlySet<Stage> = new Set(['show figure', 'direction', 'distinct', 'join', 'slip', 'alias']);

/** A bonus for staying with tables already in use: every further table needs a join. */
const SAME_TABLE = 0.9;
/** A penalty for each table that has to be joined in between, and for one that no join reaches. */
const FARTHER_TABLE = -0.6;
const UNREACHABLE = -2.5;
/** How many columns a list may have. */
const MOST_COLUMNS = 4;

export interface State {
  readonly shape: Shape | null;
  /** Position in the shape's program, and within a repeated stage. */
  readonly at: number;
  readonly repeat: number;
  /** Last chosen column in the list, so that further ones come after it. */
  readonly last: number;
  /** Function chosen, waiting for its argument; operator's filter waiting for its operator. */
  readonly pending: string;
  readonly pendingFilter: Filter | null;
  /** Number mention used up as a limit or in HAVING. */
  readonly used: number;
  readonly sketch: Sketch;
}

const START: State = { shape: null, at: 0, repeat: 0, last: -1, pending: '', pendingFilter: null, used: -1, sketch: EMPTY_SKETCH };

/** One choice: what it is called, its prior, and what it does to the state. */
interface Choice {
  readonly label: string;
  readonly pattern: string | null;
  readonly tables: readonly string[];
  readonly score: number;
  readonly apply: (state: State) => State;
}

/** Options are shared by all states that offer them; only the coupling depends on the tables in use. */
interface Offer {
  readonly name: string;
  readonly choices: readonly Choice[];
  readonly options: readonly Option[];
}

export class SketchGrammar implements Process<State> {
  readonly start = START;
  readonly features: FeatureTable;
  readonly #analysis: QuestionAnalysis;
  readonly #index: SchemaIndex;
  readonly #candidates: Candidates;
  readonly #offers = new Map<string, Offer>();
  readonly #plans = new Map<string, JoinPlan>();
  readonly #couplings = new Map<readonly Option[], Map<string, readonly number[]>>();
  readonly #inventedWord: string | undefined;
  readonly #selectable: readonly Scored<Expression>[];
  readonly #values: { readonly span: Span; readonly filters: Scored<Filter>[] }[];
  readonly #numbers: readonly NumberMention[];

  constructor(analysis: QuestionAnalysis, index: SchemaIndex) {
    this.#analysis = analysis;
    this.#index = index;
    this.#candidates = new Candidates(analysis, index);
    this.features = new FeatureTable(analysis);
    this.#selectable = this.#candidates.selectable();
    this.#values = this.#candidates.valueMentions();
    this.#inventedWord = wordWithoutColumn(analysis, index);
    // A number inside a mentioned value ("Route 66") belongs to the value.
    this.#numbers = analysis.numbers.filter(({ span }) => !this.#values.some((value) => span.first <= value.span.last && value.span.first <= span.last)).slice(0, 3);
  }

  key(state: State): string {
    const { sketch, shape } = state;
    const stage = shape === null ? undefined : PROGRAM[shape][state.at];
    const [first = '', ...others] = sketch.tables;
    const tables = stage !== undefined && LATE.has(stage) ? String(this.#plan(sketch.tables).tables.length > 1) : [first, ...others.sort()].join(' ');
    return `${shape} ${state.at} ${state.repeat} ${state.last} ${state.pending} ${state.used} ${state.pendingFilter === null} ${sketch.star} ${stage === 'group key' ? sketch.groupBy?.text ?? '' : ''} ${tables}`;
  }

  decide(state: State): Decision<State> | null {
    let current = state;
    for (;;) {
      const stage: Stage | undefined = current.shape === null ? 'shape' : PROGRAM[current.shape][current.at];
      if (stage === undefined) return null;
      const offer = this.#offer(stage, current);
      if (offer !== null) return this.#decision(offer, current);
      current = advance(current);
    }
  }

  #decision({ name, choices, options }: Offer, state: State): Decision<State> {
    const { tables } = state.sketch;
    return {
      name, options, coupling: this.#coupling(choices, options, tables),
      next: (i) => {
        const choice = choices[i] as Choice;
        const after = choice.apply(state);
        const added = choice.tables.filter((table) => !after.sketch.tables.includes(table));
        return added.length === 0 ? after : { ...after, sketch: { ...after.sketch, tables: [...after.sketch.tables, ...added] } };
      },
    };
  }

  /** How each choice fits the tables in use; one array for each pair of options and tables, so that softmaxes are shared too. */
  #coupling(choices: readonly Choice[], options: readonly Option[], tables: readonly string[]): readonly number[] | null {
    if (tables.length === 0 || choices.every((choice) => choice.tables.length === 0)) return null;
    let known = this.#couplings.get(options);
    if (known === undefined) this.#couplings.set(options, known = new Map());
    const key = tables.join('\n');
    let coupling = known.get(key);
    if (coupling === undefined) {
      coupling = choices.map((choice) => {
        if (choice.tables.length === 0) return 0;
        return Math.min(...choice.tables.map((table) => this.#fit(tables, table)));
      });
      known.set(key, coupling);
    }
    return coupling;
  }

  /** Of one table: in use, or as many joins away as the nearest of those in use. */
  #fit(tables: readonly string[], table: string): number {
    if (tables.includes(table)) return SAME_TABLE;
    const plan = this.#plan([table, ...tables]);
    if (plan.edges.includes(null)) return UNREACHABLE;
    const already = this.#plan(tables).tables;
    return FARTHER_TABLE * (plan.tables.filter((other) => !already.includes(other)).length - 1);
  }

  #plan(tables: readonly string[]): JoinPlan {
    const key = tables.join('\n');
    let plan = this.#plans.get(key);
    if (plan === undefined) this.#plans.set(key, plan = joinPlan(this.#index, tables));
    return plan;
  }

  /** The options of a stage, made once a question; null when the stage has nothing to decide. */
  #offer(stage: Stage, state: State): Offer | null {
    switch (stage) {
      case 'shape': return this.#cached('shape', 'words', () => this.#shapes());
      case 'select': return this.#cached('select', 'names', () => this.#firstColumn());
      case 'more': return state.sketch.star || state.repeat >= MOST_COLUMNS ? null : this.#furtherColumn(state.last);
      case 'count of': return this.#cached('count of', 'names', () => this.#countOf());
      case 'function': return this.#cached(`function ${state.shape === 'top-group' ? 'ranked' : ''}`, 'words', () => this.#functions(state.shape === 'top-group'));
      case 'argument': return this.#cached(`argument ${state.pending}`, 'names', () => this.#arguments(state.pending as AggregateFunction));
      case 'group': return this.#cached('group', 'names', () => this.#groups());
      case 'group key': return this.#groupKey(state);
      case 'counted table': return this.#cached('counted table', 'names', () => this.#countedTables());
      case 'show figure': return this.#cached('show figure', 'words', () => this.#showFigure());
      case 'rank by': return this.#cached('rank by', 'names', () => this.#rankBy());
      case 'direction': return this.#cached('direction', 'words', () => this.#directions());
      case 'limit': return this.#cached('limit', 'words', () => this.#limits());
      case 'filters': return this.#filter(state);
      case 'numbers': return this.#number(state);
      case 'having': return this.#having();
      case 'absent from': return this.#absentFrom(state);
      case 'order': return this.#cached(`order ${state.sketch.measure === null ? '' : 'measure'}`, 'words', () => this.#orders(state.sketch.measure !== null));
      case 'distinct': return this.#cached('distinct', 'words', () => [
        plain('keep repeats', null, 1, (s) => s), plain('DISTINCT', 'DISTINCT', this.#analysis.intent.distinct ? 2.5 : 0, (s) => ({ ...s, distinct: true }))]);
      case 'join': return this.#plan(state.sketch.tables).tables.length < 2 ? null : this.#cached('join', 'always', () => [
        plain('JOIN … ON', 'JOIN … ON', 1.4, (s) => s), plain('no join condition', 'tables without a join condition', 0, (s) => ({ ...s, joinOn: false }))]);
      case 'slip': return this.#slip(state);
      case 'alias': return this.#cached('alias', 'always', () => [
        plain('name the figure', 'column alias', 0.4, (s) => ({ ...s, alias: true })), plain('leave it unnamed', null, 0.4, (s) => s)]);
    }
  }

  /** `scope` says which cues the patterns of this decision are paired with. */
  #cached(name: string, scope: CueScope, make: () => readonly Choice[]): Offer | null {
    let offer = this.#offers.get(name);
    if (offer === undefined) {
      const choices = make();
      const options = choices.map(({ label, pattern, tables, score }): Option =>
        ({ label, base: score, features: pattern === null ? [] : this.features.of(pattern, tables, scope) }));
      offer = { name: name.split(' · ')[0] ?? name, choices, options };
      this.#offers.set(name, offer);
    }
    return offer.choices.length === 0 ? null : offer;
  }

  #shapes(): Choice[] {
    const { intent, numbers, tables } = this.#analysis;
    const asks = (name: AggregateFunction): boolean => intent.aggregates.some((aggregate) => aggregate.name === name);
    const count = asks('COUNT');
    const figure = this.#asked('SUM') + this.#asked('AVG') > 0 || ['maximum', 'minimum', 'max', 'min'].some((word) => this.#analysis.tokens.some((token) => token.lower === word));
    const grouped = intent.grouping.length > 0;
    const summed = grouped && !count && this.#candidates.saysAmount();
    const ranked = intent.superlative !== null;
    // "the highest price" asks for a figure; "which product has the highest price" asks for a row.
    const extreme = ranked && (asks('MAX') || asks('MIN')) && !this.#analysis.tokens.slice(0, intent.superlative?.span.first ?? 0).some((token) => token.kind === 'word' && !token.stop);
    const rankedByCount = intent.superlative !== null && this.#ranksByCount(intent.superlative.span.last);
    const compared = numbers.some((mention) => mention.operator !== null && !mention.looksLikeYear && !mention.looksLikeLimit);
    const shape = (name: Shape, pattern: string, score: number): Choice => ({ label: name.replace('-', ' '), pattern, tables: [], score, apply: (state) => ({ ...state, shape: name, at: 0 }) });
    return [
      shape('list', 'list of columns', 1.8 - (count ? 1.5 : 0) - (figure ? 0.8 : 0)),
      shape('count', 'COUNT of rows', (count ? 2.4 : -0.8) - (grouped ? 1.2 : 0)),
      shape('aggregate', 'one aggregate', (figure || extreme ? 2.2 : -1) - (grouped ? 1.2 : 0)),
      shape('group-count', 'COUNT per group', (count ? 0.6 : -0.8) + (grouped ? 1.6 : 0)),
      shape('group-aggregate', 'aggregate per group', (figure ? 0.8 : summed ? 0.6 : -0.8) + (grouped ? 1.6 : 0)),
      shape('top', 'ORDER BY … LIMIT', ranked ? 2.2 - (rankedByCount ? 1.2 : 0) : -1.5),
      shape('top-group', 'GROUP BY … ORDER BY … LIMIT', (ranked ? 1 : -2) + (rankedByCount ? 1.6 : 0) + (grouped || tables.length > 1 ? 0.3 : 0)),
      shape('having', 'GROUP BY … HAVING', compared && numbers.length > 0 ? 0.6 : -2.5),
      shape('absent', 'NOT IN (SELECT …)', (intent.negation === null ? -2.5 : 1.4) + (this.#index.joins.length > 0 ? 0 : -5)),
    ];
  }

  /** "most common", "the most albums", "greatest number of": what is ranked is how many rows there are. */
  #ranksByCount(superlative: number): boolean {
    const { tokens, tables, intent } = this.#analysis;
    const near = (first: number): boolean => first > superlative && first - superlative <= 2;
    return tokens.slice(superlative + 1, superlative + 3).some((token) => ['common', 'frequent', 'often', 'frequently', 'popular'].includes(token.lower))
      || (['most', 'fewest', 'least'].includes(tokens[superlative]?.lower ?? '') && tables.some(({ span, match }) => match !== 'partial' && near(span.first)))
      || intent.aggregates.some(({ name, span }) => name === 'COUNT' && near(span.first));
  }

  #firstColumn(): Choice[] {
    const columns = this.#selectable.map(({ item, score }, i) => naming(item, `SELECT ${item.text}`, score, (state) => ({ ...advance(select(state, item)), last: i, repeat: 1 })));
    const table = this.#candidates.tables()[0];
    const star: Choice[] = table === undefined ? [] : [{
      label: '*', pattern: 'SELECT *', tables: [table.item], score: 0.3, apply: (state) => advance({ ...state, sketch: { ...state.sketch, star: true } }),
    }];
    return [...columns, ...star];
  }

  #furtherColumn(last: number): Offer | null {
    const columns = this.#selectable;
    const mention = this.#candidates.mentionOf((columns[last] as Scored<Expression>).item);
    // The words that meant the last column do not mean another one too.
    const from = columns.findIndex(({ item }, i) => i > last && (mention === Number.MAX_SAFE_INTEGER || this.#candidates.mentionOf(item) !== mention));
    if (from < 0) return null;
    return this.#cached(`further column · ${last}`, 'names', () => [
      { label: 'no more columns', pattern: 'no more columns', tables: [], score: 2.2, apply: advance },
      ...columns.slice(from).map(({ item, score }, i) => naming(item, `SELECT ${item.text}`, score - 0.5, (state) => ({ ...select(state, item), last: from + i, repeat: state.repeat + 1 }))),
    ]);
  }

  #countOf(): Choice[] {
    const measured = (state: State, measure: Measure): State => advance({ ...state, sketch: { ...state.sketch, measure } });
    const rows = this.#candidates.tables().map(({ item, score }): Choice => ({
      label: `rows of ${item}`, pattern: `COUNT(*) FROM ${item}`, tables: [item], score, apply: (state) => measured(state, { name: 'COUNT', argument: null, rowsOf: item, distinct: false }),
    }));
    const values = this.#candidates.countable().map(({ item, score }) =>
      naming(item, `COUNT(DISTINCT ${item.text})`, 0.6 * score + (this.#analysis.intent.distinct ? 3.2 : -0.8), (state) => measured(state, { name: 'COUNT', argument: item, rowsOf: null, distinct: true })));
    return [...rows, ...values];
  }

  /** How clearly the words ask for a function; a word that is also part of a column's full name asks less. */
  #asked(name: AggregateFunction): number {
    const { columns, intent } = this.#analysis;
    const spans = intent.aggregates.filter((aggregate) => aggregate.name === name).map(({ span }) => span);
    if (spans.length === 0) return 0;
    const named = spans.every((span) => columns.some((link) => link.match === 'exact' && link.span.last > link.span.first && link.span.first <= span.first && link.span.last >= span.last));
    return named ? 1 : 2.2;
  }

  #functions(ranked: boolean): Choice[] {
    const { aggregates, superlative } = this.#analysis.intent;
    const choose = (name: AggregateFunction): Choice => ({ label: name, pattern: name, tables: [], score: this.#asked(name), apply: (state) => ({ ...advance(state), pending: name }) });
    const functions = (['SUM', 'AVG', 'MAX', 'MIN'] as const).map(choose);
    const bonus = superlative !== null && aggregates.length === 0 ? 1.2 : 0;
    return ranked ? [{ ...choose('COUNT'), score: this.#asked('COUNT') + bonus }, ...functions] : functions;
  }

  #arguments(name: AggregateFunction): Choice[] {
    const measured = (state: State, argument: Expression | null, rowsOf: string | null): State => advance({ ...state, sketch: { ...state.sketch, measure: { name, argument, rowsOf, distinct: false } } });
    if (name === 'COUNT') {
      return this.#candidates.tables().map(({ item, score }): Choice => ({ label: `rows of ${item}`, pattern: `COUNT(*) FROM ${item}`, tables: [item], score: 0.6 * score, apply: (state) => measured(state, null, item) }));
    }
    const columns = this.#candidates.aggregatable().map(({ item, score }) => naming(item, `${name}(${item.text})`, score, (state) => measured(state, item, null)));
    // Nothing numeric to aggregate: the rows themselves are all there is.
    return columns.length > 0 ? columns : [{ label: 'rows', pattern: 'COUNT(*)', tables: [], score: 0, apply: (state) => measured(state, null, null) }];
  }

  #groups(): Choice[] {
    return this.#candidates.groupable().map(({ item, score }) => naming(item, `GROUP BY ${item.text}`, score, (state) =>
      advance({ ...state, sketch: { ...state.sketch, groupBy: item, select: [item] } })));
  }

  /** Two rows may share a name: a group by name merges them, a group by key does not. */
  #groupKey({ sketch }: State): Offer | null {
    const shown = sketch.groupBy;
    const table = shown?.tables[0] ?? '';
    const entry = this.#index.tables.get(table);
    const keys = entry?.table.columns.filter((column) => column.primaryKey) ?? [];
    const key = keys[0];
    const display = displayColumn(this.#index, table);
    if (shown === null || keys.length !== 1 || key === undefined || display === undefined || shown.text !== `${table}.${display.column}` || display.column === key.name) return null;
    const byKey = columnExpression(table, key.name);
    return this.#cached(`group key · ${table}`, 'words', () => [
      plain(`by ${shown.text}`, null, 0.6, (s) => s),
      plain(`by ${byKey.text}`, `GROUP BY ${byKey.text}`, 0, (s) => ({ ...s, groupBy: byKey })),
    ]);
  }

  #countedTables(): Choice[] {
    return this.#candidates.tables().map(({ item, score }): Choice => ({
      label: `rows of ${item}`, pattern: `COUNT(*) FROM ${item}`, tables: [item], score: 0.6 * score, apply: (state) => advance({ ...state, sketch: { ...state.sketch, measure: { name: 'COUNT', argument: null, rowsOf: item, distinct: false } } }),
    }));
  }

  #showFigure(): Choice[] {
    const asked = this.#analysis.intent.aggregates.length > 0 ? 0.8 : 0;
    return [
      plain('show the figure', 'figure in the answer', asked, (s) => s),
      plain('leave the figure out', null, 0.8, (s) => ({ ...s, showMeasure: false })),
    ];
  }

  #rankBy(): Choice[] {
    return this.#candidates.rankable().map(({ item, score }) => naming(item, `ORDER BY ${item.text}`, score, (state) => advance({ ...state, sketch: { ...state.sketch, orderBy: item } })));
  }

  #directions(): Choice[] {
    const direction = this.#analysis.intent.superlative?.direction ?? 'DESC';
    const choose = (descending: boolean): Choice => plain(descending ? 'DESC' : 'ASC', `ORDER BY … ${descending ? 'DESC' : 'ASC'}`, (direction === 'DESC') === descending ? 1.8 : 0,
      (s) => ({ ...s, descending, orderBy: s.orderBy ?? 'measure' }));
    return [choose(true), choose(false)];
  }

  #limits(): Choice[] {
    const limited = (limit: number | null, label: string, pattern: string, score: number, used: number): Choice =>
      ({ label, pattern, tables: [], score, apply: (state) => ({ ...advance(state), used, sketch: { ...state.sketch, limit } }) });
    const numbers = this.#numbers.flatMap((mention, i) => (Number.isInteger(mention.value) && mention.value > 0 && mention.value <= 1000
      ? [limited(mention.value, `LIMIT ${mention.value}`, 'LIMIT <number>', mention.looksLikeLimit ? 3 : -0.5, i)] : []));
    return [...numbers, limited(1, 'LIMIT 1', 'LIMIT 1', 1.6, -1), limited(null, 'no limit', 'no LIMIT', 0, -1)];
  }

  /** One mention of a value at a time: which column it filters, or none; then = or <> where the question negates. */
  #filter(state: State): Offer | null {
    if (state.pendingFilter !== null) {
      return this.#cached('equal or not', 'words', () => [
        operatorChoice('=', 1.2, 'WHERE … ='), operatorChoice('<>', 0.6, 'WHERE … <>')]);
    }
    const mention = this.#values[state.repeat];
    if (mention === undefined) return null;
    const negated = this.#analysis.intent.negation !== null;
    return this.#cached(`filter · ${state.repeat}`, mention.span, () => [
      { label: 'no filter', pattern: 'no filter on a mentioned value', tables: [], score: 0.3, apply: (s) => ({ ...s, repeat: s.repeat + 1 }) },
      ...mention.filters.map(({ item, score }) => naming(item.on, `WHERE ${item.on.text} ${item.operator} <value>`, score, (s) =>
        (negated && item.operator === '=' ? { ...s, pendingFilter: item } : addFilter(s, item)))),
    ]);
  }

  /** One number at a time: the column it is compared with, or none; then the operator. */
  #number(state: State): Offer | null {
    const mention = this.#numbers[state.repeat];
    if (mention === undefined) return null;
    const { pendingFilter } = state;
    if (pendingFilter !== null) return this.#cached(`operator · ${state.repeat}`, mention.span, () => operators(mention).map(({ item, score }) => operatorChoice(item, score, `WHERE … ${item}`)));
    const skip: Choice = { label: 'no condition', pattern: 'no condition on a mentioned number', tables: [], score: mention.looksLikeLimit ? 2 : 0, apply: (s) => ({ ...s, repeat: s.repeat + 1, used: s.used === s.repeat ? -1 : s.used }) };
    if (state.used === state.repeat) return this.#cached('number used', 'always', () => [{ ...skip, pattern: null, score: 0 }]);
    return this.#cached(`number · ${state.repeat}`, mention.span, () => [skip, ...this.#candidates.comparable(mention).map(({ item, score }) =>
      naming(item.on, `WHERE ${item.on.text} <compared>`, score + (mention.looksLikeLimit ? -1 : 0.5), (s) => ({ ...s, pendingFilter: item })))]);
  }

  #having(): Offer | null {
    const at = this.#numbers.findIndex((mention) => !mention.looksLikeYear);
    const mention = this.#numbers[Math.max(0, at)];
    if (mention === undefined) {
      return this.#cached('having', 'words', () => [{ label: '> 1', pattern: 'HAVING COUNT(*) > 1', tables: [], score: 0, apply: (s) => advance({ ...s, sketch: { ...s.sketch, having: { operator: '>', value: 1, upper: null } } }) }]);
    }
    return this.#cached('having', 'words', () => operators(mention).map(({ item, score }): Choice => ({
      label: `${item} ${mention.value}`, pattern: `HAVING COUNT(*) ${item} <number>`, tables: [], score,
      apply: (s) => ({ ...advance(s), used: Math.max(0, at), sketch: { ...s.sketch, having: { operator: item, value: mention.value, upper: mention.upper } } }),
    })));
  }

  #absentFrom(state: State): Offer | null {
    const table = state.sketch.tables[0] ?? '';
    const others = (): string[] => [...new Set(this.#index.joins.flatMap(({ left, right }) => (left.table === table ? [right.table] : right.table === table ? [left.table] : [])))].filter((other) => other !== table);
    return this.#cached(`absent from · ${table}`, 'names', () => others().map((other): Choice => ({
      label: other, pattern: `NOT IN ${other}`, tables: [], score: 2 * this.#candidates.tableScore(other), apply: (s) => advance({ ...s, sketch: { ...s.sketch, absentFrom: other } }),
    })));
  }

  #orders(measured: boolean): Choice[] {
    const { ordering, superlative } = this.#analysis.intent;
    const none = plain('no order', null, ordering === null && superlative === null ? 2.6 : 0.4, (s) => s);
    const down = this.#analysis.tokens.some((token) => ['descending', 'decreasing', 'most', 'highest', 'oldest'].includes(token.lower)) ? 1 : 0;
    const sorted = (expression: Expression | 'measure', text: string, score: number): Choice[] => [true, false].map((descending): Choice => ({
      label: `by ${text} ${descending ? 'DESC' : 'ASC'}`, pattern: `ORDER BY ${text} ${descending ? 'DESC' : 'ASC'}`, tables: expression === 'measure' ? [] : expression.tables,
      score: score + (descending ? down : 1 - down) * 0.8, apply: (s) => advance({ ...s, sketch: { ...s.sketch, orderBy: expression, descending } }),
    }));
    const columns = ordering === null && superlative === null ? [] : [...this.#candidates.rankable().slice(0, 3), ...this.#selectable.slice(0, 2)]
      .filter(({ item }, i, all) => all.findIndex((other) => other.item.text === item.text) === i).flatMap(({ item, score }) => sorted(item, item.text, 0.3 * score));
    return [none, ...(measured ? sorted('measure', 'the figure', 0.4) : []), ...columns];
  }

  /** A weak model answers a word of the question with a column of that name, whether or not there is one. */
  #slip(state: State): Offer | null {
    const word = this.#inventedWord;
    if (state.sketch.star || word === undefined) return null;
    const invented = state.sketch.measure === null ? word : `total_${word}`;
    return this.#cached(`names · ${state.sketch.measure === null}`, 'always', () => [
      plain('names of the schema', null, 1.7, (s) => s),
      plain(`a made-up column “${invented}”`, 'made-up column name', 0, (s) => ({ ...s, invented })),
    ]);
  }
}

/** The first content word that is no column's name and asks for no figure or order. */
function wordWithoutColumn({ intent, tokens }: QuestionAnalysis, index: SchemaIndex): string | undefined {
  const functional = [...intent.aggregates.map(({ span }) => span), ...(intent.superlative === null ? [] : [intent.superlative.span])];
  return tokens.find((token, at) => token.kind === 'word' && !token.stop && !DISTINCT_WORDS.has(token.lower) && !functional.some((span) => at >= span.first && at <= span.last)
    && !index.columns.some((column) => column.column.toLowerCase() === token.lower))?.lower;
}

function advance(state: State): State {
  return { ...state, at: state.at + 1, repeat: 0, last: -1, pending: '' };
}

function plain(label: string, pattern: string | null, score: number, change: (sketch: Sketch) => Sketch): Choice {
  return { label, pattern, tables: [], score, apply: (state) => advance({ ...state, sketch: change(state.sketch) }) };
}

function naming(expression: Expression, pattern: string, score: number, apply: (state: State) => State): Choice {
  return { label: expression.text, pattern, tables: expression.tables, score, apply };
}

function select(state: State, expression: Expression): State {
  return { ...state, sketch: { ...state.sketch, select: [...state.sketch.select, expression] } };
}

function addFilter(state: State, filter: Filter): State {
  return { ...state, repeat: state.repeat + 1, pendingFilter: null, sketch: { ...state.sketch, filters: [...state.sketch.filters, filter] } };
}

function operatorChoice(operator: Filter['operator'], score: number, pattern: string): Choice {
  return { label: operator, pattern, tables: [], score, apply: (state) => (state.pendingFilter === null ? state : addFilter(state, { ...state.pendingFilter, operator })) };
}

/** The operators a number may be compared with; the words beside it decide, as far as they go. */
function operators(mention: NumberMention): Scored<ComparisonOperator>[] {
  const all: readonly ComparisonOperator[] = mention.upper === null ? ['=', '>', '>=', '<', '<='] : ['between'];
  return all.map((item) => ({ item, score: item === mention.operator ? 2.4 : item === '=' && mention.operator === null ? 1.6 : 0 }));
}
