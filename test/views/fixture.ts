/**
 * Steps made by the real trainer from given completions, and an engine in memory that takes them: what the page's tests
 * show.
 */
import { seededRandom } from '../../src/grpo/random.ts';
import { makeConfig, type GRPOConfig } from '../../src/grpo/config.ts';
import { distilPolicy } from '../../src/grpo/distillation.ts';
import { GRPOTrainer } from '../../src/grpo/trainer.ts';
import { checkNotes, withNotes, type SchemaNotes } from '../../src/grpo/schema-notes.ts';
import { weightedTotal } from '../../src/rewards/total.ts';
import type { HistoryPoint } from '../../src/grpo/run-store.ts';
import type {
  Execution,
  HintEvent,
  PolicyHint,
  PolicyView,
  Question,
  RewardScore,
  Sample,
  Schema,
  Step,
} from '../../src/grpo/types.ts';
import { FeedbackBook } from '../../src/rewards/feedback-book.ts';
import type {
  EngineApi,
  FeedbackView,
  Measured,
  Place,
  RunsView,
  RunSummary,
  RunView,
  StartChoice,
  StorageView,
} from '../../src/engine/protocol.ts';
import { MemoryStore } from '../../src/storage/memory-store.ts';
import { SKETCH } from '../../src/grpo/group-source.ts';
import { identity } from '../grpo/identity.ts';
import { deskOf, type Shelf } from './desk.ts';

/** One completion as a test states it. */
export interface Given {
  readonly sql: string;
  readonly execution?: Partial<Execution>;
  /** Component values; a missing one could not be computed. */
  readonly values: Readonly<Partial<Record<'validity' | 'execution' | 'quality' | 'format', number>>>;
  /** Patterns used; each is expected half the time. */
  readonly patterns?: readonly string[];
}

export const SCHEMA: Schema = {
  tables: [
    {
      name: 'products',
      kind: 'table',
      rowCount: 54,
      foreignKeys: [],
      columns: [
        { name: 'product_id', type: 'INTEGER', primaryKey: true, notNull: true },
        { name: 'name', type: 'TEXT', primaryKey: false, notNull: true },
      ],
    },
    {
      name: 'order_items',
      kind: 'table',
      rowCount: 5138,
      foreignKeys: [{ columns: ['product_id'], toTable: 'products', toColumns: ['product_id'] }],
      columns: [
        { name: 'product_id', type: 'INTEGER', primaryKey: false, notNull: true },
        { name: 'quantity', type: 'INTEGER', primaryKey: false, notNull: true },
        { name: 'unit_price', type: 'REAL', primaryKey: false, notNull: true },
      ],
    },
  ],
  profiles: [],
};

export const QUESTIONS: readonly Question[] = [
  { id: 'revenue', question: 'Show total revenue by product', split: 'train', level: 'easy' },
  { id: 'count', question: 'How many products are there?', split: 'train', level: 'easy' },
  { id: 'secret', question: 'Which product sold best in 2025?', split: 'held-out', level: 'hard' },
];

const RAN: Execution = {
  status: 'rows',
  columns: ['name', 'revenue'],
  rows: [
    ['Linen rug', 2653.6],
    ['Oak shelf', 2244.6],
  ],
  truncated: false,
};

/** Four completions with spread: the second is best, the first does not compile. */
export const SPREAD: readonly Given[] = [
  {
    sql: 'SELECT name, total_sales FROM products ORDER BY total_sales DESC',
    execution: { status: 'invalid', columns: [], rows: [], error: 'no such column: total_sales' },
    values: { validity: -0.5, execution: -1, quality: -1, format: 0.6 },
    patterns: ['ORDER BY … DESC'],
  },
  {
    sql: 'SELECT p.name, SUM(oi.quantity * oi.unit_price) AS revenue FROM order_items AS oi JOIN products AS p ON p.product_id = oi.product_id GROUP BY p.name',
    values: { validity: 1, execution: 1, quality: 1, format: 0.6 },
    patterns: ['SUM(order_items.quantity * order_items.unit_price)', 'GROUP BY products.name'],
  },
  {
    sql: 'SELECT product_id, SUM(unit_price) FROM order_items GROUP BY product_id',
    values: { validity: 1, execution: 1, quality: -0.2, format: 0.2 },
    patterns: ['GROUP BY order_items.product_id'],
  },
  {
    sql: 'SELECT p.name, SUM(quantity) FROM order_items oi, products p GROUP BY p.name',
    values: { validity: 1, execution: 0.8, quality: -0.8, format: -0.4 },
    patterns: ['GROUP BY products.name'],
  },
];

/** All completions alike. */
export const ALIKE: readonly Given[] = SPREAD.map(() => ({
  sql: 'SELECT name FROM products',
  values: { validity: 1, execution: 1, quality: 0.5, format: 1 },
}));

function sampleOf({ sql, patterns = [] }: Given): Sample {
  return {
    text: sql,
    sql,
    logProbability: null,
    referenceLogProbability: null,
    // Each pattern is taken or not, and was as likely as not.
    decisions: patterns.map((pattern) => ({
      name: 'use',
      chosen: pattern,
      probability: 0.5,
      referenceProbability: 0.5,
    })),
    choices: patterns.map(() => 1),
    features: patterns.map((pattern) => ({
      feature: {
        ...identity('revenue', pattern),
        tables: [],
        template: 'pattern',
        general: true,
        words: 0,
      },
      value: 1,
      expected: 0.5,
    })),
  };
}

/** The same under a policy whose hints make each pattern more or less likely than not. */
function retracedOf(
  { decisions, features }: Sample,
  policy: PolicyView,
  weights: (now: number[]) => readonly number[],
) {
  const now = features.map(({ feature }) => 1 / (1 + Math.exp(-policy.weightOf(feature.key))));
  const weigh = weights(now);
  return {
    probabilities: decisions.map((_decision, d) => now[d] ?? 0.5),
    features: features.map((use, d) => ({
      ...use,
      expected: now[d] ?? 0.5,
      weighed: (weigh[d] ?? 0) * (1 - (now[d] ?? 0.5)),
    })),
  };
}

/** A trainer whose sampler returns the given completions, in order and again and again. */
export function trainerFor(given: readonly Given[], config: GRPOConfig, seed = 42): GRPOTrainer {
  return new GRPOTrainer({
    config,
    seed,
    sampler: {
      id: 'given',
      label: 'Given completions',
      isLanguageModel: false,
      generateGroup: (_request, count) =>
        Promise.resolve(Array.from({ length: count }, (_, i) => sampleOf(given[i % given.length] as Given))),
      greedy: () => Promise.resolve(sampleOf(given[0] as Given)),
      retrace: ({ policy }, group, weigh) =>
        group.map((_choices, i) =>
          retracedOf(sampleOf(given[i % given.length] as Given), policy, (now) => weigh(now, i)),
        ),
      distribution: () => ({ entropy: 1.4, kl: 0.05, exact: false, entropySe: 0.2, klSe: 0.01 }),
    },
    database: {
      schema: SCHEMA,
      execute: (sql) =>
        Promise.resolve(sql.map((text) => ({ ...RAN, ...given.find((one) => one.sql === text)?.execution }))),
      close: () => undefined,
    },
    rewards: (weights) => ({
      score: (_question, completions) =>
        Promise.resolve(
          completions.map((_, i) => {
            const values = given[i % given.length]?.values ?? {};
            const components = Object.fromEntries(
              (['validity', 'execution', 'quality', 'format'] as const).map((name): [string, RewardScore] => {
                const value = values[name];
                return [
                  name,
                  value === undefined
                    ? { value: null, reasons: [] }
                    : {
                        value,
                        reasons: [
                          { id: 'told', values: [`The first reason of ${name}.`], points: value / 4 },
                          { id: 'told', values: [`The second reason of ${name}.`], points: (value * 3) / 4 },
                        ],
                      },
                ];
              }),
            );
            return { components, total: weightedTotal(components, weights) };
          }),
        ),
    }),
  });
}

/** One step over one question (or several), with the settings it was taken with. */
export async function stepOf(
  given: readonly Given[],
  settings: Readonly<Record<string, unknown>> = {},
  questions = QUESTIONS.slice(0, 1),
): Promise<{ step: Step; config: GRPOConfig; trainer: GRPOTrainer }> {
  const config = makeConfig({ group_size: given.length, new_hint_threshold: 0.05, ...settings });
  const trainer = trainerFor(given, config);
  return { step: await trainer.runStep(questions), config, trainer };
}

/** A starter policy of one general hint. */
export const STARTER: readonly PolicyHint[] = [
  {
    ...identity('revenue', 'GROUP BY products.name'),
    tables: [],
    template: 'pattern',
    general: true,
    words: 1,
    weight: 0.8,
    evidence: { support: 40, positive: 30, advantage: 22, steps: 40 },
    createdAt: 0,
    updatedAt: 0,
    enabled: true,
  },
];

export interface FakeEngine extends EngineApi {
  readonly calls: string[];
  close(): void;
  /** Of the policy's desk. */
  readonly shelf: Shelf;
  /** Of the file of its dataset. */
  schema: Schema;
  /** Set to what is said of the schema to make the dataset the reader's own. */
  own: SchemaNotes | null;
  /** Set to make the next call fail with it. */
  failure: Error | null;
  /** What it knows of questions the run never saw: none of them has an answer key. */
  measured: Omit<Measured, 'series'>;
  /** What the browser says of its storage. */
  room: StorageView | null;
}

/** An engine in this thread with a run over the given completions. */
export function engineOf(given: readonly Given[], place: Partial<Place> = {}): FakeEngine {
  let config = makeConfig({ group_size: given.length, new_hint_threshold: 0.05 });
  let seed = 42;
  let run = 1;
  let trainer = trainerFor(given, config);
  let history: readonly HistoryPoint[] = [];
  let step: Step | null = null;
  let events: HintEvent[] = [];
  let undo: (() => void) | null = null;
  let start: StartChoice = 'none';
  let leftOut: readonly string[] = [];
  const store = new MemoryStore();
  const book = new FeedbackBook('shop');
  const said = async (
    completion: Parameters<EngineApi['judge']>[0],
    change: Parameters<FeedbackBook['say']>[2],
  ): Promise<FeedbackView> => {
    await book.say(store, completion, change, 1_700_000_000_000);
    return { feedback: book.entries, leftOut };
  };
  let at: Place = { questionId: null, ownQuestion: null, speed: 'normal', ...place };
  const random = seededRandom(1).next;
  const progress = (): {
    stepCount: number;
    hints: readonly PolicyHint[];
    changes: readonly HintEvent[];
    summary: ReturnType<GRPOTrainer['getTrainingSummary']>;
  } => ({ stepCount: history.length, hints: trainer.policy.hints, changes: [], summary: trainer.getTrainingSummary() });
  const view = (): RunView => ({
    ...progress(),
    start: { from: start, weights: trainer.policy.start },
    leftOut,
    feedback: book.entries,
    runId: `run ${run}`,
    seed,
    config,
    history,
    step,
    canUndo: undo !== null,
    recording: null,
    place: at,
    sampler: { source: SKETCH, label: 'Given completions', isLanguageModel: false, ready: true },
    dataset: {
      name: engine.own === null ? 'shop' : 'own-shop',
      title: 'Demo shop',
      schema: engine.own === null ? engine.schema : withNotes(engine.schema, engine.own),
      questions: QUESTIONS,
      definitions: [{ term: 'revenue', means: 'What was charged.', sql: 'SUM(quantity * unit_price)' }],
      notes: [],
      schemaNotes: engine.own,
      trained: [],
      hasCompletions: false,
    },
  });
  const listed = (id: string, name: string, over: Partial<RunSummary>): RunSummary => ({
    id,
    name,
    begun: 1_700_000_000_000,
    dataset: 'shop',
    sampler: SKETCH,
    steps: 0,
    bytes: 1_200_000,
    current: false,
    keptFrom: 1,
    snapshots: [],
    ...over,
  });
  let others = [
    listed('long', 'Gold rewards', { steps: 4000, bytes: 26_000_000, keptFrom: 2101, snapshots: [0, 50, 100] }),
    listed('short', 'Two columns', { steps: 12 }),
  ];
  let removed: readonly RunSummary[] = [];
  const runs = (): RunsView => ({
    runs: [listed(`run ${run}`, 'Demo shop, 2023-11-14 22:13', { steps: history.length, current: true }), ...others],
    storage: { used: 850_000_000, quota: 1_000_000_000 },
    canUndo: undo !== null,
  });
  const { change, ...desk } = deskOf({
    answer,
    trainer: () => trainer,
    stepCount: () => history.length,
    progress,
    view,
    log: (made) => events.push(...made),
  });
  const engine: FakeEngine = {
    calls: [],
    schema: SCHEMA,
    own: null,
    failure: null,
    measured: {
      counts: { asked: 0, ids: [], practised: 0, answers: 0, wordings: 0, heldOut: 1 },
      points: [],
      inHand: null,
      done: true,
    },
    room: null,
    close: () => engine.calls.push('close'),
    open: (options) =>
      answer('open', () => {
        config = makeConfig({ ...config, ...options.settings });
        seed = options.seed ?? seed;
        return view();
      }),
    advance: ({ steps, questionId, ownQuestion }) =>
      answer('advance', async () => {
        const points: HistoryPoint[] = [];
        for (let i = 0; i < Math.min(steps, 5); i++) {
          const question = (): Question =>
            ownQuestion
              ? { id: 'own', question: ownQuestion, split: 'train' as const }
              : (QUESTIONS.find(({ id }) => id === questionId) ?? (QUESTIONS[Math.floor(random() * 2)] as Question));
          step = await trainer.runStep(Array.from({ length: config.questions_per_step }, question));
          events.push(...step.events);
          points.push({ ...step.metrics, step: step.number, questionId: step.groups[0]?.questionId ?? '' });
        }
        history = [...history, ...points];
        return { ...progress(), points, step, recording: null };
      }),
    compareLive: () => answer('compareLive', () => Promise.reject(new Error('There is no language model here.'))),
    stopComparing: () => answer('stopComparing', () => undefined),
    // Not a call that a test makes fail: the page makes it on its own.
    measure: ({ series, known }) => {
      engine.calls.push('measure');
      const all = engine.measured;
      const name = `run ${run}`;
      return Promise.resolve({ ...all, series: name, points: all.points.slice(series === name ? known : 0) });
    },
    reset: (options) =>
      answer('reset', () => {
        const before = { seed, run, trainer, history, step, events, start };
        undo = () => ({ seed, run, trainer, history, step, events, start } = before);
        seed = options.seed;
        run++;
        trainer = trainerFor(given, config, seed);
        history = [];
        step = null;
        start = options.start ?? start;
        events = start === 'starter' ? trainer.startFrom(STARTER, 'starter') : [];
        return view();
      }),
    undoReset: () =>
      answer('undoReset', () => {
        undo?.();
        undo = null;
        return view();
      }),
    configure: (settings) =>
      answer('configure', () => {
        config = makeConfig(settings);
        trainer.configure(config);
        leftOut = config.gold_weight > 0 ? ['count'] : [];
        return { config, leftOut };
      }),
    editHint: (key, edit) => answer('editHint', () => change('edit', key, (on) => on.editHint(key, edit))),
    distil: () =>
      answer('distil', () => {
        const distilled = distilPolicy(trainer, QUESTIONS, 300);
        if (distilled === null) return { ...progress(), distilled };
        const { events: made, ...outcome } = distilled;
        events.push(...made);
        return { ...progress(), distilled: outcome };
      }),
    undoDistil: () => answer('undoDistil', progress),
    ...desk,
    guide: () => answer('guide', progress),
    runs: () => answer('runs', runs),
    openRun: (id) =>
      answer('openRun', () => {
        others = others.filter((each) => each.id !== id);
        return view();
      }),
    changeRuns: (change) =>
      answer('changeRuns', () => {
        if (change.does === 'rename')
          others = others.map((each) => (each.id === change.id ? { ...each, name: change.name } : each));
        if (change.does === 'remove') {
          removed = others.filter(({ id }) => id === change.id);
          others = others.filter(({ id }) => id !== change.id);
        }
        if (change.does === 'putBack') others = [...removed, ...others];
        return runs();
      }),
    // Not a call that a test makes fail: the page looks at it on its own.
    storage: () => {
      engine.calls.push('storage');
      return Promise.resolve(engine.room);
    },
    weightsOf: () => answer('weightsOf', () => []),
    policyAt: (number) => answer('policyAt', () => ({ step: number, hints: trainer.policy.hints })),
    eventsOf: (key) => answer('eventsOf', () => ({ events: events.filter((event) => event.key === key), keptFrom: 1 })),
    examplesOf: (keys) =>
      answer('examplesOf', () => keys.map((key) => ({ key, step: 1, question: 'Show total revenue by product' }))),
    stepAt: () => answer('stepAt', () => null),
    halt: () => answer('halt', () => undefined),
    judge: (completion, thumb, over) => answer('judge', () => said(completion, { thumb, chosenOver: over ?? null })),
    remark: (completion, comment) => answer('remark', () => said(completion, { comment })),
    calibrate: () => answer('calibrate', () => true),
    allRows: (sql) =>
      answer('allRows', () => ({
        execution: {
          status: 'rows',
          columns: ['sql', 'n'],
          rows: Array.from({ length: 34 }, (_, i) => [sql, i]),
          truncated: false,
        },
        rowCount: 34,
        refused: null,
        saysNothing: false,
      })),
    explain: () =>
      answer('explain', () => ({
        execution: {
          status: 'rows',
          columns: ['id', 'parent', 'notused', 'detail'],
          rows: [
            [1, 0, 0, 'CO-ROUTINE top'],
            [2, 1, 0, 'SCAN products'],
          ],
          truncated: false,
        },
        rowCount: 2,
        refused: null,
        saysNothing: false,
      })),
    tryCorrection: (sql) =>
      answer('tryCorrection', () => ({
        execution: sql.includes('nonsense')
          ? { status: 'invalid', columns: [], rows: [], truncated: false, error: 'no such column: nonsense' }
          : RAN,
        rowCount: RAN.rows.length,
        refused: sql.includes('nonsense') ? 'SQLite cannot compile it: no such column: nonsense' : null,
        saysNothing: false,
      })),
    correct: (completion, sql) => answer('correct', () => said(completion, { corrected: sql })),
    tryGold: (sql) =>
      answer('tryGold', () =>
        sql.map((one) => {
          const refused = one.includes('nonsense') ? 'SQLite cannot compile it: no such column: nonsense' : null;
          return { execution: RAN, rowCount: RAN.rows.length, refused, saysNothing: false };
        }),
      ),
    setQuestions: () => answer('setQuestions', view),
    setSchemaNotes: (notes) =>
      answer('setSchemaNotes', () => {
        checkNotes(engine.schema, notes);
        engine.own = notes;
        return view();
      }),
    setPlace: (next) =>
      answer('setPlace', () => {
        at = next;
      }),
    watchLive: () => Promise.resolve(),
    stopCompletion: () => answer('stopCompletion', () => undefined),
    stopGroup: () => answer('stopGroup', () => undefined),
    useSampler: () => answer('useSampler', view),
    startRecording: () => answer('startRecording', () => ({ steps: 0, size: 0, on: true, ended: null })),
    recordingText: () => answer('recordingText', () => '{}'),
    openRecording: () => answer('openRecording', view),
    openCompletions: () => answer('openCompletions', view),
    ask: () =>
      answer('ask', () => {
        throw new Error('This engine answers nothing.');
      }),
    promptFor: (question) =>
      answer('promptFor', () => ({
        question,
        withHints: [{ role: 'user', content: question }],
        withoutHints: [{ role: 'user', content: question }],
        hints: [],
        leftOut: { hints: 0, tables: 0, descriptions: 0, samples: 0 },
        tokens: 10,
        fits: true,
      })),
  };
  async function answer<T>(name: string, work: () => T | Promise<T>): Promise<T> {
    engine.calls.push(name);
    await Promise.resolve();
    if (engine.failure !== null) {
      const { failure } = engine;
      engine.failure = null;
      throw failure;
    }
    return work();
  }
  return engine;
}
