/** Hints from a file beside those that are there: which can be put in, which cannot, and why. */
import type { GRPOConfig } from '../../grpo/config.ts';
import { checkOperation, GUIDANCE_WEIGHT } from '../../grpo/guidance.ts';
import { messageOf } from '../../grpo/message-of.ts';
import { isSame, type Wanted } from '../../grpo/policy-edits.ts';
import type { HintFeature, PolicyHint, Schema } from '../../grpo/types.ts';
import { patternWords } from '../../grpo/wording.ts';
import { isWorded } from '../../grpo/words/pattern.ts';
import { parseHintsFile } from '../../formats/hints-file.ts';
import { freeText, parseReferenceHints, type ReferenceHint } from '../../formats/reference-hints.ts';
import type { HintsImport, ImportedHint } from '../policy-protocol.ts';

export interface Here {
  readonly hints: readonly PolicyHint[];
  readonly schema: Schema;
  readonly config: GRPOConfig;
  /** Steps taken. */
  readonly step: number;
  readonly feature: (key: string) => HintFeature | undefined;
}

/** Throws DatasetError with what is wrong and where. */
export function planImport(text: string, file: string, here: Here): HintsImport {
  const isList = /^\uFEFF?\s*\[/.test(text);
  const taken: PolicyHint[] = [...here.hints];
  const read: readonly ReferenceHint[] = isList
    ? parseReferenceHints(text, file, here.feature)
    : parseHintsFile(text, file).hints.map((hint) => ({ kind: 'feature', hint }));
  const hints = read.map((one): ImportedHint => {
    if (one.kind === 'sentence') return sentence(one, taken, here);
    const imported = one.hint.template === 'guidance' ? ownSentence(one.hint, taken) : plan(one.hint, here);
    return imported;
  });
  return { file, form: isList ? 'reference' : 'own', hints: withinRoom(hints, here) };
}

/** What the hints that are put in take the place of. */
export function wantedOf({ hints }: HintsImport): Wanted {
  return hints.flatMap(({ hint, becomes }) =>
    becomes === 'refused' || becomes === 'same' ? [] : [{ key: hint.key, hint }],
  );
}

function plan(hint: PolicyHint, { hints, schema, config }: Here): ImportedHint {
  const why = whyNot(hint, schema, config);
  if (why !== '') return { hint, becomes: 'refused', why };
  const now = hints.find(({ key }) => key === hint.key);
  return { hint, becomes: now === undefined ? 'new' : isSame(now, hint) ? 'same' : 'changes', why: '' };
}

/** '' for a hint that can act here. */
export function whyNot(
  { cue, pattern, tables, weight }: PolicyHint,
  schema: Schema,
  { weight_limit: limit }: Pick<GRPOConfig, 'weight_limit'>,
): string {
  if (Math.abs(weight) > limit) return `It weighs ${weight.toFixed(2)}, beyond the weight limit of ${limit}.`;
  if (!isWorded(pattern)) return 'It does something that this program does not know.';
  const names = new Map(
    schema.tables.map(({ name, columns }) => [
      name.toLowerCase(),
      new Set(columns.map((column) => column.name.toLowerCase())),
    ]),
  );
  const table = tables.find((name) => !names.has(name.toLowerCase()));
  if (table !== undefined) return `It is about the table ${table}, which this database does not have.`;
  const said = [...pattern.parts, ...(cue?.kind === 'typed' ? cue.parts : [])];
  for (const part of said)
    for (const [, of = '', column = ''] of part.matchAll(/([\p{L}_][\p{L}\p{N}_$]*)\.([\p{L}_][\p{L}\p{N}_$]*)/gu)) {
      const columns = names.get(of.toLowerCase());
      if (columns === undefined) return `It is about the table ${of}, which this database does not have.`;
      if (!columns.has(column.toLowerCase()))
        return `It is about the column ${of}.${column}, which this database does not have.`;
    }
  return '';
}

/** A sentence of our own form: known by what it says, since its number may be another's here. */
function ownSentence(hint: PolicyHint, taken: PolicyHint[]): ImportedHint {
  const text = patternWords(hint.pattern);
  const same = taken.find((one) => one.template === 'guidance' && patternWords(one.pattern) === text);
  if (same !== undefined) {
    const put = { ...hint, key: same.key };
    return { hint: put, becomes: isSame(same, put) ? 'same' : 'changes', why: '' };
  }
  const put = { ...hint, key: freeKey(hint.key, taken) };
  taken.push(put);
  return { hint: put, becomes: 'new', why: '' };
}

/** A sentence of the reference's form, checked as one that a reader writes. */
function sentence(
  { text, weight, pattern }: Extract<ReferenceHint, { kind: 'sentence' }>,
  taken: PolicyHint[],
  { step, config }: Here,
): ImportedHint {
  const made = (said: string): PolicyHint => ({
    key: freeKey('guidance:0', taken),
    cue: null,
    pattern: { kind: 'sentence', parts: [said] },
    tables: [],
    template: 'guidance',
    general: true,
    words: 0,
    weight: Math.max(-config.weight_limit, Math.min(config.weight_limit, weight === 0 ? GUIDANCE_WEIGHT : weight)),
    evidence: { support: 0, positive: 0, advantage: 0, steps: 0 },
    createdAt: step,
    updatedAt: step,
    enabled: true,
  });
  try {
    const checked = checkOperation(taken, { op: 'add', text }, true);
    const hint = made('text' in checked ? checked.text : text);
    taken.push(hint);
    return { hint, becomes: 'guidance', why: freeText(pattern) };
  } catch (error) {
    return { hint: made(text), becomes: 'refused', why: messageOf(error) };
  }
}

function freeKey(key: string, taken: readonly PolicyHint[]): string {
  const keys = new Set(taken.map((hint) => hint.key));
  let number = Number(/^guidance:(\d{1,9})$/.exec(key)?.[1] ?? 0);
  while (keys.has(`guidance:${number}`)) number++;
  return keys.has(key) || !key.startsWith('guidance:') ? `guidance:${number}` : key;
}

/** More new hints than the policy keeps would only push one another out. */
function withinRoom(planned: readonly ImportedHint[], { hints, config: { max_hints: most } }: Here): ImportedHint[] {
  let room = most - hints.length;
  const strongest = planned
    .filter(({ becomes }) => becomes === 'new' || becomes === 'guidance')
    .sort((a, b) => Math.abs(b.hint.weight) - Math.abs(a.hint.weight));
  const fitting = new Set(strongest.filter(() => room-- > 0));
  return planned.map((one) =>
    (one.becomes === 'new' || one.becomes === 'guidance') && !fitting.has(one)
      ? { ...one, becomes: 'refused', why: `The policy keeps no more than ${most} hints (settings).` }
      : one,
  );
}
