/** Where a completion came from, when it was not the built-in sampler that wrote it. */

export interface PromptMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** stop: it ended by itself. length: cut at max_tokens. stopped: the reader ended it. */
export type Finish = 'stop' | 'length' | 'stopped';

export interface SampleOrigin {
  /** The model that wrote it, as shown. */
  readonly model: string;
  /** Written for this step, or played back. */
  readonly how: 'live' | 'recorded';
  readonly seed?: number;
  readonly finish?: Finish;
  readonly tokens?: number;
  /** What the model was given; absent for recorded completions, whose prompt is not known. */
  readonly prompt?: readonly PromptMessage[];
  /** True when a grammar kept it to SELECTs over the schema's names: another policy than the model's own. */
  readonly constrained?: boolean;
}
