/**
 * One SQL text as lines for reading: a line per clause, tokens with their kind, and the pieces that
 * carry credit marked. Offsets stay those of the text, so the marks fit; nothing but white space changes.
 */
import { lex, type SqlToken } from '../../sql/lex.ts';
import { wordList } from '../../sql/word-list.ts';

export interface Mark {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

export interface SqlPiece {
  readonly text: string;
  readonly kind: 'keyword' | 'name' | 'literal' | 'comment' | 'other';
  readonly marked: boolean;
}

export interface SqlLine {
  /** 0 for a clause, 1 for what belongs to it, and so on. */
  readonly indent: number;
  readonly pieces: readonly SqlPiece[];
}

const KIND: Readonly<Partial<Record<SqlToken['kind'], SqlPiece['kind']>>> = {
  keyword: 'keyword',
  identifier: 'name',
  string: 'literal',
  number: 'literal',
  blob: 'literal',
  comment: 'comment',
};

const CLAUSES = new Set(
  wordList(`
  SELECT FROM WHERE GROUP HAVING ORDER LIMIT UNION INTERSECT EXCEPT WITH WINDOW VALUES
`),
);
const JOIN_WORDS = new Set(['NATURAL', 'LEFT', 'RIGHT', 'FULL', 'INNER', 'CROSS', 'OUTER', 'JOIN']);

/** Indent of the line this token opens, or null when it stays on its line. */
function opens(tokens: readonly SqlToken[], i: number, depth: number): number | null {
  const token = tokens[i];
  if (token?.kind !== 'keyword' || i === 0) return null;
  const before = tokens[i - 1];
  if (CLAUSES.has(token.value)) {
    // GROUP and ORDER open a clause only with BY; a SELECT in parentheses stays beside its "(".
    if ((token.value === 'GROUP' || token.value === 'ORDER') && tokens[i + 1]?.value !== 'BY') return null;
    if (depth > 0 && before?.text === '(') return null;
    return depth > 2 ? null : depth * 2;
  }
  if (JOIN_WORDS.has(token.value) && depth <= 2)
    return before?.kind === 'keyword' && JOIN_WORDS.has(before.value) ? null : depth * 2 + 1;
  if ((token.value === 'AND' || token.value === 'OR') && depth === 0 && !betweenAnd(tokens, i)) return 1;
  return null;
}

function betweenAnd(tokens: readonly SqlToken[], i: number): boolean {
  if (tokens[i]?.value !== 'AND') return false;
  for (let k = i - 1; k >= 0; k--) {
    const value = tokens[k]?.kind === 'keyword' ? tokens[k]?.value : '';
    if (value === 'BETWEEN') return true;
    if (value === 'AND' || value === 'OR' || value === 'WHERE' || value === 'ON') return false;
  }
  return false;
}

/** A call's name reads as a name even where SQLite lists it as a keyword (REPLACE, CAST). */
function kindOf(token: SqlToken): SqlPiece['kind'] {
  return KIND[token.kind] ?? 'other';
}

export function layoutSql(sql: string, marks: readonly Mark[] = []): SqlLine[] {
  const tokens = lex(sql);
  const lines: { indent: number; pieces: SqlPiece[] }[] = [{ indent: 0, pieces: [] }];
  const isMarked = (at: number): boolean => marks.some(({ start, end }) => at >= start && at < end);
  const push = (text: string, kind: SqlPiece['kind'], marked: boolean): void => {
    const pieces = lines.at(-1)?.pieces;
    const last = pieces?.at(-1);
    if (last?.kind === kind && last.marked === marked) pieces?.splice(-1, 1, { ...last, text: last.text + text });
    else pieces?.push({ text, kind, marked });
  };
  let depth = 0;
  for (const [i, token] of tokens.entries()) {
    if (token.text === ')') depth = Math.max(0, depth - 1);
    const indent = opens(tokens, i, depth);
    const before = tokens[i - 1];
    if (indent !== null) lines.push({ indent, pieces: [] });
    else if (before?.kind === 'comment' && before.text.startsWith('--')) lines.push({ indent: 0, pieces: [] });
    else if (before !== undefined && before.end < token.start)
      push(' ', 'other', isMarked(before.end - 1) && isMarked(token.start) && isMarked(before.end));
    // A token is marked piece by piece: a mark may cover part of it only.
    let from = token.start;
    while (from < token.end) {
      const marked = isMarked(from);
      let to = from + 1;
      while (to < token.end && isMarked(to) === marked) to++;
      push(sql.slice(from, to), kindOf(token), marked);
      from = to;
    }
    if (token.text === '(') depth++;
  }
  return lines.filter(({ pieces }) => pieces.length > 0);
}
