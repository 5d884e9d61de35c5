/** The choices of one request as they grow. */
import type { Finish } from '../../grpo/origin.ts';
import type { Generation } from '../language/model.ts';
import type { AnswerPiece } from './protocol.ts';
import { ToolCalls } from './tool-calls.ts';

export type OnText = (index: number, text: string, tokens: number) => void;
export type Stops = readonly (AbortSignal | undefined)[];

interface Choice {
  text: string;
  calls: ToolCalls;
  reasoned: boolean;
  tokens: number;
  scored: number;
  logProbability: number;
  finish: Finish | null;
  came: boolean;
}

const newChoice = (): Choice => ({
  text: '',
  calls: new ToolCalls(),
  reasoned: false,
  tokens: 0,
  scored: 0,
  logProbability: 0,
  finish: null,
  came: false,
});

export class Answer {
  readonly #choices: Choice[];
  readonly #onText: OnText;
  readonly #controller = new AbortController();
  readonly #listening = new AbortController();
  #usage: AnswerPiece['usage'] = null;
  #streamed = false;
  #settled = false;
  #closed = false;

  constructor(count: number, onText: OnText, stops: Stops, outer: AbortSignal) {
    this.#choices = Array.from({ length: count }, newChoice);
    this.#onText = onText;
    const whenAborted = (signal: AbortSignal | undefined, then: () => void): void => {
      if (signal?.aborted === true) then();
      else signal?.addEventListener('abort', then, { once: true, signal: this.#listening.signal });
    };
    whenAborted(outer, () => this.#controller.abort(outer.reason));
    for (const [i, choice] of this.#choices.entries()) {
      whenAborted(stops[i], () => {
        choice.finish ??= 'stopped';
        choice.came = true;
        if (this.complete) this.#controller.abort();
      });
    }
  }

  /** Aborted when nobody waits for the rest any more. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }
  /** Whether there is a first token. */
  get begun(): boolean {
    return this.#choices.some(({ tokens }) => tokens > 0);
  }
  get allStopped(): boolean {
    return this.complete && this.#choices.some(({ finish }) => finish === 'stopped');
  }
  get complete(): boolean {
    return this.#choices.every(({ finish }) => finish !== null);
  }
  /** How many choices, from the first, the server knows of. */
  get came(): number {
    const missing = this.#choices.findIndex(({ came }) => !came);
    return missing < 0 ? this.#choices.length : missing;
  }
  /** Whether each choice that came was brought to an end, or the server said that this is all. */
  get ended(): boolean {
    return (
      this.#closed ||
      (this.#choices.some(({ came }) => came) && this.#choices.every(({ came, finish }) => !came || finish !== null))
    );
  }
  /** Whether nothing more is to come that matters. */
  get settled(): boolean {
    return this.#settled;
  }
  get count(): number {
    return this.#choices.length;
  }
  get size(): number {
    return this.#choices.reduce((sum, { text, calls }) => sum + text.length + calls.size, 0);
  }

  /** Forgets what an attempt without a token left behind. */
  restart(): void {
    this.#usage = null;
    this.#closed = false;
    for (const choice of this.#choices) if (choice.finish !== 'stopped') Object.assign(choice, newChoice());
  }

  /** A piece of a stream, or of an answer that came in one. */
  add({ deltas, usage }: AnswerPiece, streamed: boolean): void {
    this.#streamed = streamed;
    if (usage !== null) this.#usage = usage;
    for (const { index, text, reasoning, calls, logProbabilities, finish } of deltas) {
      const choice = this.#choices[index];
      if (choice === undefined) continue;
      choice.came = true;
      if (choice.finish !== null) continue;
      choice.text += text;
      choice.reasoned ||= reasoning;
      for (const call of calls) choice.calls.add(call);
      const grew = text !== '' || calls.some((call) => call.text !== '');
      choice.tokens += logProbabilities.length > 0 ? logProbabilities.length : grew ? 1 : 0;
      choice.scored += logProbabilities.length;
      for (const one of logProbabilities) choice.logProbability += one;
      if (grew) this.#onText(index, withCalls(choice.text, choice.calls.raw), choice.tokens);
      choice.finish ??= finish;
    }
    // Some servers count with every piece: only the last count is that of the whole.
    this.#settled ||= usage !== null && this.complete;
  }

  /** The server says that this is all: what has come is whole, also where it is nothing. */
  close(): void {
    this.#closed = true;
    for (const choice of this.#choices) if (choice.came) choice.finish ??= 'stop';
  }

  /** Takes a stream that ended by itself for whole where it held a count of tokens, but no choice: it is empty. */
  closeIfEmpty(): void {
    if (this.#usage !== null && this.came === 0) this.close();
  }

  /** Whether there is reasoning in a choice, and nothing else. */
  isOnlyReasoning(index: number): boolean {
    const choice = this.#choices[index];
    if (choice === undefined || choice.calls.raw !== '') return false;
    const { text, reasoned } = choice;
    return text.trim() === '' ? reasoned || (this.#usage?.reasoning ?? 0) > 0 : isUnclosedReasoning(text);
  }

  generation(index: number): Generation {
    const choice = this.#choices[index];
    if (choice === undefined) throw new RangeError(`There is no choice ${index}.`);
    const { text, calls, tokens, scored, logProbability, finish } = choice;
    const counted = this.#choices.length === 1 ? (this.#usage?.completion ?? null) : null;
    return {
      text: withCalls(text, calls.sql),
      finish: finish ?? 'stop',
      promptTokens: this.#usage?.prompt ?? null,
      // Where the server does not count: the pieces it sent, which are tokens with all but a few servers.
      tokens: counted ?? (this.#streamed || scored > 0 ? tokens : null),
      logProbability: scored > 0 && scored === tokens ? logProbability : null,
    };
  }

  release(): void {
    this.#listening.abort();
  }
}

/** What was said, and what was called for; a call is the answer to what was said before it. */
function withCalls(text: string, called: string): string {
  if (called === '') return text;
  return text.trim() === '' ? called : `${text.trimEnd()}\n\n\`\`\`sql\n${called}\n\`\`\``;
}

const REASONING = 'think|thinking|thoughts?|reasoning|analysis';
const OPENED = new RegExp(String.raw`^\s*(?:<(?:${REASONING})>|\[(?:${REASONING})\]|<\|channel\|>\s*analysis)`, 'i');
const CLOSED = new RegExp(String.raw`<\/(?:${REASONING})>|\[\/(?:${REASONING})\]|<\|channel\|>\s*final`, 'i');

/** Reasoning in the text itself, where the server does not keep it apart. */
const isUnclosedReasoning = (text: string): boolean => OPENED.test(text) && !CLOSED.test(text);
