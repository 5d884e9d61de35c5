/** Who writes the SQL, from the options of a command line. */
import type { Recording } from '../recording/format.ts';
import { parseRecording } from '../recording/recording-file.ts';
import type { Question, Sampler, Schema } from '../grpo/types.ts';
import type { GRPOConfig } from '../grpo/config.ts';
import type { Feedback } from '../grpo/feedback.ts';
import { SKETCH } from '../grpo/group-source.ts';
import type {
  CompletionsSource,
  FeedbackSource,
  ModelSource,
  RecordingSource,
  SketchSource,
} from '../grpo/group-source.ts';
import { connectEndpoint, GRAMMAR_FIELDS, listEndpointModels } from '../samplers/endpoint/endpoint.ts';
import { makeLanguageSampler } from '../samplers/language/language-sampler.ts';
import { ModelError } from '../samplers/language/model.ts';
import type { LanguageModel } from '../samplers/language/model.ts';
import { FEEDBACK_LABEL, feedbackPool } from '../samplers/replay/feedback-pool.ts';
import { makePoolSampler } from '../samplers/replay/pool-sampler.ts';
import type { PoolCompletion, PoolOptions } from '../samplers/replay/pool-sampler.ts';
import { makeSketchSampler } from '../samplers/sketch/sketch-sampler.ts';
import { parseCompletions } from '../formats/completions-file.ts';
import { parseFeedback } from '../formats/feedback-file.ts';
import { readText } from './files.ts';
import { oneOf, UsageError, wholeNumber } from './options.ts';
import type { GivenOptions } from './options.ts';
import type { Report } from './report.ts';

/** What is trained can be drawn from feedback, too. */
export const TRAINING_SAMPLERS = ['sketch', 'endpoint', 'replay', 'feedback'] as const;
const SAMPLERS = ['sketch', 'endpoint', 'replay'] as const;
export type SamplerName = (typeof TRAINING_SAMPLERS)[number];

/** Which options belong to which sampler. */
const BELONGS = {
  endpoint: ['base-url', 'model', 'api-key-env', 'parallel', 'grammar-field'],
  replay: ['completions', 'recording', 'pool'],
} as const;

/** Where the groups come from, with what was read or connected for it. Files are named by their paths. */
export type SamplerChoice =
  | SketchSource
  | (ModelSource & { readonly model: LanguageModel })
  | (CompletionsSource & {
      readonly file: string;
      /** By question id, as the file has them. */
      readonly byId: ReadonlyMap<string, readonly PoolCompletion[]>;
    })
  | (FeedbackSource & {
      readonly file: string;
      readonly said: readonly Feedback[];
      /** The SQL texts that were judged or written, by question text. */
      readonly byQuestion: ReadonlyMap<string, readonly PoolCompletion[]>;
    })
  | (RecordingSource & { readonly recording: Recording });

/**
 * Reads the options, and the file of a replay. `samplers`: those the command knows. Rejects with UsageError,
 * DatasetError, and ModelError when the server is to say which model it has and does not. `report` is told what the
 * reader should know of a server, when it comes up.
 */
export async function chosenSampler(
  given: GivenOptions,
  report: Pick<Report, 'progress'>,
  samplers: readonly SamplerName[] = SAMPLERS,
): Promise<SamplerChoice> {
  const kind = oneOf('sampler', given.one('sampler') ?? 'sketch', samplers);
  for (const [owner, options] of Object.entries(BELONGS)) {
    const stray = owner === kind ? undefined : options.find((name) => given.has(name));
    if (stray !== undefined) throw new UsageError(`--${stray} needs --sampler ${owner}.`);
  }
  if (kind === 'sketch') return SKETCH;
  if (kind === 'endpoint') {
    const model = await endpoint(given, report);
    return { kind: 'model', id: model.id, runs: 'server', model };
  }
  if (kind === 'feedback') return { kind, ...feedbackRecords(given.one('feedback')) };
  const [completions, recording] = [given.one('completions'), given.one('recording')];
  if (completions !== undefined && recording !== undefined)
    throw new UsageError('--completions and --recording are two things to replay: give one of them.');
  if (completions !== undefined)
    return { kind: 'completions', file: completions, byId: parseCompletions(readText(completions), completions) };
  if (recording !== undefined)
    return { kind: 'recording', file: recording, recording: parseRecording(readText(recording), recording) };
  throw new UsageError(
    '--sampler replay needs something to replay: --completions F, or with train --recording F, with evaluate --pool DIR.',
  );
}

/** Throws UsageError where there are none, DatasetError. */
function feedbackRecords(file: string | undefined): Omit<Extract<SamplerChoice, FeedbackSource>, 'kind'> {
  if (file === undefined)
    throw new UsageError('--sampler feedback needs the feedback its groups are made of: --feedback F.');
  const said = parseFeedback(readText(file), file);
  if (said.length === 0) throw new UsageError(`${file} has no feedback, so there is nothing to make groups of.`);
  return { file, said, byQuestion: feedbackPool(said) };
}

/** The files a choice was read from. */
export function filesOfSampler(choice: SamplerChoice): string[] {
  return choice.kind === 'sketch' || choice.kind === 'model' ? [] : [choice.file];
}

export interface SamplerNeeds {
  readonly schema: Schema;
  readonly questions: readonly Question[];
  readonly config: GRPOConfig;
  /** Of replayed completions that teach a choice: what else their groups are drawn by. */
  readonly totals?: PoolOptions['totals'];
}

/**
 * Throws UsageError when the settings ask for what the sampler cannot do. A recording is no sampler: it is played back
 * as a whole.
 */
export function makeSampler(
  choice: Exclude<SamplerChoice, { kind: 'recording' }>,
  { schema, questions, config, totals }: SamplerNeeds,
): Sampler {
  if (choice.kind === 'sketch') return makeSketchSampler({ schema });
  if (choice.kind === 'model') {
    if (config.constrained && !choice.model.supports.grammar)
      throw new UsageError('constrained=true needs --grammar-field, where the server takes a grammar.');
    return makeLanguageSampler({ model: choice.model, schema, settings: () => config });
  }
  if (choice.kind === 'feedback')
    return makePoolSampler({ id: choice.kind, completions: choice.byQuestion, schema, label: FEEDBACK_LABEL });
  const completions = new Map(
    questions.flatMap((question) => {
      const texts = choice.byId.get(question.id);
      return texts === undefined ? [] : [[question.question.trim(), texts] as const];
    }),
  );
  const sources = new Set([...completions.values()].flatMap((texts) => texts.map(({ source }) => source)));
  return makePoolSampler({
    completions,
    schema,
    label: `Recorded completions of ${sources.size === 1 ? 'one model' : `${sources.size} models`}`,
    ...(totals === undefined ? {} : { totals }),
  });
}

/** How many completions there are to draw a question's group from. */
export function recordedFor(
  choice: Extract<SamplerChoice, CompletionsSource | FeedbackSource>,
  { id, question }: Question,
): number {
  const found = choice.kind === 'completions' ? choice.byId.get(id) : choice.byQuestion.get(question.trim());
  return found?.length ?? 0;
}

/**
 * The questions a sampler can answer: with recorded completions, or feedback, only those that have some. Throws
 * UsageError when none is left.
 */
export function answerable(choice: SamplerChoice, questions: readonly Question[]): readonly Question[] {
  if (choice.kind !== 'completions' && choice.kind !== 'feedback') return questions;
  const known = questions.filter((question) => recordedFor(choice, question) > 0);
  if (known.length === 0 && questions.length > 0)
    throw new UsageError(
      `${choice.file} has no completion for any of the ${questions.length} questions: its ${choice.kind === 'feedback' ? 'questions' : 'ids'} are not theirs.`,
    );
  return known;
}

async function endpoint(given: GivenOptions, report: Pick<Report, 'progress'>): Promise<LanguageModel> {
  const baseUrl = given.one('base-url');
  if (baseUrl === undefined) throw new UsageError('--sampler endpoint needs --base-url URL.');
  const parallel = wholeNumber('parallel', given.one('parallel') ?? '8', 1, 1000);
  const field = given.one('grammar-field');
  const grammarField = field === undefined ? {} : { grammarField: oneOf('grammar-field', field, GRAMMAR_FIELDS) };
  const tell = (notice: string): void => report.progress(notice);
  const variable = given.one('api-key-env');
  const key = variable === undefined ? null : (process.env[variable]?.trim() ?? '');
  if (key === '')
    throw new UsageError(
      `--api-key-env: the environment has no ${JSON.stringify(variable?.slice(0, 60))}, or it is empty.`,
    );
  const named = given.one('model');
  try {
    if (named !== undefined) return connectEndpoint({ baseUrl, model: named, key, parallel, tell, ...grammarField });
    const models = await listEndpointModels({ baseUrl, key });
    const [only] = models;
    if (only === undefined || models.length > 1)
      throw new UsageError(
        `--model is needed: the server has ${
          models.length === 0
            ? 'none to choose by itself'
            : `${models
                .slice(0, 20)
                .map(({ id }) => id)
                .join(', ')}${models.length > 20 ? ', …' : ''}`
        }.`,
      );
    return connectEndpoint({
      baseUrl,
      model: only.id,
      key,
      parallel,
      tell,
      contextTokens: only.contextTokens,
      ...grammarField,
    });
  } catch (error) {
    // What cannot even be tried is in the arguments.
    if (error instanceof ModelError && error.fault === 'unsupported')
      throw new UsageError(`${error.message} ${error.remedy}`);
    throw error;
  }
}
