/**
 * A language model as a sampler: the same prompt for a whole group, seeds s … s+G−1, and the SQL read out of what it
 * writes.
 */
import type { GRPOConfig } from '../../grpo/config.ts';
import type { SampleOrigin } from '../../grpo/origin.ts';
import type { PolicyHint, PolicyView, Random, Sample, SampleRequest, Sampler, Schema } from '../../grpo/types.ts';
import { analyse } from '../../linking/analyse.ts';
import { makeSchemaIndex } from '../../linking/schema-index.ts';
import { extractSql } from '../../sql/extract.ts';
import { schemaGrammar } from './grammar.ts';
import { consideredGuidance, drawGuidance, NO_GUIDANCE, type GuidanceDraw } from './guidance-draw.ts';
import { GroupWriter, type LiveGroup, type Written } from './group-writer.ts';
import type { GenerateRequest, Generation, LanguageModel } from './model.ts';
import { buildPrompt, promptBudget, tableLinks, type BuiltPrompt } from './prompt.ts';
import { makeTextFeatures } from './text-features.ts';

export type { LiveCompletion, LiveGroup } from './group-writer.ts';

export type LanguageSettings = Pick<
  GRPOConfig,
  'max_tokens' | 'prompt_tokens' | 'hints_in_prompt' | 'constrained' | 'log_probabilities' | 'template_guidance'
>;

export interface LanguageSampler extends Sampler {
  /**
   * Ends one completion of the group being written, or all of them, and keeps what is there. False when nothing is left
   * to end.
   */
  stop(index?: number): boolean;
  /**
   * What a completion would be given now, with every guidance hint that greedy decoding takes; `hintsInPrompt` in place
   * of the setting.
   */
  prompt(question: string, policy: PolicyView, hintsInPrompt?: boolean): BuiltPrompt;
}

export interface LanguageSamplerOptions {
  readonly model: LanguageModel;
  readonly schema: Schema;
  /** Asked anew for every group. */
  readonly settings: () => LanguageSettings;
  /** Told of every token: to be throttled by whom it is shown to. */
  readonly onLive?: (group: LiveGroup) => void;
}

/** Seeds are below this. */
const SEEDS = 2 ** 31;
/** Grammars kept; the oldest goes first. */
const KEPT_GRAMMARS = 32;

/** One completion as it is asked for. */
interface Task {
  readonly prompt: BuiltPrompt;
  readonly draw: GuidanceDraw;
}

/** @throws RangeError for a schema without tables: there is nothing to ask */
export function makeLanguageSampler({ model, schema, settings, onLive }: LanguageSamplerOptions): LanguageSampler {
  if (schema.tables.length === 0)
    throw new RangeError('The database has no table or view that can be read, so there is nothing to write SQL about.');
  const index = makeSchemaIndex(schema);
  const features = makeTextFeatures(schema);
  const grammars = new Map<string, string>();
  let writing: GroupWriter | null = null;

  const budgetOf = (now: LanguageSettings): number => promptBudget(now, model.contextTokens);

  const promptOf = (
    question: string,
    policy: PolicyView,
    draw: GuidanceDraw,
    hintsInPrompt: boolean,
    promptTokens: number,
  ): BuiltPrompt =>
    buildPrompt({
      schema,
      index,
      question,
      analysis: analyse(question, index),
      policy,
      settings: { promptTokens, hintsInPrompt },
      guidance: draw.hints,
    });

  const consideredBy = (policy: PolicyView, now: LanguageSettings): readonly PolicyHint[] =>
    now.hints_in_prompt && now.template_guidance ? consideredGuidance(policy, budgetOf(now)) : [];

  const grammarOf = (question: string): string => {
    const links = tableLinks(analyse(question, index), index);
    const first = [...links].sort(([, a], [, b]) => b - a).map(([table]) => table);
    const key = first.join('\n');
    let grammar = grammars.get(key);
    if (grammar === undefined) {
      grammar = schemaGrammar(schema, { first });
      const oldest = grammars.size >= KEPT_GRAMMARS ? grammars.keys().next() : undefined;
      if (oldest?.done === false) grammars.delete(oldest.value);
      grammars.set(key, grammar);
    }
    return grammar;
  };

  const requestOf = (
    question: string,
    task: Task,
    now: LanguageSettings,
    temperature: number,
    seed: number,
    signal: AbortSignal | undefined,
  ): GenerateRequest => ({
    messages: task.prompt.messages,
    seed,
    temperature,
    maxTokens: now.max_tokens,
    ...(now.log_probabilities ? { logProbabilities: true } : {}),
    ...(now.constrained && model.supports.grammar ? { grammar: grammarOf(question) } : {}),
    ...(signal === undefined ? {} : { signal }),
  });

  const toSample = (
    question: string,
    { prompt, draw }: Task,
    request: GenerateRequest,
    generation: Generation,
    seed: number | null,
  ): Sample => {
    const { sql } = extractSql(generation.text);
    const origin: SampleOrigin = {
      model: model.label,
      how: 'live',
      finish: generation.finish,
      prompt: prompt.messages,
      // A server may refuse it once it is asked.
      constrained: request.grammar !== undefined && model.supports.grammar,
      ...(seed === null || !model.supports.seed ? {} : { seed }),
      ...(generation.tokens === null ? {} : { tokens: generation.tokens }),
    };
    return {
      text: generation.text,
      sql,
      features: [...draw.features, ...features(question, sql)],
      logProbability: generation.logProbability,
      referenceLogProbability: null,
      decisions: draw.decisions,
      origin,
    };
  };

  return {
    id: model.id,
    label: model.label,
    isLanguageModel: true,

    async generateGroup(
      { question, policy, temperature, random, signal }: SampleRequest,
      count: number,
    ): Promise<Sample[]> {
      signal?.throwIfAborted();
      const now = settings();
      const seed = Math.floor(random() * SEEDS);
      const tasks = tasksFor(question, policy, now, random, count);
      const writer = new GroupWriter(
        model,
        question,
        tasks.map((_task, i) => (seed + i) % SEEDS),
        onLive,
      );
      writing = writer;
      try {
        const requests = tasks.map((task, i) =>
          requestOf(question, task, now, temperature, (seed + i) % SEEDS, signal),
        );
        const alike = tasks.every(({ prompt }) => prompt === tasks[0]?.prompt);
        const generations = await writer.write(requests, alike);
        return tasks.map((task, i) => {
          const { generation, seed: used } = generations[i] as Written;
          return toSample(question, task, requests[i] as GenerateRequest, generation, used);
        });
      } finally {
        if (writing === writer) writing = null;
      }
    },

    async greedy({ question, policy, signal }: SampleRequest): Promise<Sample> {
      signal?.throwIfAborted();
      const now = settings();
      const draw = drawGuidance(consideredBy(policy, now), policy, null);
      const task = { draw, prompt: promptOf(question, policy, draw, now.hints_in_prompt, budgetOf(now)) };
      const request = requestOf(question, task, now, 0, 0, signal);
      // Written as a group of one, so that it is seen and can be stopped.
      const writer = new GroupWriter(model, question, [0], onLive);
      writing = writer;
      try {
        const [written] = await writer.write([request], false);
        return toSample(question, task, request, (written as Written).generation, 0);
      } finally {
        if (writing === writer) writing = null;
      }
    },

    distribution: () => null,

    stop: (at) => writing?.stop(at) ?? false,

    prompt(question, policy, hintsInPrompt): BuiltPrompt {
      const now = { ...settings(), ...(hintsInPrompt === undefined ? {} : { hints_in_prompt: hintsInPrompt }) };
      return promptOf(
        question,
        policy,
        drawGuidance(consideredBy(policy, now), policy, null),
        now.hints_in_prompt,
        budgetOf(now),
      );
    },
  };

  /** Completions with the same guidance share one prompt. */
  function tasksFor(
    question: string,
    policy: PolicyView,
    now: LanguageSettings,
    random: Random,
    count: number,
  ): Task[] {
    const considered = consideredBy(policy, now);
    const prompts = new Map<string, BuiltPrompt>();
    return Array.from({ length: count }, (): Task => {
      const draw = considered.length === 0 ? NO_GUIDANCE : drawGuidance(considered, policy, random);
      const key = draw.hints.map((hint) => hint.key).join('\n');
      let prompt = prompts.get(key);
      if (prompt === undefined)
        prompts.set(key, (prompt = promptOf(question, policy, draw, now.hints_in_prompt, budgetOf(now))));
      return { draw, prompt };
    });
  }
}
