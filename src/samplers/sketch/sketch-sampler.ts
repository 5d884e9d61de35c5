/**
 * The built-in sampler: a log-linear policy over SQL sketches for any schema and question.
 * It is not a language model. It needs no download and no GPU, and its distribution is known exactly.
 */
import { seededRandom } from '../../grpo/random.ts';
import type {
  DecisionRecord,
  Distribution,
  FeatureUse,
  HintFeature,
  PolicyView,
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
  type StateGraph,
  type Trace,
  type WeightOf,
} from './process.ts';
import { renderSketch } from './render.ts';

/** Questions whose grammars are kept; the oldest goes first. */
const KEPT_GRAMMARS = 1024;

/** @throws RangeError for a schema without tables: there is nothing to ask */
export function makeSketchSampler({ schema }: { readonly schema: Schema }): Sampler {
  if (schema.tables.length === 0)
    throw new RangeError('The database has no table or view that can be read, so there is nothing to write SQL about.');
  const index = makeSchemaIndex(schema);
  const grammars = new Map<string, SketchGrammar>();
  const graphs = new WeakMap<SketchGrammar, { readonly graph: StateGraph | null }>();

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

  const evaluatorOf = (grammar: SketchGrammar, policy: PolicyView, temperature: number): Evaluator =>
    new Evaluator(weightsOf(grammar, policy), temperature);

  const toSamples = (grammar: SketchGrammar, { weightOf }: Evaluator, traces: readonly Trace<State>[]): Sample[] => {
    const uses = featureUses(grammar, weightOf, traces);
    return traces.map((trace, i): Sample => {
      const sql = renderSketch(trace.final.sketch, index);
      return {
        text: sql,
        sql,
        features: uses[i] ?? [],
        logProbability: trace.logProbability,
        referenceLogProbability: trace.referenceLogProbability,
        choices: trace.steps.map(({ choice }) => choice),
        decisions: trace.steps
          .filter(({ options }) => options.length > 1)
          .map(({ name, options, choice, probabilities }): DecisionRecord => ({
            name,
            chosen: options[choice]?.label ?? '',
            probability: probabilities.policy[choice] ?? 0,
            referenceProbability: probabilities.reference[choice] ?? 0,
          })),
      };
    });
  };

  return {
    id: 'sketch',
    label: 'Built-in sketch sampler',
    isLanguageModel: false,
    generateGroup({ question, policy, temperature, random, signal }: SampleRequest, count: number): Promise<Sample[]> {
      signal?.throwIfAborted();
      const grammar = grammarOf(question);
      const evaluator = evaluatorOf(grammar, policy, temperature);
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
      const evaluator = evaluatorOf(grammar, policy, temperature);
      return Promise.resolve(toSamples(grammar, evaluator, [greedyTrace(grammar, evaluator)])[0] as Sample);
    },
    replay({ question, policy, temperature }, choices): Sample | null {
      const grammar = grammarOf(question);
      const evaluator = evaluatorOf(grammar, policy, temperature);
      const trace = replayTrace(grammar, evaluator, choices);
      return trace === null ? null : (toSamples(grammar, evaluator, [trace])[0] as Sample);
    },
    distribution({ question, policy, temperature }): Distribution {
      const grammar = grammarOf(question);
      let known = graphs.get(grammar);
      if (known === undefined) graphs.set(grammar, (known = { graph: stateGraph(grammar) }));
      const evaluator = evaluatorOf(grammar, policy, temperature);
      // The generator only serves the estimate for a grammar too large to sum; a fixed seed keeps the figure
      // repeatable.
      return known.graph === null
        ? estimatedDistribution(grammar, evaluator, seededRandom(1).next)
        : exactDistribution(known.graph, evaluator);
    },
  };
}

/** The weight of each feature under the policy as it is now, looked up once. */
function weightsOf(grammar: SketchGrammar, policy: PolicyView): WeightOf {
  const weights: number[] = [];
  const { features } = grammar.features;
  return (feature) => (weights[feature] ??= policy.weightOf(features[feature]?.key ?? ''));
}

/**
 * Σ_d f and Σ_d E_d[f] per completion, for every feature that fired in some completion of the group or that the
 * policy already weighs. Features that could have fired, did in none, and weigh nothing would stay nothing.
 */
function featureUses(grammar: SketchGrammar, weightOf: WeightOf, traces: readonly Trace<State>[]): FeatureUse[][] {
  const { features } = grammar.features;
  const fired = new Uint8Array(features.length);
  const met = new Uint8Array(features.length);
  const counts = traces.map((trace) => {
    const value = new Float64Array(features.length);
    const expected = new Float64Array(features.length);
    for (const {
      options,
      choice,
      probabilities: { policy },
    } of trace.steps) {
      for (const feature of options[choice]?.features ?? []) {
        value[feature] = (value[feature] ?? 0) + 1;
        fired[feature] = 1;
      }
      for (let i = 0; i < options.length; i++) {
        const probability = policy[i] ?? 0;
        for (const feature of options[i]?.features ?? []) {
          expected[feature] = (expected[feature] ?? 0) + probability;
          met[feature] = 1;
        }
      }
    }
    return { value, expected };
  });
  const listed: number[] = [];
  for (let k = 0; k < features.length; k++) {
    if (fired[k] === 1 || (met[k] === 1 && weightOf(k) !== 0)) listed.push(k);
  }
  return counts.map(({ value, expected }) => {
    const uses: FeatureUse[] = [];
    for (const k of listed) {
      const use = { feature: features[k] as HintFeature, value: value[k] ?? 0, expected: expected[k] ?? 0 };
      if (use.value > 0 || use.expected > 0) uses.push(use);
    }
    return uses;
  });
}
