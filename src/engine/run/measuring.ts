/**
 * The curve of right answers on questions the run never saw, measured between steps. It draws from generators of its
 * own and teaches nothing, so that the run is the same with it and without.
 *
 * Nothing of it is stored: a run that is opened again has its curve measured again, at some of the steps whose policy
 * is kept.
 */
import type { GRPOConfig } from '../../grpo/config.ts';
import { queryBudget } from '../../grpo/derived-settings.ts';
import type { PolicyAt } from '../../grpo/run-store.ts';
import type { Database, PolicyView, Question, Sampler } from '../../grpo/types.ts';
import { fixedPolicy } from '../../lab/evaluate.ts';
import { GoldResults } from '../../lab/gold.ts';
import { Judge } from '../../lab/judge.ts';
import { UnseenChoice, UnseenMeasurement, type UnseenPoint } from '../../lab/unseen.ts';
import type { EnginePorts } from '../engine-ports.ts';
import type { Measured, MeasureRequest } from '../protocol.ts';

/** At top speed a point is begun at most every so many steps. */
const STEPS_APART = 10;
/** Points that are measured between the start and now when a run is opened again. */
const RECALLED = 8;

/** The run as it stands. */
export interface Standing {
  readonly runId: string;
  readonly step: number;
  readonly policy: PolicyView;
  readonly config: GRPOConfig;
  readonly sampler: Sampler;
  /** The policy after an earlier step, or the nearest that is kept. */
  readonly policyAt: (step: number) => Promise<PolicyAt>;
}

/** The policy that was measured last, so that a change by hand is noticed, too. */
interface Mark {
  readonly step: number;
  readonly policy: PolicyView;
  readonly version: number;
}

/** The curve of the run in hand, on one dataset. */
export class Measuring {
  readonly #database: Database;
  readonly #gold: GoldResults;
  readonly #ports: Pick<EnginePorts, 'now' | 'breathe'>;
  readonly #choice: UnseenChoice;
  /** Null until they are chosen. */
  #questions: readonly Question[] | null = null;
  #judge: { readonly budget: string; readonly judge: Judge } | null = null;
  #series = '';
  #points: UnseenPoint[] = [];
  #inHand: UnseenMeasurement | null = null;
  #last: Mark | null = null;
  /** Earlier steps to be measured yet. */
  #earlier: number[] = [];

  constructor(
    { database, questions }: { readonly database: Database; readonly questions: readonly Question[] },
    ports: Pick<EnginePorts, 'now' | 'breathe'>,
  ) {
    this.#database = database;
    this.#choice = new UnseenChoice(questions);
    this.#gold = new GoldResults(database);
    this.#ports = ports;
  }

  /** A slice of the work. Rejects as the sampler does; an answer that `signal` gave up is asked for again. */
  async measure(request: MeasureRequest, standing: Standing, signal: AbortSignal): Promise<Measured> {
    const series = `${standing.runId} ${standing.sampler.id}`;
    if (series !== this.#series) this.#begin(series, standing);
    await this.#work(request, standing, signal);
    const inHand = this.#inHand;
    const questions = this.#questions;
    return {
      series,
      counts: questions === null ? null : this.#choice.counts,
      points: this.#points.slice(request.series === series ? request.known : 0),
      inHand: inHand === null ? null : { step: inHand.step, answered: inHand.answered },
      done:
        questions?.length === 0 || (questions !== null && inHand === null && this.#next(request, standing) === null),
    };
  }

  #begin(series: string, { sampler, step }: Standing): void {
    this.#series = series;
    this.#points = [];
    this.#inHand = null;
    this.#last = null;
    this.#earlier = sampler.isLanguageModel ? [] : earlierSteps(step);
  }

  async #work(request: MeasureRequest, standing: Standing, signal: AbortSignal): Promise<void> {
    const { now, breathe } = this.#ports;
    const start = now();
    const mayGoOn = async (): Promise<boolean> => {
      await breathe();
      return !signal.aborted && now() - start < request.budgetMs;
    };
    const judge = this.#judgeOf(standing.config);
    const questions = (this.#questions ??= await this.#choice.goOn(judge, mayGoOn));
    if (questions === null || questions.length === 0) return;
    while (await mayGoOn()) {
      const inHand = (this.#inHand ??= await this.#nextMeasurement(request, standing, { questions, judge }));
      if (inHand === null) return;
      const point = await inHand.goOn(mayGoOn, signal).catch((error: unknown) => {
        if (signal.aborted) return null;
        this.#inHand = null;
        this.#last = null;
        throw error;
      });
      if (point === null) return;
      this.#points.push(point);
      this.#inHand = null;
    }
  }

  async #nextMeasurement(
    request: MeasureRequest,
    standing: Standing,
    { questions, judge }: { readonly questions: readonly Question[]; readonly judge: Judge },
  ): Promise<UnseenMeasurement | null> {
    const next = this.#next(request, standing);
    if (next === null) return null;
    const { config, sampler } = standing;
    const { step, hints } = await this.#take(next, standing);
    const policy = fixedPolicy(hints, config);
    return new UnseenMeasurement({ step, policy, questions, sampler, judge, temperature: config.temperature });
  }

  /** Which step is to be measured next; null for none. */
  #next({ pace, at }: MeasureRequest, { step, policy, sampler }: Standing): 'now' | number | null {
    if (sampler.isLanguageModel) {
      const known = at === step ? this.#isMeasured(step, policy) : this.#points.some((point) => point.step === at);
      return at === undefined || known ? null : at === step ? 'now' : at;
    }
    const [earlier = null] = this.#earlier;
    if (earlier === 0) return step === 0 ? 'now' : 0;
    const last = this.#last;
    const due = pace === 'sparing' ? last === null || step - last.step >= STEPS_APART : !this.#isMeasured(step, policy);
    return due ? 'now' : earlier;
  }

  #isMeasured(step: number, policy: PolicyView): boolean {
    const last = this.#last;
    return last !== null && last.step === step && last.policy === policy && last.version === policy.version;
  }

  async #take(next: 'now' | number, { step, policy, policyAt }: Standing): Promise<PolicyAt> {
    this.#earlier = this.#earlier.filter((each) => each !== (next === 'now' ? step : next));
    if (next === 'now') {
      this.#last = { step, policy, version: policy.version };
      return { step, hints: policy.hints };
    }
    return policyAt(next);
  }

  #judgeOf(config: GRPOConfig): Judge {
    const budget = queryBudget(config);
    const text = JSON.stringify(budget);
    if (this.#judge?.budget !== text)
      this.#judge = { budget: text, judge: new Judge(this.#database, budget, this.#gold) };
    return this.#judge.judge;
  }
}

/** The start of a run, and steps spread evenly between it and now. */
function earlierSteps(step: number): number[] {
  const spread = Array.from({ length: RECALLED }, (_, i) => Math.round(((i + 1) * step) / (RECALLED + 1)));
  return [0, ...new Set(spread.filter((each) => each > 0 && each < step))];
}
