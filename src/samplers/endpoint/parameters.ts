/**
 * What a chat is asked with, and what of it a server does not take. Models and servers differ: one wants
 * `max_completion_tokens`, one no temperature but 1, one no `seed`. What is refused is renamed or left out, once and
 * for as long as the connection lasts, and said.
 */
import type { Failure } from './wire.ts';

export type Body = Readonly<Record<string, unknown>>;

/** What is done about a field that is refused, and what comes of it for the reader. */
interface Change {
  /** The name it goes by from then on; it is left out without one. */
  readonly to?: string;
  readonly so: string;
}

const GRAMMAR = { so: 'it is left out: answers are not kept to the grammar' };

/** The fields a request can do without. */
const CHANGES: Readonly<Record<string, Change>> = {
  max_tokens: { to: 'max_completion_tokens', so: 'it is called max_completion_tokens' },
  max_completion_tokens: { so: 'it is left out: answers end where the server ends them' },
  temperature: { so: 'it is left out: answers are drawn at the server’s own temperature' },
  seed: { so: 'it is left out: the same seed does not give the same text' },
  n: { so: 'each answer is asked for by itself' },
  top_p: { so: 'it is left out: the server’s own holds' },
  logprobs: { so: 'it is left out: answers have no log-probability' },
  stream: { so: 'it is left out: answers come in one piece' },
  stream_options: { so: 'it is left out: tokens are counted as they come' },
  structured_outputs: GRAMMAR,
  guided_grammar: GRAMMAR,
  grammar: GRAMMAR,
};

/**
 * Statuses that are about something else, whatever the words: the key, money, time, size, pace. Their words may name a
 * field all the same (“reduce max_tokens”).
 */
const ABOUT_OTHER_THINGS = [401, 402, 403, 408, 413, 429];

/** Characters of what a server says that are looked at. */
const READ = 10_000;

/** Words that are English as well: naming them is only meant where they are quoted or refused. */
const AMBIGUOUS: Readonly<Record<string, RegExp>> = {
  n: /["'`“‘]n["'`”’]|\bn\s*(?:[=><:]|must|should|is|was|has|cannot|can't|parameter|\u4e0d|\u53c2\u6570)|(?:parameters?|argument|field|value of|\u53c2\u6570)\s*:?\s*n\b|n_cmpl|candidate_?count|(?:multiple|several|more than (?:one|1)|only (?:one|a single|1)|single|number of) (?:\w+ ){0,2}(?:choice|completion|candidate|generation|response)s?\b/i,
  stream:
    /["'`“‘]stream["'`”’]|streaming (?:is|was|responses? (?:is|are))? ?(?:not|un)|(?:support|to) stream(?:ing)?\b(?!_)|(?:parameters?|argument|field)\s*:?\s*stream\b(?!_)/i,
};

/** `max_tokens` also as `maxTokens` and `max tokens`, but not inside a longer name. */
const naming = (field: string): RegExp =>
  AMBIGUOUS[field] ?? new RegExp(`(?<![a-z0-9_])${field.replaceAll('_', '[_ -]?')}(?![a-z0-9_])`, 'i');

/** Too long an answer and an unknown name for its length are told in similar words. */
const OTHER_NAME = /instead|unsupported|not supported|deprecated/i;

/** Whether a failure may be about what was asked for, and not about who asks, how often, or how much. */
export function isAboutTheRequest({ status, error, fault }: Failure): boolean {
  if (fault === null && status === null) return false;
  if (status !== null && ABOUT_OTHER_THINGS.includes(status)) return false;
  return error.fault !== 'context-overflow' || OTHER_NAME.test(fault?.message.slice(0, READ) ?? '');
}

export class Parameters {
  readonly #changed = new Set<string>();
  readonly #who: string;
  readonly #tell: (notice: string) => void;

  /** `who` refuses, as shown. `tell`: each refusal, once, as a sentence. */
  constructor(who: string, tell: (notice: string) => void) {
    this.#who = who;
    this.#tell = tell;
  }

  /** Whether the server refused it. */
  refused(field: string): boolean {
    return this.#changed.has(field);
  }

  /** The request as the server takes it. */
  fit(body: Body): Body {
    const fitting = Object.entries(body).flatMap(([name, value]): [string, unknown][] => {
      const now = this.#nameOf(name);
      return now === null ? [] : [[now, value]];
    });
    const fit = Object.fromEntries(fitting);
    // It is refused without a stream.
    if (!('stream' in fit)) delete fit['stream_options'];
    return fit;
  }

  /** Null for left out. */
  #nameOf(name: string): string | null {
    if (!this.#changed.has(name)) return name;
    const to = CHANGES[name]?.to;
    return to === undefined ? null : this.#nameOf(to);
  }

  /**
   * The field of the request that a failure is about, whatever status and wording it comes with: that the server names
   * apart, or else the first that its words name. Null for none that can be changed.
   */
  refusedBy(failure: Failure, body: Body): string | null {
    const { fault } = failure;
    if (fault === null || !isAboutTheRequest(failure)) return null;
    const fields = Object.keys(CHANGES).filter((field) => field in body);
    const apart = fields.find((field) => fault.fields.some((named) => named.split(/[.[\]/]+/).includes(field)));
    if (apart !== undefined) return apart;
    const model = new RegExp(String.raw`(?<!\w)${String(body['model']).replace(/[^\w\s]/g, String.raw`\$&`)}(?!\w)`);
    for (const text of [fault.message, fault.all]) {
      // A model may be called like a field.
      const words = text.slice(0, READ).split(model).join('');
      const [first] = fields
        .map((field) => ({ field, at: words.search(naming(field)) }))
        .filter(({ at }) => at >= 0)
        .sort((a, b) => a.at - b.at);
      if (first !== undefined) return first.field;
    }
    return null;
  }

  /** Does without the field from now on; says so the first time. */
  change(field: string): void {
    const change = CHANGES[field];
    if (change === undefined || this.#changed.has(field)) return;
    this.#changed.add(field);
    this.#tell(`${this.#who} refuses ${field}, so ${change.so}.`);
  }
}
