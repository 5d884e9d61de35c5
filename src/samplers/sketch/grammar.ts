/**
 * The decisions that make a SQL sketch, in order, for one question. Each is a softmax over candidates whose
 * logits are base score + hint weights; see process.ts.
 */
import type { SchemaIndex } from '../../linking/schema-index.ts';
import type { QuestionAnalysis } from '../../linking/types.ts';
import * as answer from './answer-stages.ts';
import type { Choice, Ground, StageOffer } from './choices.ts';
import * as condition from './condition-stages.ts';
import { FeatureTable } from './features.ts';
import * as finish from './finish-stages.ts';
import { factsOf } from './frames.ts';
import { groundOf } from './ground.ts';
import type { Decision, Option, Process } from './process.ts';
import * as relation from './relation-stages.ts';
import { plansFor } from './render.ts';
import { keyOf, liveParts, type Live } from './state-key.ts';
import { advance, PROGRAM, START, using, type Context, type Stage, type State } from './state.ts';

/** A bonus for staying with tables already in use: every further table needs a join. */
const SAME_TABLE = 0.9;
/** A penalty for each table that has to be joined in between, and for one that no join reaches. */
const FARTHER_TABLE = -0.6;
const UNREACHABLE = -2.5;

const STAGES: Readonly<Record<Stage, (ground: Ground, context: Context) => StageOffer | null>> = {
  frame: answer.frame,
  select: answer.firstColumn,
  more: answer.furtherColumn,
  'count of': answer.countOf,
  function: answer.functions,
  argument: answer.argument,
  'more figures': answer.moreFigures,
  group: answer.groups,
  'group key': answer.groupKey,
  'more keys': answer.moreKeys,
  combined: answer.combined,
  'show figure': answer.showFigure,
  values: condition.values,
  numbers: condition.numbers,
  dates: condition.dates,
  'columns compared': relation.columnsCompared,
  null: condition.missing,
  any: condition.alternatives,
  inside: condition.inside,
  'share of': relation.shareOf,
  'absent from': condition.absentFrom,
  having: condition.having,
  'average of': condition.averageOf,
  'rank by': finish.rankBy,
  'extreme of': finish.extremeOf,
  direction: finish.direction,
  limit: finish.limit,
  order: finish.order,
  'extra tables': finish.extraTables,
  semijoin: finish.semijoin,
  path: finish.path,
  distinct: finish.distinct,
  join: finish.join,
  slip: finish.slip,
  alias: finish.alias,
};

/**
 * What a schema and a question have at most where every state is visited for exact figures: then there are some hundred
 * (test/samplers/sketch/grammar.test.ts). With a second table there are thousands.
 */
const SMALL = { tables: 1, columns: 8, mentions: 3 };

/** Options are shared by all states that offer them; only the coupling depends on the tables in use. */
interface Offer {
  readonly name: string;
  readonly choices: readonly Choice[];
  readonly options: readonly Option[];
  readonly naming: boolean;
  readonly couplings: Map<string, readonly number[]>;
}

interface Settled {
  readonly from: State | null;
  readonly state: State;
  /** Null when the sketch is complete. */
  readonly offer: Offer | null;
}

export class SketchGrammar implements Process<State> {
  readonly start = START;
  readonly features: FeatureTable;
  /** Whether the graph of states is known to be small, without looking at it. */
  readonly isSmall: boolean;
  readonly #ground: Ground;
  readonly #offers = new Map<string, Offer>();
  readonly #never: ReadonlySet<Stage>;
  readonly #live: Live;
  #settled: Settled = { from: null, state: START, offer: null };

  constructor(analysis: QuestionAnalysis, index: SchemaIndex) {
    this.#ground = groundOf(analysis, index);
    this.#never = neverMet(this.#ground);
    this.#live = liveParts(this.#never);
    this.features = new FeatureTable(analysis, factsOf(this.#ground));
    this.isSmall = isSmall(this.#ground);
  }

  key(state: State): string {
    return keyOf(this.#settle(state).state, this.#live, this.#ground.index);
  }

  decide(state: State): Decision<State> | null {
    const { offer, state: current } = this.#settle(state);
    return offer === null ? null : this.#decision(offer, current);
  }

  /**
   * The state at the next stage that offers something; kept for the last one asked, whose key and decision are wanted
   * in turn.
   */
  #settle(state: State): Settled {
    if (this.#settled.from === state) return this.#settled;
    let current = state;
    // Of what is skipped only the position changes: one copy serves all of it.
    let skipped: { -readonly [K in keyof State]: State[K] } | null = null;
    for (;;) {
      const stage: Stage | undefined = current.frame === null ? 'frame' : PROGRAM[current.frame][current.at];
      if (stage === undefined) return (this.#settled = { from: state, state: current, offer: null });
      const wanted = STAGES[stage](this.#ground, current);
      const offer = wanted === null ? null : this.#offer(wanted);
      if (offer !== null && offer.choices.length > 0) return (this.#settled = { from: state, state: current, offer });
      const at = this.#next(current);
      if (skipped === null) current = skipped = advance(current, at);
      else skipped.at = at;
    }
  }

  /** The next position whose stage may have something to decide on this question. */
  #next({ frame, at }: State): number {
    const stages = frame === null ? [] : PROGRAM[frame];
    let next = at + 1;
    while (next < stages.length && this.#never.has(stages[next] as Stage)) next++;
    return next;
  }

  #decision(offer: Offer, state: State): Decision<State> {
    return {
      name: offer.name,
      options: offer.options,
      coupling: this.#coupling(offer, state.tables),
      next: (i) => {
        const choice = offer.choices[i] as Choice;
        return using(choice.apply(state), choice.tables);
      },
    };
  }

  /** The options of a stage, made once for each situation. */
  #offer({ name, key, make }: StageOffer): Offer {
    let offer = this.#offers.get(key);
    if (offer === undefined) {
      const choices = make();
      const options = choices.map(({ label, patterns, score }): Option => ({
        label,
        base: score,
        features: this.features.of(patterns),
      }));
      this.#offers.set(
        key,
        (offer = {
          name,
          choices,
          options,
          naming: choices.some((choice) => choice.tables.length > 0),
          couplings: new Map(),
        }),
      );
    }
    return offer;
  }

  /**
   * How each choice fits the tables in use; one array for each pair of options and tables, so that softmaxes are shared
   * too.
   */
  #coupling({ choices, naming, couplings }: Offer, tables: readonly string[]): readonly number[] | null {
    if (!naming || tables.length === 0) return null;
    const key = tables.join('\n');
    let coupling = couplings.get(key);
    if (coupling === undefined) {
      coupling = choices.map((choice) =>
        choice.tables.length === 0 ? 0 : Math.min(...choice.tables.map((table) => this.#fit(tables, table))),
      );
      couplings.set(key, coupling);
    }
    return coupling;
  }

  /** Of one table: in use, or as many joins away as the nearest of those in use. */
  #fit(tables: readonly string[], table: string): number {
    if (tables.includes(table)) return SAME_TABLE;
    const plan = plansFor(this.#ground.index, [...tables, table])[0];
    if (plan === undefined || plan.edges.includes(null)) return UNREACHABLE;
    const already = this.#joined(tables);
    return FARTHER_TABLE * (plan.tables.filter((other) => !already.includes(other)).length - 1);
  }

  #joined(tables: readonly string[]): readonly string[] {
    return plansFor(this.#ground.index, tables)[0]?.tables ?? tables;
  }
}

function isSmall({ index, values, numbers, dates }: Ground): boolean {
  const { tables } = index.schema;
  return (
    tables.length <= SMALL.tables &&
    tables.every(({ columns }) => columns.length <= SMALL.columns) &&
    values.length + numbers.length + dates.length <= SMALL.mentions
  );
}

/** Stages that have nothing to decide on this question, whatever is chosen before. */
function neverMet(ground: Ground): ReadonlySet<Stage> {
  const never = new Set<Stage>();
  if (ground.values.length === 0) never.add('values');
  if (ground.numbers.length === 0) never.add('numbers');
  if (ground.dates.length === 0) never.add('dates');
  const offers = (stage: Stage, context: Context): boolean => (STAGES[stage](ground, context)?.make().length ?? 0) > 0;
  if (!offers('columns compared', START)) never.add('columns compared');
  if (!offers('null', START)) never.add('null');
  if (!offers('any', { ...START, conditions: 2 })) never.add('any');
  if (!offers('slip', START)) never.add('slip');
  return never;
}
