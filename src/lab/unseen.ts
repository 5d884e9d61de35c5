/** How many questions that a policy never saw it answers rightly, measured a few answers at a time. */
import type { PolicyView, Question, Sampler } from '../grpo/types.ts';
import { seededRandom, shuffled } from '../grpo/random.ts';
import { normaliseSql } from '../sql/normalise.ts';
import { chance } from './evaluate.ts';
import { GoldError } from './gold.ts';
import type { Judge } from './judge.ts';
import { wilson } from './statistics.ts';
import type { Interval } from './statistics.ts';

/** Different answers that a point of the curve asks for at most. */
export const MOST_ASKED = 100;
/** Which wording is asked, and which answers where there are too many: the same in every run. */
const CHOICE_SEED = 1;

/** What a point of the curve asks. */
export interface UnseenCounts {
  /** Questions that are asked: one for each different answer, MOST_ASKED of them at most. */
  readonly asked: number;
  /** Their ids, in the order of a point's answers. */
  readonly ids: readonly string[];
  /** Of those asked: that a training question asks for in other words. */
  readonly practised: number;
  /** Different answers there are: questions whose gold SQL is the same once normalised ask for the same thing. */
  readonly answers: number;
  /** Held-out questions with one of these answers. */
  readonly wordings: number;
  readonly heldOut: number;
}

interface Tried {
  readonly answer: string;
  readonly question: Question;
}

/**
 * Which held-out questions are asked: one wording for each different answer, since several would not be independent
 * evidence. Gold has to be run to know whether it can be compared with, which is done a few at a time, too.
 */
export class UnseenChoice {
  readonly #heldOut: readonly Question[];
  /** Answers of training questions. */
  readonly #practised: ReadonlySet<string>;
  /** The wordings of each answer that is not ruled out, in the dataset's order. */
  readonly #answers = new Map<string, Question[]>();
  /** The wording of each answer that may be asked, in the order in which they are tried. */
  readonly #tried: readonly Tried[];
  readonly #chosen = new Set<Question>();
  #asksPractised = 0;
  #next = 0;

  constructor(questions: readonly Question[]) {
    this.#heldOut = questions.filter(({ split }) => split === 'held-out');
    this.#practised = new Set(
      questions.flatMap(({ split, sql }) => (split === 'train' && sql !== undefined ? [normaliseSql(sql)] : [])),
    );
    for (const question of this.#heldOut) {
      if (question.sql === undefined) continue;
      const answer = normaliseSql(question.sql);
      this.#answers.set(answer, [...(this.#answers.get(answer) ?? []), question]);
    }
    const random = seededRandom(CHOICE_SEED).next;
    const drawn = [...this.#answers].map(([answer, same]) => ({
      answer,
      question: same[Math.floor(random() * same.length)] as Question,
    }));
    this.#tried = shuffled(drawn, random);
  }

  get counts(): UnseenCounts {
    return {
      asked: this.#chosen.size,
      ids: this.#heldOut.flatMap((question) => (this.#chosen.has(question) ? [question.id] : [])),
      practised: this.#asksPractised,
      answers: this.#answers.size,
      wordings: [...this.#answers.values()].reduce((sum, same) => sum + same.length, 0),
      heldOut: this.#heldOut.length,
    };
  }

  /** Resolves to the questions in the dataset's order; to null when `mayGoOn` said no before all were looked at. */
  async goOn({ gold }: Judge, mayGoOn: () => Promise<boolean>): Promise<readonly Question[] | null> {
    for (; this.#next < this.#tried.length && this.#chosen.size < MOST_ASKED; this.#next++) {
      if (!(await mayGoOn())) return null;
      const { answer, question } = this.#tried[this.#next] as Tried;
      const comparable = await gold.isComparable(question).catch((error: unknown) => {
        if (error instanceof GoldError) return false;
        throw error;
      });
      if (comparable) {
        this.#chosen.add(question);
        if (this.#practised.has(answer)) this.#asksPractised++;
      } else this.#answers.delete(answer);
    }
    return this.#heldOut.filter((question) => this.#chosen.has(question));
  }
}

/** A point of the curve: the share of right greedy answers, with Wilson's 95 % interval over different answers. */
export interface UnseenPoint extends Interval {
  /** Of the policy that was measured. */
  readonly step: number;
  readonly right: number;
  /** Which of the questions, in their order. */
  readonly answers: readonly boolean[];
}

interface UnseenOptions {
  readonly step: number;
  /** Must not change meanwhile: `fixedPolicy` of the hints as they were. */
  readonly policy: PolicyView;
  readonly questions: readonly Question[];
  readonly sampler: Sampler;
  readonly judge: Judge;
  readonly temperature: number;
}

/** One point in the making; `greedyAnswers` of the same questions, taken up and left again. */
export class UnseenMeasurement {
  readonly step: number;
  readonly #options: UnseenOptions;
  readonly #answers: boolean[] = [];

  constructor(options: UnseenOptions) {
    this.step = options.step;
    this.#options = options;
  }

  get answered(): number {
    return this.#answers.length;
  }

  /**
   * Answers questions while `mayGoOn`, asked before each. Resolves to the point once all are answered, to null before.
   * An answer that `signal` gives up is asked for again the next time. Rejects as the sampler does, with GoldError and
   * with AbortError.
   */
  async goOn(mayGoOn: () => Promise<boolean>, signal: AbortSignal): Promise<UnseenPoint | null> {
    const { questions, sampler, policy, temperature, judge } = this.#options;
    for (let i = this.#answers.length; i < questions.length; i = this.#answers.length) {
      if (!(await mayGoOn())) return null;
      const question = questions[i] as Question;
      const request = { question: question.question, policy, temperature, random: chance(0, i), signal };
      const { sql } = await sampler.greedy(request);
      // Not given up: the database would be ended for it.
      this.#answers.push((await judge.areRight(question, [sql]))[0] === true);
    }
    const right = this.#answers.filter(Boolean).length;
    return { step: this.step, right, answers: [...this.#answers], ...wilson(right, questions.length) };
  }
}
