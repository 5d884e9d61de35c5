/**
 * The built-in sampler: a log-linear policy over SQL sketches for any schema and question.
 * It is not a language model. It needs no download and no GPU, and the probability of what it writes is known exactly.
 */
import type {
  DecisionRecord,
  Distribution,
  FeatureUse,
  HintFeature,
  PolicyView,
  Retraced,
  Sample,
  Sampler,
  SampleRequest,
  Schema,
} from '../../grpo/types.ts';
import { analyse } from '../../linking/analyse.ts';
import { makeSchemaIndex } from '../../linking/schema-index.ts';
import type { State } from './state.ts';
import { SketchGrammar } from './grammar.ts';
import {
  estimatedDistribution,
  Evaluator,
  exactDistribution,
  greedyTrace,
  replayTrace,
  sampleTrace,
  stateGraph,
  type Option,
  type StateGraph,
  type Trace,
  type TraceStep,
  type WeightOf,
} from './process.ts';
import { log } from '../../grpo/portable-math.ts';
import { renderSketch } from './render.ts';
import { startKlOf } from './start-kl.ts';

/** Questions whose grammars are kept; the oldest goes first. */
const KEPT_GRAMMARS = 1024;

/** @throws RangeError for a schema without tables: there is nothing to ask */
export function makeSketchSampler({ schema }: { readonly schema: Schema }): Sampler {
  if (schema.tables.length === 0)
    throw new RangeError('The database has no table or view that can be read, so there is nothing to write SQL about.');
  const index = makeSchemaIndex(schema);
  const grammars = new Map<string, SketchGrammar>();
  const graphs = new WeakMap<SketchGrammar, StateGraph>();
  /** How a sample was drawn, as long as it is held: what an estimate is made of. */
  const traces = new WeakMap<Sample, Trace<State>>();

  const grammarOf = (question: string): SketchGrammar => {
    let grammar = grammars.get(question);
    if (grammar === undefined) {
      grammar = new SketchGrammar(analyse(question, index), index);
      const oldest = grammars.size >= KEPT_GRAMMARS ? grammars.keys().next().value : undefined;
      if (oldest !== undefined) grammars.delete(oldest);
      grammars.set(question, grammar);
    }
    return grammar;
  };

  const graphOf = (grammar: SketchGrammar): StateGraph => {
    let graph = graphs.get(grammar);
    if (graph === undefined) graphs.set(grammar, (graph = stateGraph(grammar)));
    return graph;
  };

  const evaluatorOf = (grammar: SketchGrammar, weightOf: PolicyView['weightOf'], temperature: number): Evaluator =>
    new Evaluator(weightsOf(grammar, weightOf), temperature);

  const toSamples = (grammar: SketchGrammar, { weightOf }: Evaluator, drawn: readonly Trace<State>[]): Sample[] => {
    const uses = featureUses(grammar, weightOf, drawn);
    return drawn.map((trace, i): Sample => {
      const sql = renderSketch(trace.final.sketch, index);
      const sample: Sample = {
        text: sql,
        sql,
        features: uses[i] ?? [],
        logProbability: trace.logProbability,
        referenceLogProbability: trace.referenceLogProbability,
        choices: trace.steps.map(({ choice }) => choice),
        decisions: trace.steps.filter(isDecision).map(({ name, options, choice, probabilities }): DecisionRecord => ({
          name,
          chosen: options[choice]?.label ?? '',
          probability: probabilities.policy[choice] ?? 0,
          referenceProbability: probabilities.reference[choice] ?? 0,
        })),
      };
      traces.set(sample, trace);
      return sample;
    });
  };

  return {
    id: 'sketch',
    label: 'Built-in sketch sampler',
    isLanguageModel: false,
    generateGroup({ question, policy, temperature, random, signal }: SampleRequest, count: number): Promise<Sample[]> {
      signal?.throwIfAborted();
      const grammar = grammarOf(question);
      const evaluator = evaluatorOf(grammar, policy.weightOf.bind(policy), temperature);
      return Promise.resolve(
        toSamples(
          grammar,
          evaluator,
          Array.from({ length: count }, () => sampleTrace(grammar, evaluator, random)),
        ),
      );
    },
    greedy({ question, policy, temperature }: SampleRequest): Promise<Sample> {
      const grammar = grammarOf(question);
      const evaluator = evaluatorOf(grammar, policy.weightOf.bind(policy), temperature);
      return Promise.resolve(toSamples(grammar, evaluator, [greedyTrace(grammar, evaluator)])[0] as Sample);
    },
    replay({ question, policy, temperature }, choices): Sample | null {
      const grammar = grammarOf(question);
      const evaluator = evaluatorOf(grammar, policy.weightOf.bind(policy), temperature);
      const trace = replayTrace(grammar, evaluator, choices);
      return trace === null ? null : (toSamples(grammar, evaluator, [trace])[0] as Sample);
    },
    retrace({ question, policy, temperature }, group, weigh): Retraced[] | null {
      const grammar = grammarOf(question);
      const evaluator = evaluatorOf(grammar, policy.weightOf.bind(policy), temperature);
      const found = group.flatMap((choices) => replayTrace(grammar, evaluator, choices) ?? []);
      if (found.length < group.length) return null;
      const probabilities = found.map(({ steps }) =>
        steps.filter(isDecision).map(({ choice, probabilities: { policy: chances } }) => chances[choice] ?? 0),
      );
      const uses = featureUses(grammar, evaluator.weightOf, found, probabilities.map(weigh));
      return probabilities.map((chances, i) => ({ probabilities: chances, features: uses[i] ?? [] }));
    },
    decisions({ question, policy, temperature }) {
      const grammar = grammarOf(question);
      const trace = greedyTrace(grammar, evaluatorOf(grammar, policy.weightOf.bind(policy), temperature));
      const { features } = grammar.features;
      return trace.steps.filter(isDecision).map(({ name, options, choice, probabilities }) => ({
        name,
        choice,
        options: options.map(({ label, features: of }, i) => ({
          label,
          base: temperature * log(probabilities.reference[i] ?? 0),
          features: of.map((feature) => features[feature] as HintFeature),
        })),
      }));
    },
    distribution({ question, policy, temperature }, samples): Distribution | null {
      const grammar = grammarOf(question);
      const drawn = samples.map((sample) => traces.get(sample)).filter((trace) => trace !== undefined);
      if (!grammar.isSmall && drawn.length === 0) return null;
      const graph = grammar.isSmall ? graphOf(grammar) : null;
      const evaluator = evaluatorOf(grammar, policy.weightOf.bind(policy), temperature);
      const known = graph === null ? estimatedDistribution(drawn) : exactDistribution(graph, evaluator);
      const startWeightOf = policy.startWeightOf ?? null;
      const start = startWeightOf === null ? null : evaluatorOf(grammar, startWeightOf, temperature);
      return { ...known, start: startKlOf({ known, graph, evaluator, start, traces: drawn }) };
    },
  };
}

/** Whether there was anything to decide. */
const isDecision = ({ options }: Pick<TraceStep, 'options'>): boolean => options.length > 1;

/** The weight of each feature under a policy, looked up once. */
function weightsOf(grammar: SketchGrammar, weightOf: PolicyView['weightOf']): WeightOf {
  const weights: number[] = [];
  const { features } = grammar.features;
  return (feature) => (weights[feature] ??= weightOf(features[feature]?.key ?? ''));
}

/**
 * Σ_d f and Σ_d E_d[f] per completion, for every feature that fired in some completion of the group or that the
 * policy already weighs, in the order in which the group meets them: what was asked before has no part in it. Features
 * that could have fired, did in none, and weigh nothing would stay nothing. `weights` are those of each trace's
 * decisions (of `isDecision`: where there is one option f is E f), which `weighed` takes in.
 */
function featureUses(
  grammar: SketchGrammar,
  weightOf: WeightOf,
  traces: readonly Trace<State>[],
  weights?: readonly (readonly number[])[],
): FeatureUse[][] {
  const { features } = grammar.features;
  const { listed, places } = listedFeatures(features.length, weightOf, traces);
  return traces.map(({ steps }, t) => {
    const value = new Float64Array(listed.length);
    const expected = new Float64Array(listed.length);
    const weighed = weights === undefined ? null : new Float64Array(listed.length);
    let decision = 0;
    for (const step of steps) {
      const { options, choice, probabilities } = step;
      for (const feature of options[choice]?.features ?? []) {
        const place = (places[feature] ?? 0) - 1;
        value[place] = (value[place] ?? 0) + 1;
      }
      if (weighed !== null && isDecision(step))
        weigh(weighed, weights?.[t]?.[decision++] ?? 0, step, (feature) => (places[feature] ?? 0) - 1);
      for (let i = 0; i < options.length; i++) {
        const probability = probabilities.policy[i] ?? 0;
        for (const feature of options[i]?.features ?? []) {
          const place = (places[feature] ?? 0) - 1;
          if (place >= 0) expected[place] = (expected[place] ?? 0) + probability;
        }
      }
    }
    const uses: FeatureUse[] = [];
    for (let place = 0; place < listed.length; place++) {
      const use = {
        feature: features[listed[place] ?? -1] as HintFeature,
        value: value[place] ?? 0,
        expected: expected[place] ?? 0,
        ...(weighed === null ? {} : { weighed: weighed[place] ?? 0 }),
      };
      if (use.value > 0 || use.expected > 0) uses.push(use);
    }
    return uses;
  });
}

/** Adds c · (f − E f) of one decision. `placeOf` is below 0 for a feature that is not listed. */
function weigh(
  into: Float64Array,
  weight: number,
  { options, choice, probabilities }: TraceStep,
  placeOf: (feature: number) => number,
): void {
  options.forEach(({ features }, i) => {
    const activity = weight * ((i === choice ? 1 : 0) - (probabilities.policy[i] ?? 0));
    for (const feature of features) {
      const place = placeOf(feature);
      if (place >= 0) into[place] = (into[place] ?? 0) + activity;
    }
  });
}

/** Which features the uses are of. `places[feature]`: its place among them, counted from 1; 0 for none. */
function listedFeatures(
  count: number,
  weightOf: WeightOf,
  traces: readonly Trace<State>[],
): { readonly listed: readonly number[]; readonly places: Int32Array } {
  const fired = new Uint8Array(count);
  for (const { steps } of traces)
    for (const { options, choice } of steps) for (const feature of options[choice]?.features ?? []) fired[feature] = 1;
  const listed: number[] = [];
  const places = new Int32Array(count);
  const seen = new Set<readonly Option[]>();
  for (const { steps } of traces) {
    for (const { options } of steps) {
      if (seen.has(options)) continue;
      seen.add(options);
      for (const option of options)
        for (const feature of option.features)
          if (places[feature] === 0 && (fired[feature] === 1 || weightOf(feature) !== 0))
            places[feature] = listed.push(feature);
    }
  }
  return { listed, places };
}
