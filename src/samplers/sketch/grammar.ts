/**
 * The decisions that make a SQL sketch, in order, for one question. Each is a softmax over candidates whose
 * logits are base score + hint weights; see process.ts.
 */
import { DISTINCT_WORDS } from '../../linking/lexicon.ts';
import { joinPlan, type JoinPlan, type SchemaIndex } from '../../linking/schema-index.ts';
import type { NumberMention, QuestionAnalysis, Span } from '../../linking/types.ts';
import { Candidates, displayColumn, type Scored } from './candidates.ts';
import { addFilter, advance, LATE, naming, operatorChoice, operators, plain, PROGRAM, select, START, type Choice, type Stage, type State } from './choices.ts';
import { FeatureTable, type CueScope } from './features.ts';
import type { Decision, Option, Process } from './process.ts';
import { asked, shapeChoices } from './shapes.ts';
import { columnExpression, type AggregateFunction, type Expression, type Filter, type Measure } from './sketch.ts';

/** A bonus for staying with tables already in use: every further table needs a join. */
const SAME_TABLE = 0.9;
/** A penalty for each table that has to be joined in between, and for one that no join reaches. */
const FARTHER_TABLE = -0.6;
const UNREACHABLE = -2.5;
/** How many columns a list may have. */
const MOST_COLUMNS = 4;

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
    const tables = stage !== undefined && LATE.has(stage) ? String(this.#plan(sketch.tables).tables.length > 1) : [first, ...others.sort()];
    const group = stage === 'group key' ? sketch.groupBy?.text : null;
    return JSON.stringify([shape, state.at, state.repeat, state.last, state.pending, state.used, state.pendingFilter === null, sketch.star, group, tables]);
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
    if (known === undefined) this.#couplings.set(options, known = new Map<string, readonly number[]>());
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
      case 'shape': return this.#cached('shape', 'words', () => shapeChoices(this.#analysis, this.#candidates, this.#index.joins.length > 0));
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

  #functions(ranked: boolean): Choice[] {
    const { aggregates, superlative } = this.#analysis.intent;
    const choose = (name: AggregateFunction): Choice => ({ label: name, pattern: name, tables: [], score: asked(this.#analysis, name), apply: (state) => ({ ...advance(state), pending: name }) });
    const functions = (['SUM', 'AVG', 'MAX', 'MIN'] as const).map(choose);
    const bonus = superlative !== null && aggregates.length === 0 ? 1.2 : 0;
    return ranked ? [{ ...choose('COUNT'), score: asked(this.#analysis, 'COUNT') + bonus }, ...functions] : functions;
  }

  #arguments(name: AggregateFunction): readonly Choice[] {
    if (name === 'COUNT') return this.#countedTables();
    const columns = this.#candidates.aggregatable().map(({ item, score }) => naming(item, `${name}(${item.text})`, score, (state) =>
      advance({ ...state, sketch: { ...state.sketch, measure: { name, argument: item, rowsOf: null, distinct: false } } })));
    // Nothing numeric to aggregate: the rows themselves are all there is.
    return columns.length > 0 ? columns : this.#countedTables();
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
