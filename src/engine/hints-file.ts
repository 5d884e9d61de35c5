/** Hints as a file: `{format: 'grpo-sql-lab/hints', version: 2, hints: [PolicyHint]}`. */
import { DatasetError, Entry, parseJson } from './entry.ts';
import { FIELDS } from '../grpo/config.ts';
import { HINT_TEMPLATES, type PolicyHint } from '../grpo/types.ts';

const FORMAT = 'grpo-sql-lab/hints';
const VERSION = 2;
const LIMITS = { file: 50_000_000, hints: 100_000, key: 20_000, text: 20_000, tables: 100 } as const;

export function hintsToText(hints: readonly PolicyHint[]): string {
  return `${JSON.stringify({ format: FORMAT, version: VERSION, hints }, null, 1)}\n`;
}

/** Throws DatasetError naming the file, the hint and what is wrong with it. */
export function parseHints(text: string, source: string): PolicyHint[] {
  const value = parseJson(text, source, LIMITS.file);
  const file = typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  if (file['format'] !== FORMAT) throw new DatasetError(`${source} is no hints file: "format" must be "${FORMAT}".`);
  if (file['version'] !== VERSION) throw new DatasetError(`${source} has hints of version ${JSON.stringify(file['version'])?.slice(0, 20)}; this program reads version ${VERSION}.`);
  const { hints } = file;
  if (!Array.isArray(hints)) throw new DatasetError(`${source} must hold a list in "hints".`);
  if (hints.length > LIMITS.hints) throw new DatasetError(`${source} has ${hints.length} hints, at most ${LIMITS.hints} are read.`);
  const keys = new Set<string>();
  return hints.map((hint: unknown, index) => {
    const read = new Entry(hint, source, index);
    const key = read.text('key', LIMITS.key);
    if (keys.has(key)) throw read.error('has the key of an earlier hint; keys must differ');
    keys.add(key);
    const evidence = read.entry('evidence');
    const parsed: PolicyHint = {
      key,
      cue: read.isNull('cue') ? null : read.text('cue', LIMITS.text),
      pattern: read.text('pattern', LIMITS.text),
      tables: read.texts('tables', LIMITS.key, LIMITS.tables),
      template: read.choice('template', HINT_TEMPLATES), general: read.boolean('general'), words: read.count('words'),
      hintType: read.choice('hintType', ['prefer', 'avoid']),
      description: read.text('description', LIMITS.text),
      weight: read.number('weight', -FIELDS.weight_limit.max, FIELDS.weight_limit.max),
      evidence: {
        support: evidence.count('support'), positive: evidence.count('positive'),
        advantage: evidence.number('advantage', -Number.MAX_VALUE, Number.MAX_VALUE), steps: evidence.count('steps'),
      },
      createdAt: read.count('createdAt'), updatedAt: read.count('updatedAt'), enabled: read.boolean('enabled'),
    };
    if ((parsed.weight < 0) !== (parsed.hintType === 'avoid')) throw read.error(`says "${parsed.hintType}" with the weight ${parsed.weight}`);
    if (parsed.evidence.positive > parsed.evidence.support) throw read.error('has more positive evidence than support');
    return parsed;
  });
}
