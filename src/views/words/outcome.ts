/** What happened to a completion's SQL, in plain words. */
import { plural } from '../../charts/format.ts';
import type { Completion, Execution, ExecutionStatus } from '../../grpo/types.ts';

/** What was run: a completion, or SQL that somebody tries. */
export type Ran = Pick<Completion, 'execution' | 'rowCount'>;

export interface Outcome {
  /** A few words: "6 rows", "SQLite error". */
  readonly title: string;
  /** SQLite's or the sandbox's own message; '' when there is none. */
  readonly message: string;
  /** The message in plain words; '' when it says nothing more. */
  readonly plain: string;
  readonly failed: boolean;
}

const TITLES: Readonly<Record<ExecutionStatus, string>> = {
  rows: 'Rows',
  empty: 'No rows',
  invalid: 'SQLite error',
  refused: 'Refused',
  failed: 'Failed while running',
  timeout: 'Ran too long',
  'over-limit': 'Too large to run',
  'too-large': 'Too large',
  killed: 'Stopped',
};

const EXPLANATIONS: readonly (readonly [RegExp, string])[] = [
  [/no such column/i, 'It asks for a column that does not exist.'],
  [/no such table/i, 'It asks for a table that does not exist.'],
  [/no such function/i, 'It calls a function SQLite does not have.'],
  [/ambiguous column/i, 'Two tables have this column: it does not say which.'],
  [/misuse of aggregate/i, 'An aggregate stands where none is allowed.'],
  [/wrong number of arguments/i, 'A function got too few or too many arguments.'],
  [/incomplete input/i, 'The statement ends too early.'],
  [/syntax error/i, 'It is not SQL that SQLite can read.'],
  [/do not have the same number of result columns/i, 'The combined queries have different numbers of columns.'],
];

const BY_STATUS: Readonly<Partial<Record<ExecutionStatus, string>>> = {
  refused: 'Only one statement that reads is allowed.',
  timeout: 'It used up its budget and was stopped.',
  'over-limit': 'SQLite would take it, but it is larger or more nested than SQL may be here.',
  'too-large': 'It needed more memory, or a longer value, than it may have.',
  killed: 'It could not be interrupted, so its worker was ended.',
};

/** Rows SQLite returned; the record may hold only the first of them. */
export function rowsOf(completion: Ran): number {
  return completion.rowCount;
}

/** Whether there are rows to show: also of a result that has more of them than are kept. */
export function hasRows({ status, rows }: Execution): boolean {
  return status === 'rows' || (status === 'too-large' && rows.length > 0);
}

export function outcomeOf(completion: Ran): Outcome {
  const { execution } = completion;
  const message = execution.error ?? '';
  if (hasRows(execution)) {
    const rows = rowsOf(completion);
    return {
      title: execution.truncated ? `More than ${plural(rows, 'row')}` : plural(rows, 'row'),
      message: '',
      plain: '',
      failed: false,
    };
  }
  if (execution.status === 'empty')
    return { title: 'No rows', message: '', plain: 'It ran, and nothing matched.', failed: false };
  return { title: TITLES[execution.status], message, plain: explain(execution), failed: true };
}

function explain({ status, error = '' }: Execution): string {
  return EXPLANATIONS.find(([pattern]) => pattern.test(error))?.[1] ?? BY_STATUS[status] ?? '';
}

/** What went wrong as the end of "Completion 2 …", or null when it ran and returned rows. */
export function mishap(execution: Execution): string | null {
  const { status, error = '' } = execution;
  if (hasRows(execution)) return null;
  if (status === 'empty') return 'returned no rows';
  if (/no such column/i.test(error)) return 'asked for a column that does not exist';
  if (/no such table/i.test(error)) return 'asked for a table that does not exist';
  if (/ambiguous column/i.test(error)) return 'named a column that two tables have';
  if (status === 'invalid') return 'did not compile';
  if (status === 'refused') return 'was refused by the sandbox';
  if (status === 'timeout' || status === 'killed') return 'ran too long';
  if (status === 'over-limit') return 'is larger than SQL may be here';
  return 'failed while running';
}

type Cell = Execution['rows'][number][number];

const MOST_DECIMALS = 4;
/** Decimals where a number of the column has thousands. */
const DECIMALS_OF_THOUSANDS = 2;

/** The cells of one column as texts: where one number has decimals, all have as many. */
export function columnTexts(values: readonly Cell[]): string[] {
  const numbers = values.flatMap((value) => (typeof value === 'number' ? [Number(value.toPrecision(12))] : []));
  const most = numbers.some((value) => Math.abs(value) >= 1000) ? DECIMALS_OF_THOUSANDS : MOST_DECIMALS;
  const decimals = Math.max(0, ...numbers.map((value) => decimalsOf(value, most)));
  const fractions = numbers.some((value) => !Number.isInteger(value));
  const alike = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  return values.map((value) => {
    if (value === null) return 'NULL';
    if (value instanceof Uint8Array) return plural(value.length, 'byte');
    return typeof value === 'number' && fractions
      ? Number(value.toPrecision(12)).toLocaleString('en', alike)
      : String(value);
  });
}

const decimalsOf = (value: number, most: number): number =>
  (String(Number(value.toFixed(most))).split('.')[1] ?? '').length;
