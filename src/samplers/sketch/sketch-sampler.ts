/**
 * The built-in sampler: a log-linear policy over SQL sketches for any schema and question.
 * It is not a language model. It needs no download and no GPU, and its distribution is known exactly.
 */
import { seededRandom } from '../../grpo/random.ts';
import type { DecisionRecord, Distribution, FeatureUse, PolicyView, Sample, Sampler, SampleRequest, Schema } from '../../grpo/types.ts';
import { analyse } from '../../linking/analyse.ts';
import { makeSchemaIndex } from '../../linking/schema-index.ts';
import type { State } from './state.ts';
import { SketchGrammar } from './grammar.ts';
import { estimatedDistribution, Evaluator, exactDistribution, greedyTrace, replayTrace, sampleTrace, stateGraph, type StateGraph, type Trace } from './process.ts';
import { renderSketch } from './render.ts';

/** Questions whose grammars are kept; the oldest goes first. */
const KEPT_GRAMMARS = 1024;

/** @throws RangeError for a schema without tables: there is nothing to ask */
export function makeSketchSampler({ schema }: { readonly schema: Schema }): Sampler {
  if (schema.tables.length === 0) throw new RangeError('The database has no table or view that can be read, so there is nothing to write SQL about.');
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
    new Evaluator((feature) => policy.weightOf(grammar.features.features[feature]?.key ?? ''), temperature);

  const toSamples = (grammar: SketchGrammar, policy: PolicyView, traces: readonly Trace<State>[]): Sample[] => {
    const uses = featureUses(grammar, policy, traces);
    return traces.map((trace, i): Sample => {
      const sql = renderSketch(trace.final.sketch, index);
      return {
        text: sql, sql, features: uses[i] ?? [], logProbability: trace.logProbability, referenceLogProbability: trace.referenceLogProbability,
        choices: trace.steps.map(({ choice }) => choice),
        decisions: trace.steps.filter(({ options }) => options.length > 1).map(({ name, options, choice, probabilities }): DecisionRecord =>
          ({ name, chosen: options[choice]?.label ?? '', probability: probabilities.policy[choice] ?? 0, referenceProbability: probabilities.reference[choice] ?? 0 })),
      };
    });
  };

  return {
    id: 'sketch', label: 'Built-in sketch sampler', isLanguageModel: false,
    generateGroup({ question, policy, temperature, random, signal }: SampleRequest, count: number): Promise<Sample[]> {
      signal?.throwIfAborted();
      const grammar = grammarOf(question);
      const evaluator = evaluatorOf(grammar, policy, temperature);
      return Promise.resolve(toSamples(grammar, policy, Array.from({ length: count }, () => sampleTrace(grammar, evaluator, random))));
    },
    greedy({ question, policy, temperature }: SampleRequest): Promise<Sample> {
      const grammar = grammarOf(question);
      return Promise.resolve(toSamples(grammar, policy, [greedyTrace(grammar, evaluatorOf(grammar, policy, temperature))])[0] as Sample);
    },
    replay({ question, policy, temperature }, choices): Sample | null {
      const grammar = grammarOf(question);
      const trace = replayTrace(grammar, evaluatorOf(grammar, policy, temperature), choices);
      return trace === null ? null : toSamples(grammar, policy, [trace])[0] as Sample;
    },
    distribution({ question, policy, temperature }): Distribution {
      const grammar = grammarOf(question);
      let known = graphs.get(grammar);
      if (known === undefined) graphs.set(grammar, known = { graph: stateGraph(grammar) });
      const evaluator = evaluatorOf(grammar, policy, temperature);
      // The generator only serves the estimate for a grammar too large to sum; a fixed seed keeps the figure repeatable.
      return known.graph === null ? estimatedDistribution(grammar, evaluator, seededRandom(1).next) : exactDistribution(known.graph, evaluator);
    },
  };
}

/**
 * Σ_d f and Σ_d E_d[f] per completion, for every feature that fired in some completion of the group or that the
 * policy already weighs. Features that could have fired, did in none, and weigh nothing would stay nothing.
 */
function featureUses(grammar: SketchGrammar, policy: PolicyView, traces: readonly Trace<State>[]): FeatureUse[][] {
  const { features } = grammar.features;
  const counts = traces.map((trace) => {
    const value = new Float64Array(features.length);
    const expected = new Float64Array(features.length);
    for (const { options, choice, probabilities } of trace.steps) {
      options.forEach((option, i) => {
        const probability = probabilities.policy[i] ?? 0;
        for (const feature of option.features) {
          expected[feature] = (expected[feature] ?? 0) + probability;
          if (i === choice) value[feature] = (value[feature] ?? 0) + 1;
        }
      });
    }
    return { value, expected };
  });
  const listed = features.map((feature, k) => ({ feature, k }))
    .filter(({ feature, k }) => counts.some(({ value }) => (value[k] ?? 0) > 0) || policy.weightOf(feature.key) !== 0);
  return counts.map(({ value, expected }) => listed.map(({ feature, k }) => ({ feature, value: value[k] ?? 0, expected: expected[k] ?? 0 }))
    .filter((use) => use.value > 0 || use.expected > 0));
}
