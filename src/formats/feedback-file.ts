/**
 * Feedback as a file: `{format: 'grpo-sql-lab/feedback', version: 1, feedback: [Feedback]}`. Files of earlier versions
 * have neither comments nor choices.
 */
import { LONGEST_COMMENT, THUMBS, type Feedback } from '../grpo/feedback.ts';
import { normaliseSql } from '../sql/normalise.ts';
import { LIMITS as DATASET_LIMITS } from './dataset.ts';
import { DatasetError, Entry, parseJson, versionOf } from './entry.ts';

const FORMAT = 'grpo-sql-lab/feedback';
const VERSION = 1;
const LIMITS = { file: 50_000_000, entries: 100_000 } as const;

/**
 * Throws DatasetError naming the file, the entry and what is wrong with it. The key of a record is made again from its
 * SQL as it was written, so that a file from elsewhere cannot disagree with this program about what is the same SQL.
 */
export function parseFeedback(text: string, source: string): Feedback[] {
  const value = parseJson(text, source, LIMITS.file);
  const file = typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  if (file['format'] !== FORMAT) throw new DatasetError(`${source} is no feedback file: "format" must be "${FORMAT}".`);
  if (file['version'] !== VERSION)
    throw new DatasetError(
      `${source} has feedback ${versionOf(file['version'])}; this program reads version ${VERSION}.`,
    );
  const { feedback } = file;
  if (!Array.isArray(feedback)) throw new DatasetError(`${source} must hold a list in "feedback".`);
  if (feedback.length > LIMITS.entries)
    throw new DatasetError(`${source} has ${feedback.length} entries, at most ${LIMITS.entries} are read.`);
  const keys = new Map<string, number>();
  return feedback.map((entry: unknown, index) => {
    const read = new Entry(entry, source, index);
    const parsed = parseJudgement(read);
    if (parsed.thumb === null && parsed.corrected === null) throw read.error('has neither a thumb nor a corrected SQL');
    const key = JSON.stringify([parsed.dataset, parsed.question, parsed.sql]);
    const first = keys.get(key);
    if (first !== undefined) throw read.error(`judges the same SQL for the same question as entry ${first + 1}`);
    keys.set(key, index);
    return parsed;
  });
}

/** What was said of one SQL text; neither thumb nor corrected SQL where it was taken back. Throws DatasetError. */
export function parseJudgement(read: Entry): Feedback {
  const written = read.anyText('text');
  if (written.length > DATASET_LIMITS.sql)
    throw read.error(`has ${written.length} characters in "text", at most ${DATASET_LIMITS.sql} are read`);
  return {
    dataset: read.text('dataset', DATASET_LIMITS.id),
    question: read.text('question', DATASET_LIMITS.question).trim(),
    text: written,
    sql: normaliseSql(written),
    thumb: read.isNull('thumb') ? null : read.choice('thumb', THUMBS),
    corrected: read.isNull('corrected') ? null : read.text('corrected', DATASET_LIMITS.sql),
    ...(read.has('comment') ? { comment: read.text('comment', LONGEST_COMMENT) } : {}),
    ...(read.has('chosenOver') ? { chosenOver: read.text('chosenOver', DATASET_LIMITS.sql) } : {}),
    at: read.number('at', 0, Number.MAX_SAFE_INTEGER),
  };
}

export function feedbackText(feedback: readonly Feedback[]): string {
  return `${JSON.stringify({ format: FORMAT, version: VERSION, feedback }, null, 1)}\n`;
}
