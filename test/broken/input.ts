/** What comes from outside and is broken: one shape for all of it. */

/** What it is brought as, which says who reads it (readers.ts). */
export type Kind =
  | 'tables'
  | 'database'
  | 'questions'
  | 'descriptions'
  | 'hints'
  | 'project'
  | 'feedback'
  | 'completions'
  | 'recording'
  | 'link'
  | 'address';

export interface BrokenInput {
  readonly kind: Kind;
  /** Its file's name; of an address the parameter that is wrong; of a link what messages call it. */
  readonly source: string;
  readonly content: string | Uint8Array | (() => Promise<Uint8Array>);
  /** What is said of it. */
  readonly message: RegExp | string;
}

/** Characters as bytes, one each. */
export const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
