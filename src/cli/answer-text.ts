/** An answer as a terminal shows it: the table, the SQL, and what was not chosen. */
import type { ActedHint, AskAnswer, AskCandidate, Readings } from '../ask/types.ts';
import { signed } from '../grpo/figures.ts';
import type { SqlValue } from '../grpo/types.ts';
import { hintWords } from '../grpo/words/hint.ts';
import { saidOnce } from '../grpo/words/said-once.ts';

/** Characters of a cell, and columns of a table, that are shown. */
const CELL = 32;
const COLUMNS = 10;
/** Hints that are listed. */
const HINTS = 5;

/**
 * Lines for the reader. Nothing in them can steer a terminal: texts of a database, a model or a question lose their
 * control characters.
 */
export function answerLines({ candidates, note, samples, scoredBy, sure, readings }: AskAnswer): string[] {
  const [best, ...others] = candidates;
  if (best === undefined) return [];
  return [
    ...(note === null ? [] : [clean(note), '']),
    ...tableLines(best),
    '',
    ...clean(best.sql.trim() === '' ? '(no SQL)' : best.sql).split('\n'),
    '',
    ...(sure === null ? [] : [`${sure.unsure ? 'Unsure. ' : ''}${[sure.says, ...sure.because].map(clean).join(' ')}`]),
    ...(sure?.unsure === true && readings?.words != null ? readingLines(readings) : []),
    `Chosen out of ${plural(samples, 'candidate')}: ${support(best, scoredBy)}.`,
    ...hintLines(best),
    ...(others.length === 0 ? [] : ['', 'Runners-up:']),
    ...others.flatMap((candidate, i) => [
      `${`${i + 2}.`.padStart(3)} ${scoreText(candidate)}${candidate.count > 1 ? ` ×${candidate.count}` : ''}  ${oneLine(candidate.sql) || '(no SQL)'}`,
      `    ${oneLine(candidate.why)}`,
    ]),
  ];
}

const readingLines = ({ rival, words }: Readings): string[] =>
  (words ?? []).map((text, i) => `  ${i === 0 ? 'This answer' : `Number ${rival + 1}`}: ${oneLine(text)}.`);

/** The rows that were kept, aligned, and how many there are. */
export function tableLines({
  execution: { columns, rows, truncated, status, error },
  rowCount,
}: Pick<AskCandidate, 'execution' | 'rowCount'>): string[] {
  if (rows.length === 0)
    return [
      status === 'empty'
        ? 'No rows: it ran, and nothing matched.'
        : `No result${error === undefined ? '' : `: ${oneLine(error)}`}`,
    ];
  const shown = columns.slice(0, COLUMNS);
  const cells = [
    shown.map((name) => cut(oneLine(name))),
    ...rows.map((row) => shown.map((_, i) => cut(cellText(row[i] ?? null)))),
  ];
  const widths = shown.map((_, i) => Math.max(...cells.map((row) => row[i]?.length ?? 0)));
  const right = shown.map((_, i) =>
    rows.every((row) => row[i] === null || typeof row[i] === 'number' || typeof row[i] === 'bigint'),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((text, i) => (right[i] === true ? text.padStart(widths[i] ?? 0) : text.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  const [head = [], ...body] = cells;
  const all = `${truncated ? 'more than ' : ''}${plural(rowCount, 'row')}`;
  const more = [
    rows.length < rowCount || truncated ? `the first ${rows.length} of ${all}` : all,
    columns.length > shown.length ? `${plural(columns.length - shown.length, 'more column')}` : '',
  ];
  return [
    line(head),
    widths.map((width) => '─'.repeat(width)).join('  '),
    ...body.map(line),
    `(${more.filter(Boolean).join(', ')})`,
  ];
}

const SCORES: Readonly<Record<AskAnswer['scoredBy'], string>> = {
  reward: 'reward',
  'reward+hints': 'reward and hints',
  'reward+likelihood': 'reward and likelihood',
};

function support({ score, count, agreement, greedy }: AskCandidate, scoredBy: AskAnswer['scoredBy']): string {
  return [
    `${SCORES[scoredBy]} ${score === null ? 'unknown' : signed(score)}`,
    ...(count > 1 ? [`written ${count} times`] : []),
    ...(greedy ? ['the greedy answer'] : []),
    ...(agreement !== null && agreement.others > 0
      ? [`${agreement.same} of the other ${agreement.others} with a result agree`]
      : []),
  ].join(', ');
}

function hintLines({ hints, hintCount }: AskCandidate): string[] {
  if (hintCount === 0) return ['No hint acted.'];
  const said = saidOnce(hints, hintText);
  const shown = said.slice(0, HINTS);
  const more = hintCount - (hints.length - said.length) - shown.length;
  return [
    `Hints that acted:`,
    ...shown.map(({ hints: alike, weight }) => `  ${signed(weight)}  ${oneLine(hintText(alike[0]))}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}

const hintText = (hint: ActedHint): string => hintWords(hint, hint.weight);
const scoreText = ({ score }: AskCandidate): string => (score === null ? '    –' : signed(score));
const plural = (value: number, one: string): string => `${value} ${one}${value === 1 ? '' : 's'}`;
const cut = (text: string): string => (text.length > CELL ? `${text.slice(0, CELL - 1)}…` : text);

function cellText(value: SqlValue): string {
  if (value === null) return 'NULL';
  if (value instanceof Uint8Array) return `(${plural(value.length, 'byte')})`;
  if (typeof value === 'number' && !Number.isInteger(value)) return String(Number(value.toPrecision(10)));
  return oneLine(String(value));
}

/** Without control characters other than line breaks: an escape sequence in a cell must not reach the terminal. */
function clean(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/[\p{Cc}\p{Cf}]/gu, (character) => (character === '\n' ? '\n' : ' '));
}

/** In one line that cannot steer a terminal. */
export const oneLine = (text: string): string => clean(text).replace(/\s+/g, ' ').trim();
