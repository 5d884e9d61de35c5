/**
 * One group being written by a language model: as many completions at a time as is worth it, each can be watched and
 * stopped.
 */
import type { GenerateRequest, Generation, LanguageModel } from './model.ts';
import type { Finish } from '../../grpo/origin.ts';

export interface LiveCompletion {
  readonly index: number;
  readonly seed: number;
  readonly text: string;
  readonly tokens: number;
  readonly state: 'waiting' | 'writing' | 'done';
  /** null until it is done. */
  readonly finish: Finish | null;
}

/** The group that is being written. */
export interface LiveGroup {
  readonly question: string;
  readonly model: string;
  /** Of the first completion; the others follow by one each. */
  readonly seed: number;
  readonly completions: readonly LiveCompletion[];
}

/**
 * An answer, and the seed it was asked for with; null where the model wrote all answers in one call and may have chosen
 * others.
 */
export interface Written {
  readonly generation: Generation;
  readonly seed: number | null;
}

/** What a completion is that was stopped before its turn came. */
const NEVER_BEGUN: Generation = { text: '', finish: 'stopped', promptTokens: null, tokens: 0, logProbability: null };

export class GroupWriter {
  readonly #model: LanguageModel;
  readonly #question: string;
  readonly #onLive: ((group: LiveGroup) => void) | undefined;
  readonly #stops: readonly AbortController[];
  #live: readonly LiveCompletion[];

  constructor(model: LanguageModel, question: string, seeds: readonly number[], onLive?: (group: LiveGroup) => void) {
    this.#model = model;
    this.#question = question;
    this.#onLive = onLive;
    this.#stops = seeds.map(() => new AbortController());
    this.#live = seeds.map((seed, index) => ({ index, seed, text: '', tokens: 0, state: 'waiting', finish: null }));
  }

  /** Ends one completion, or all; what was written so far is its text. False when none is left to end. */
  stop(at?: number): boolean {
    const open = this.#live.filter(({ index, state }) => state !== 'done' && (at === undefined || index === at));
    for (const { index } of open) this.#stops[index]?.abort();
    return open.length > 0;
  }

  /**
   * One answer for each request, in their order. `alike` says that the requests differ in their seeds alone.
   * Rejects as the model does for the first that fails; the others are given up then.
   */
  async write(requests: readonly GenerateRequest[], alike: boolean): Promise<Written[]> {
    const outer = requests[0]?.signal;
    const giveUp = new AbortController();
    const onAbort = (): void => giveUp.abort(outer?.reason);
    outer?.addEventListener('abort', onAbort, { once: true });
    if (outer?.aborted === true) onAbort();
    try {
      this.#emit();
      const written = alike ? await this.#together(requests, giveUp.signal) : [];
      const rest = await this.#oneByOne(requests, written.length, giveUp.signal);
      return [...written, ...rest];
    } catch (error) {
      giveUp.abort();
      throw error;
    } finally {
      outer?.removeEventListener('abort', onAbort);
    }
  }

  /** In one call, where the model has one; it may give fewer answers than asked for. */
  async #together(requests: readonly GenerateRequest[], signal: AbortSignal): Promise<Written[]> {
    const [request] = requests;
    if (this.#model.generateAlike === undefined || request === undefined || requests.length < 2) return [];
    for (const { index } of this.#live) this.#change(index, { state: 'writing' });
    const answers = await this.#model.generateAlike(
      { ...request, signal },
      requests.length,
      (index, text, tokens) => {
        if (index < requests.length) this.#change(index, { text, tokens });
      },
      this.#stops.map(({ signal: stop }) => stop),
    );
    return answers.slice(0, requests.length).map((generation, index) => {
      this.#finish(index, generation);
      return { generation, seed: null };
    });
  }

  async #oneByOne(requests: readonly GenerateRequest[], from: number, signal: AbortSignal): Promise<Written[]> {
    const written: Written[] = [];
    let next = from;
    const lane = async (): Promise<void> => {
      while (next < requests.length) {
        const index = next++;
        const generation = await this.#one(index, requests[index] as GenerateRequest, signal);
        this.#finish(index, generation);
        written[index - from] = { generation, seed: requests[index]?.seed ?? null };
      }
    };
    const lanes = Math.max(1, Math.min(this.#model.parallel, requests.length - from));
    await Promise.all(Array.from({ length: lanes }, lane));
    return written;
  }

  #one(index: number, request: GenerateRequest, signal: AbortSignal): Promise<Generation> {
    signal.throwIfAborted();
    const stop = (this.#stops[index] as AbortController).signal;
    if (stop.aborted) return Promise.resolve(NEVER_BEGUN);
    this.#change(index, { state: 'writing', text: '', tokens: 0 });
    return this.#model.generate({
      ...request,
      signal,
      stop,
      onText: (text, tokens) => this.#change(index, { text, tokens }),
    });
  }

  #finish(index: number, { text, tokens, finish }: Generation): void {
    this.#change(index, { text, finish, state: 'done', ...(tokens === null ? {} : { tokens }) });
  }

  #change(index: number, change: Partial<LiveCompletion>): void {
    this.#live = this.#live.map((one) => (one.index === index ? { ...one, ...change } : one));
    this.#emit();
  }

  #emit(): void {
    this.#onLive?.({
      question: this.#question,
      model: this.#model.label,
      seed: this.#live[0]?.seed ?? 0,
      completions: this.#live,
    });
  }
}
