/**
 * Hints in the prompt against none, asked of the language model that is loaded. It has samplers of its own over that
 * model, which tell nobody what they write, and generators of its own: the run beside it does not notice.
 */
import type { GRPOConfig } from '../../grpo/config.ts';
import { queryBudget } from '../../grpo/derived-settings.ts';
import { messageOf } from '../../grpo/message-of.ts';
import { QuestionError } from '../../grpo/questions.ts';
import type { PolicyHint } from '../../grpo/types.ts';
import { fixedPolicy } from '../../lab/evaluate.ts';
import { Judge } from '../../lab/judge.ts';
import { LiveComparison, questionsToAsk, type PromptedModel } from '../../lab/live-comparison.ts';
import { makeLanguageSampler } from '../../samplers/language/language-sampler.ts';
import { ModelError, type LanguageModel } from '../../samplers/language/model.ts';
import type { Dataset, EnginePorts } from '../engine-ports.ts';
import type { LiveOutcome, LiveProgress, LiveRequest, LiveSubject } from '../live-protocol.ts';
import { readable } from '../models/readable.ts';

/** The run as it stands. */
export interface ComparedRun {
  readonly dataset: Dataset;
  /** Whether its database is still the one that is open. */
  readonly isOpen: () => boolean;
  readonly hints: readonly PolicyHint[];
  readonly step: number;
  readonly config: GRPOConfig;
}

interface InHand {
  readonly run: ComparedRun;
  readonly modelId: string;
  readonly subject: LiveSubject;
  readonly draws: number;
  /** Null until its questions are chosen. */
  comparison: { readonly of: LiveComparison; readonly all: number } | null;
}

interface GoingOn {
  readonly signal: AbortSignal;
  readonly onprogress: (progress: LiveProgress) => void;
}

/** One comparison that was begun, or is taken up. */
export interface BegunComparison {
  goOn(going: GoingOn): Promise<LiveOutcome>;
}

export class ComparingLive {
  readonly #ports: Pick<EnginePorts, 'model' | 'now'>;
  /** The one that was begun last, so that it can be taken up. */
  #inHand: InHand | null = null;

  constructor(ports: Pick<EnginePorts, 'model' | 'now'>) {
    this.#ports = ports;
  }

  /** Throws ModelError where no model is loaded, and QuestionError where there is nothing to take up. */
  begin(request: LiveRequest, run: ComparedRun): BegunComparison {
    const model = this.#ports.model();
    if (model === null)
      throw new ModelError('unsupported', 'No language model is loaded.', 'Choose one and load it first.');
    const inHand = request.goOn ? this.#inHand : begun(request, run, model);
    if (inHand === null || !inHand.run.isOpen() || inHand.modelId !== model.id)
      throw new QuestionError(
        'The model or the database is another one than before, so the comparison cannot go on. Start a new one.',
      );
    this.#inHand = inHand;
    return { goOn: (going) => this.#goOn(inHand, request.questions, model, going) };
  }

  async #goOn(
    inHand: InHand,
    most: number,
    model: LanguageModel,
    { signal, onprogress }: GoingOn,
  ): Promise<LiveOutcome> {
    const { run, subject } = inHand;
    const { now } = this.#ports;
    const { of, all } = (inHand.comparison ??= await chosen(inHand, most));
    const ending = new AbortController();
    const end = (): void => ending.abort();
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
    const start = now();
    let answered = 0;
    let tokens: number | null = 0;
    const progress = (): LiveProgress => {
      const seconds = (now() - start) / 1000;
      return {
        answered: of.answered,
        all,
        secondsEach: answered === 0 ? null : seconds / answered,
        tokensPerSecond: tokens === null || tokens === 0 || seconds <= 0 ? null : tokens / seconds,
      };
    };
    let failure: string | null = null;
    onprogress(progress());
    try {
      await of.goOn(promptedBy(model, inHand), {
        signal: ending.signal,
        onAnswered: (written) => {
          answered++;
          tokens = tokens === null || written === null ? null : tokens + written;
          onprogress(progress());
          if (!run.isOpen()) end();
        },
      });
    } catch (error) {
      // A database that was closed says so itself, but not why.
      if (!run.isOpen()) failure = OTHER_DATABASE;
      else if (!signal.aborted) failure = messageOf(readable(error));
    } finally {
      signal.removeEventListener('abort', end);
    }
    return { ...subject, report: of.report(), failure, progress: progress() };
  }
}

const OTHER_DATABASE =
  'Another database was opened meanwhile, or what is said of this one was changed. Go back to it and start again.';

function begun({ draws }: LiveRequest, run: ComparedRun, model: LanguageModel): InHand {
  const { dataset, hints, step, config } = run;
  const { temperature } = config;
  const subject = { model: model.label, dataset: dataset.title, temperature, hints: hints.length, step };
  return { run, modelId: model.id, subject, draws, comparison: null };
}

async function chosen({ run, draws }: InHand, most: number): Promise<NonNullable<InHand['comparison']>> {
  const { dataset, hints, config } = run;
  const judge = new Judge(dataset.database, queryBudget(config));
  const questions = await questionsToAsk(dataset.questions, most, judge);
  if (questions.length === 0)
    throw new QuestionError(
      'None of the questions that are held back has an answer key that can be compared with. Add SQL to some of them under Data.',
    );
  const policy = fixedPolicy(hints, config);
  const of = new LiveComparison({ questions, policy, judge, draws, temperature: config.temperature });
  return { of, all: questions.length };
}

/** The prompts are the Playground's, but for the switch that is compared. */
function promptedBy(model: LanguageModel, { run, draws }: InHand): PromptedModel {
  const { dataset, hints, config } = run;
  const { schema } = dataset.database;
  const policy = fixedPolicy(hints, config);
  const sampler = (hintsInPrompt: boolean) => {
    const settings = { ...config, hints_in_prompt: hintsInPrompt, log_probabilities: false };
    return makeLanguageSampler({ model, schema, settings: () => settings });
  };
  const [withHints, withoutHints] = [sampler(true), sampler(false)];
  return {
    withHints,
    withoutHints,
    plainPrompt: (question) => withoutHints.prompt(question, policy).messages,
    hintsIn: (question) => withHints.prompt(question, policy).hints.length,
    atATime: Math.floor(model.parallel / Math.max(1, draws)),
  };
}
