/**
 * Hints as text for a link: each a list [key, weight in thousandths, template, general, words, switched on and pinned,
 * tables …], all of them deflated, in base64url. Their evidence is left out: it would be most of the text.
 */
import { featureOfKey } from '../../grpo/feature-key.ts';
import { HINT_TEMPLATES, type PolicyHint } from '../../grpo/types.ts';
import { patternWords } from '../../grpo/wording.ts';
import { DatasetError } from '../../formats/entry.ts';
import { hintsToText } from '../../formats/hints-file.ts';
import { deflate, inflate } from '../../storage/deflate.ts';

const BROKEN = 'The hints of the link cannot be read: it was cut or changed on its way.';
const NO_EVIDENCE = { support: 0, positive: 0, advantage: 0, steps: 0 } as const;
/** Characters when they are large again. */
const LONGEST = 2_000_000;

export async function packHints(hints: readonly PolicyHint[]): Promise<string> {
  const rows = hints.map(({ key, pattern, weight, template, general, words, enabled, pinned, tables }) => [
    template === 'guidance' ? `${key} ${patternWords(pattern)}` : key,
    Math.round(1000 * weight),
    HINT_TEMPLATES.indexOf(template),
    general ? 1 : 0,
    words,
    (enabled ? 1 : 0) + (pinned === true ? 2 : 0),
    ...tables,
  ]);
  const bytes = await deflate(new TextEncoder().encode(JSON.stringify(rows)));
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** The same as a file of hints. Rejects with DatasetError for what `packHints` did not write. */
export async function unpackHints(packed: string): Promise<string> {
  let rows: unknown;
  try {
    const binary = atob(packed.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = await inflate(Uint8Array.from(binary, (character) => character.charCodeAt(0)));
    if (bytes.length > LONGEST) throw new RangeError('too long');
    rows = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new DatasetError(BROKEN, { cause: error });
  }
  if (!Array.isArray(rows)) throw new DatasetError(BROKEN);
  // Of any kind still: the reader of files checks them.
  return hintsToText(rows.map((row: unknown) => hintOf(row)));
}

function hintOf(row: unknown): PolicyHint {
  if (!Array.isArray(row)) throw new DatasetError(BROKEN);
  const [key, weight, template, general, words, state, ...tables] = row as unknown[];
  if (typeof key !== 'string' || typeof weight !== 'number' || typeof state !== 'number')
    throw new DatasetError(BROKEN);
  const kind = HINT_TEMPLATES[Number(template)];
  if (kind === undefined) throw new DatasetError(BROKEN);
  const named = kind === 'guidance' ? sentenceOf(key) : { key, ...featureOfKey(key) };
  return {
    ...named,
    tables: tables.map(String),
    template: kind,
    general: general === 1,
    words: Number(words),
    weight: weight / 1000,
    evidence: NO_EVIDENCE,
    createdAt: 0,
    updatedAt: 0,
    enabled: state % 2 === 1,
    ...(state >= 2 ? { pinned: true as const } : {}),
  };
}

function sentenceOf(text: string): Pick<PolicyHint, 'key' | 'cue' | 'pattern'> {
  const at = text.indexOf(' ');
  return {
    key: text.slice(0, Math.max(0, at)),
    cue: null,
    pattern: { kind: 'sentence', parts: [text.slice(at + 1)] },
  };
}
