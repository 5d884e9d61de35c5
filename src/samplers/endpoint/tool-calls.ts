/** The calls of tools in an answer, put together from their pieces, and the SQL in them. */
import type { CallPiece } from './protocol.ts';

const STATEMENT = /^\s*(?:--[^\n]*\n\s*|\/\*[^]*?\*\/\s*|[(;]\s*)*(?:select|with|values)\b/i;
/** Levels of arguments that are looked at. */
const DEEPEST = 4;
/** Calls of one choice; more are passed over. */
const MOST_CALLS = 64;

export class ToolCalls {
  readonly #calls: { readonly index: number; id: string; text: string }[] = [];

  /** The arguments as they came, one after the other. */
  get raw(): string {
    return this.#calls.map(({ text }) => text).join('\n');
  }

  /** UTF-16 units of all arguments. */
  get size(): number {
    return this.#calls.reduce((sum, { text }) => sum + text.length, 0);
  }

  add({ index, id, text }: CallPiece): void {
    const known = this.#calls.findLast((call) => call.index === index);
    // Some servers send every call whole, all with the same place.
    if (known === undefined || (id !== '' && known.id !== '' && id !== known.id)) {
      if (this.#calls.length < MOST_CALLS) this.#calls.push({ index, id, text });
      return;
    }
    known.id ||= id;
    known.text += text;
  }

  /**
   * The SQL of the last call that has any, whatever the argument is called; without such a call the arguments as they
   * are, which may be SQL that is no JSON, or cut.
   */
  get sql(): string {
    for (const { text } of [...this.#calls].reverse()) {
      const sql = statementIn(parsedOr(text, text), 0);
      if (sql !== null) return sql;
    }
    return this.raw;
  }
}

function parsedOr(text: string, otherwise: unknown): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return otherwise;
  }
}

function statementIn(value: unknown, depth: number): string | null {
  if (typeof value === 'string') return STATEMENT.test(value) ? value : null;
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return null;
  for (const part of Object.values(value)) {
    const found = statementIn(part, depth + 1);
    if (found !== null) return found;
  }
  return null;
}
