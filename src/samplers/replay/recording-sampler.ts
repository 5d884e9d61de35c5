/**
 * Recording: what a sampler was asked and what it answered, word for word, so that the same run can be had again
 * without it. Playing back: the same calls, answered from the list in their order.
 */
import type { SampleOrigin } from '../../grpo/origin.ts';
import type { Distribution, OpenDecision, Random, Retraced, Sample, Sampler, SampleRequest } from '../../grpo/types.ts';

interface CallBase {
  readonly question: string;
  readonly temperature: number;
}

/** One call of a sampler that succeeded, with its answer. `drawn`: how many numbers it took from `request.random`. */
export type RecordedCall =
  | (CallBase & {
      readonly method: 'generateGroup';
      readonly count: number;
      readonly drawn: number;
      readonly samples: readonly Sample[];
    })
  | (CallBase & { readonly method: 'greedy'; readonly drawn: number; readonly sample: Sample })
  | (CallBase & { readonly method: 'replay'; readonly choices: readonly number[]; readonly sample: Sample | null })
  | (CallBase & {
      readonly method: 'retrace';
      /** Samples it was asked for. */
      readonly count: number;
      readonly group: readonly Retraced[] | null;
    })
  | (CallBase & { readonly method: 'distribution'; readonly distribution: Distribution | null });

type CallOf<M extends RecordedCall['method']> = Extract<RecordedCall, { readonly method: M }>;

/** Any sampler, its answers noted as it gives them. Calls that fail leave no note. */
export class RecordingSampler implements Sampler {
  readonly #inner: Sampler;
  #calls: RecordedCall[] = [];

  constructor(inner: Sampler) {
    this.#inner = inner;
  }

  get id(): string {
    return this.#inner.id;
  }
  get label(): string {
    return this.#inner.label;
  }
  get isLanguageModel(): boolean {
    return this.#inner.isLanguageModel;
  }

  /** The calls noted since they were taken last, in the order in which they were answered. */
  takeCalls(): RecordedCall[] {
    const taken = this.#calls;
    this.#calls = [];
    return taken;
  }

  async generateGroup(request: SampleRequest, count: number): Promise<Sample[]> {
    const { random, drawn } = counted(request.random);
    const samples = await this.#inner.generateGroup({ ...request, random }, count);
    this.#calls.push({ method: 'generateGroup', ...asked(request), count, drawn: drawn(), samples });
    return samples;
  }

  async greedy(request: SampleRequest): Promise<Sample> {
    const { random, drawn } = counted(request.random);
    const sample = await this.#inner.greedy({ ...request, random });
    this.#calls.push({ method: 'greedy', ...asked(request), drawn: drawn(), sample });
    return sample;
  }

  /** Null for a sampler without replay, as for choices that do not fit. */
  replay(request: Omit<SampleRequest, 'random'>, choices: readonly number[]): Sample | null {
    const sample = this.#inner.replay?.(request, choices) ?? null;
    this.#calls.push({ method: 'replay', ...asked(request), choices, sample });
    return sample;
  }

  get retrace(): Sampler['retrace'] {
    const retrace = this.#inner.retrace?.bind(this.#inner);
    if (retrace === undefined) return undefined;
    return (request, choices, weigh) => {
      const group = retrace(request, choices, weigh);
      this.#calls.push({ method: 'retrace', ...asked(request), count: choices.length, group });
      return group;
    };
  }

  /** Asked outside the run: no call that is recorded. */
  decisions(request: Omit<SampleRequest, 'random'>): readonly OpenDecision[] | null {
    return this.#inner.decisions?.(request) ?? null;
  }

  distribution(request: Omit<SampleRequest, 'random'>, samples: readonly Sample[]): Distribution | null {
    const distribution = this.#inner.distribution(request, samples);
    this.#calls.push({ method: 'distribution', ...asked(request), distribution });
    return distribution;
  }
}

/** A recording was asked for more than it holds. */
export class RecordingEnded extends Error {
  override readonly name = 'RecordingEnded';
}

/** A recording was asked for something else than what was asked when it was made. */
export class RecordingMismatch extends Error {
  override readonly name = 'RecordingMismatch';
}

/**
 * Answers from recorded calls, in their order, and draws as many numbers from `request.random` as were drawn then, so
 * that everything else that is drawn stays the same to the bit. Rejects (replay and distribution throw) with
 * RecordingEnded after the last call and with RecordingMismatch for a call that is not the recorded one. It holds no
 * model, and says so: its label begins with “Recorded”, and so does the origin of every sample.
 */
export class ReplaySampler implements Sampler {
  readonly id = 'replay';
  #recorded: Pick<Sampler, 'label' | 'isLanguageModel'>;
  #calls: readonly RecordedCall[];
  #next = 0;
  /** A distribution that was measured before its group was drawn, as versions up to 0.3 did: it is asked for after. */
  #early: CallOf<'distribution'> | null = null;

  /** `recorded`: the sampler that gave these answers. */
  constructor(recorded: Pick<Sampler, 'label' | 'isLanguageModel'>, calls: readonly RecordedCall[] = []) {
    this.#recorded = recorded;
    this.#calls = calls;
  }

  get label(): string {
    return `Recorded: ${this.#recorded.label}`;
  }
  get isLanguageModel(): boolean {
    return this.#recorded.isLanguageModel;
  }

  /** Recorded calls that were not asked for yet. */
  get remaining(): number {
    return this.#calls.length - this.#next;
  }

  /**
   * Goes on with these calls in place of those that remain; `recorded`, when it was another sampler that answered them.
   */
  play(calls: readonly RecordedCall[], recorded = this.#recorded): void {
    this.#recorded = recorded;
    this.#calls = calls;
    this.#next = 0;
    this.#early = null;
  }

  async generateGroup(request: SampleRequest, count: number): Promise<Sample[]> {
    request.signal?.throwIfAborted();
    if (this.#calls[this.#next]?.method === 'distribution') this.#early = this.#take('distribution', request);
    const call = this.#take('generateGroup', request);
    if (call.count !== count)
      throw new RecordingMismatch(
        `The recording has a group of ${call.count} for “${shown(call.question)}”, not of ${count}.`,
      );
    draw(request.random, call.drawn);
    return call.samples.map((sample) => this.#played(sample));
  }

  async greedy(request: SampleRequest): Promise<Sample> {
    request.signal?.throwIfAborted();
    const call = this.#take('greedy', request);
    draw(request.random, call.drawn);
    return this.#played(call.sample);
  }

  replay(request: Omit<SampleRequest, 'random'>, choices: readonly number[]): Sample | null {
    const call = this.#take('replay', request);
    const same = call.choices.length === choices.length && call.choices.every((choice, i) => choice === choices[i]);
    if (!same) throw new RecordingMismatch(`The recording replays other choices for “${shown(call.question)}”.`);
    return call.sample === null ? null : this.#played(call.sample);
  }

  retrace(request: Omit<SampleRequest, 'random'>, group: readonly (readonly number[])[]): Retraced[] | null {
    const call = this.#take('retrace', request);
    if (call.count !== group.length)
      throw new RecordingMismatch(
        `The recording goes over ${call.count} completions of “${shown(call.question)}” again, not ${group.length}.`,
      );
    return call.group === null ? null : [...call.group];
  }

  distribution(request: Omit<SampleRequest, 'random'>): Distribution | null {
    const call = this.#early ?? this.#take('distribution', request);
    this.#early = null;
    return call.distribution;
  }

  #take<M extends RecordedCall['method']>(method: M, { question, temperature }: CallBase): CallOf<M> {
    const call = this.#calls[this.#next];
    if (call === undefined)
      throw new RecordingEnded(`The recording ends here: it has no ${NAMES[method]} for “${shown(question)}”.`);
    if (call.method !== method)
      throw new RecordingMismatch(`The recording has ${a(NAMES[call.method])} here, not ${a(NAMES[method])}.`);
    if (call.question !== question)
      throw new RecordingMismatch(`The recording answers “${shown(call.question)}” here, not “${shown(question)}”.`);
    if (call.temperature !== temperature)
      throw new RecordingMismatch(
        `The recording was made at temperature ${call.temperature} here, not ${temperature} (“${shown(question)}”).`,
      );
    this.#next++;
    return call as CallOf<M>;
  }

  #played(sample: Sample): Sample {
    return { ...sample, origin: recordedOrigin(sample.origin, this.#recorded.label) };
  }
}

/** Where a played-back sample says it comes from: the model that wrote it, and what is known of how; never live. */
function recordedOrigin(origin: SampleOrigin | undefined, label: string): SampleOrigin {
  const { prompt: _notKept, ...kept } = origin ?? { model: label };
  return { ...kept, how: 'recorded' };
}

const NAMES: Readonly<Record<RecordedCall['method'], string>> = {
  generateGroup: 'group',
  greedy: 'greedy answer',
  replay: 'replayed answer',
  retrace: 'later update',
  distribution: 'distribution',
};

const a = (name: string): string => `a ${name}`;
const shown = (question: string): string => question.slice(0, 60);

const asked = ({ question, temperature }: CallBase): CallBase => ({ question, temperature });

function counted(random: Random): { readonly random: Random; readonly drawn: () => number } {
  let count = 0;
  return {
    random: () => {
      count++;
      return random();
    },
    drawn: () => count,
  };
}

function draw(random: Random, count: number): void {
  for (let i = 0; i < count; i++) random();
}
