/**
 * Questions that are asked of the run in hand, and how sure their answers may be. The latter is fitted again where the
 * dataset has held-out questions with gold: they are answered a few at a time, with draws of their own, and teach
 * nothing.
 */
import { ask, type AskParts } from '../../ask/ask.ts';
import { answeredCase } from '../../ask/own-cases.ts';
import { refitted, SHIPPED, type Calibration } from '../../ask/calibration.ts';
import type { AskAnswer, AskRequest } from '../../ask/types.ts';
import { usualSamples } from '../../ask/types.ts';
import { queryBudget } from '../../grpo/derived-settings.ts';
import type { PolicyView, Question } from '../../grpo/types.ts';
import { fixedPolicy } from '../../lab/evaluate.ts';
import { Judge } from '../../lab/judge.ts';
import type { Case } from '../../lab/logistic.ts';
import { UnseenChoice } from '../../lab/unseen.ts';
import type { Dataset, EnginePorts } from '../engine-ports.ts';

type Standing = Pick<AskParts, 'sampler' | 'policy' | 'rewards' | 'config' | 'written'>;

/** Answers that are being collected for one policy. */
interface Collecting {
  readonly of: PolicyView;
  readonly version: number;
  /** As it was when collecting began. */
  readonly policy: PolicyView;
  readonly judge: Judge;
  readonly cases: (Case | null)[];
}

export class Asking {
  readonly #dataset: Dataset;
  readonly #ports: Pick<EnginePorts, 'now' | 'breathe'>;
  readonly #choice: UnseenChoice;
  /** Null until they are chosen. */
  #questions: readonly Question[] | null = null;
  #collecting: Collecting | null = null;
  #calibration: Calibration = SHIPPED;

  constructor(dataset: Dataset, ports: Pick<EnginePorts, 'now' | 'breathe'>) {
    this.#dataset = dataset;
    this.#ports = ports;
    this.#choice = new UnseenChoice(dataset.questions);
  }

  isAbout(dataset: Dataset): boolean {
    return this.#dataset === dataset;
  }

  ask(request: AskRequest, standing: Standing, signal: AbortSignal): Promise<AskAnswer> {
    const { database } = this.#dataset;
    return ask(request, { ...standing, database, calibration: this.#calibration, signal });
  }

  /**
   * Goes on collecting answers to own questions for as many milliseconds; resolves to whether nothing is left to do
   * while the policy stays as it is. Rejects as the sampler does.
   */
  async calibrate(budgetMs: number, standing: Standing, signal: AbortSignal): Promise<boolean> {
    const { sampler, policy, config } = standing;
    // A language model takes minutes for it, and is not what was calibrated.
    if (sampler.isLanguageModel) return true;
    const { now, breathe } = this.#ports;
    const start = now();
    const mayGoOn = async (): Promise<boolean> => {
      await breathe();
      return !signal.aborted && now() - start < budgetMs;
    };
    const { database } = this.#dataset;
    if (this.#collecting?.of !== policy || this.#collecting.version !== policy.version)
      this.#collecting = {
        ...{ of: policy, version: policy.version, policy: fixedPolicy(policy.hints, config) },
        ...{ judge: new Judge(database, queryBudget(config)), cases: [] },
      };
    const collecting = this.#collecting;
    const questions = (this.#questions ??= await this.#choice.goOn(collecting.judge, mayGoOn));
    if (questions === null) return false;
    while (collecting.cases.length < questions.length) {
      if (!(await mayGoOn())) return false;
      const question = questions[collecting.cases.length] as Question;
      const samples = usualSamples(false);
      // How sure draws are is fitted to draws alone.
      const parts = { ...standing, written: () => [], database, policy: collecting.policy };
      collecting.cases.push(await answeredCase(question, samples, parts, collecting.judge));
    }
    this.#calibration = refitted(collecting.cases.filter((one) => one !== null));
    return true;
  }
}
