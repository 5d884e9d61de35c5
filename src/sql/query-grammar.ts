/**
 * SQLite's grammar of a query (https://sqlite.org/lang_select.html), as a recogniser: how far tokens read as one SELECT
 * or VALUES, and where on the way it could have ended. It says nothing about whether tables and columns exist.
 *
 * It is used where no SQLite is at hand and a verdict on the shape is enough: to tell SQL from the text around it.
 * A test holds it to SQLite's own verdict.
 */
import { RESERVED, type SqlToken } from './lex.ts';

export interface TokenSource {
  /** By index, read when it is asked for; null behind the last one. */
  token(index: number): SqlToken | null;
  /** What lies between this token and the one before it: white space and comments. */
  gap(index: number): string;
}

/** A place where the query may end: behind `tokens` tokens. */
export interface QueryEnd {
  readonly tokens: number;
  /** The last token is a name given without AS, which a word of prose may also look like. */
  readonly bareAlias: boolean;
}

export interface QueryReading {
  /** Ascending. Empty when no beginning of the tokens is a query. */
  readonly ends: readonly QueryEnd[];
  /** The tokens that could be read: what stands at this index cannot follow, or nothing stands there. */
  readonly read: number;
}

/** As deep as the structure reader goes: the stack is finite. */
const MAX_NESTING = 100;
const BLANK_LINE = /\n[^\S\n]*\n/;
/** Words between two tables that are no names here. */
const JOIN_WORDS: ReadonlySet<string> = new Set(['CROSS', 'FULL', 'INNER', 'LEFT', 'NATURAL', 'OUTER', 'RIGHT']);
const NO_ALIAS: ReadonlySet<string> = new Set([...JOIN_WORDS, 'INDEXED']);
const BINARY: ReadonlySet<string> = new Set('= == != <> < <= > >= << >> + - * / % & | || -> ->>'.split(' '));
const BEHIND_ALIAS: ReadonlySet<string> = new Set('FROM JOIN ON USING WHERE GROUP ORDER LIMIT UNION'.split(' '));
const LIKE_WORDS: ReadonlySet<string> = new Set(['LIKE', 'GLOB', 'REGEXP', 'MATCH']);
const CONSTANTS: ReadonlySet<string> = new Set(['NULL', 'CURRENT_DATE', 'CURRENT_TIME', 'CURRENT_TIMESTAMP']);

export function readQuery(source: TokenSource): QueryReading {
  const grammar = new QueryGrammar(source);
  grammar.query();
  return { ends: grammar.ends, read: grammar.furthest };
}

/** Each method reads one part at `at` and moves behind it; false when it cannot. Nothing is taken back. */
class QueryGrammar {
  readonly ends: QueryEnd[] = [];
  private at = 0;
  private nesting = 0;
  /** Parts begun that need more than what was read: no query ends inside them. */
  private pending = 0;
  private readonly source: TokenSource;

  constructor(source: TokenSource) {
    this.source = source;
  }

  get furthest(): number {
    return this.at;
  }

  query(): boolean {
    return this.nested(() => {
      if (this.isWord('WITH') && !this.withClause()) return false;
      do {
        if (!this.core()) return false;
      } while (this.compound());
      return true;
    });
  }

  private withClause(): boolean {
    this.at += 1;
    if (this.isWord('RECURSIVE') && !this.isWord('AS', 1) && !this.isText('(', 1)) this.at += 1;
    do {
      if (!this.name()) return false;
      if (this.isText('(') && !this.inParentheses(() => this.list(() => this.name()))) return false;
      if (!this.word('AS')) return false;
      if (this.isWord('NOT')) this.at += 1;
      if (this.isWord('MATERIALIZED')) this.at += 1;
      if (!this.inParentheses(() => this.query())) return false;
    } while (this.punctuation(','));
    return true;
  }

  private compound(): boolean {
    if (this.word('UNION')) {
      this.word('ALL');
      return true;
    }
    return this.word('INTERSECT') || this.word('EXCEPT');
  }

  private core(): boolean {
    if (this.word('VALUES'))
      return this.list(() => this.inParentheses(() => this.list(() => this.expression())) && this.mayEnd());
    if (!this.word('SELECT')) return false;
    if (!this.word('DISTINCT')) this.word('ALL');
    if (!this.list(() => this.resultColumn())) return false;
    if (this.word('FROM') && !this.sources()) return false;
    if (this.word('WHERE') && !this.expression()) return false;
    if (this.isWord('GROUP') && !(this.words('GROUP', 'BY') && this.list(() => this.expression()))) return false;
    if (this.word('HAVING') && !this.expression()) return false;
    if (this.isWindowClause() && !this.windowClause()) return false;
    if (this.isWord('ORDER') && !(this.words('ORDER', 'BY') && this.orderKeys())) return false;
    if (!this.word('LIMIT')) return true;
    if (!this.expression()) return false;
    return this.word('OFFSET') || this.punctuation(',') ? this.expression() : true;
  }

  private resultColumn(): boolean {
    if (this.punctuation('*')) return this.mayEnd();
    if (this.isName() && this.isText('.', 1) && this.isText('*', 2)) {
      this.at += 3;
      return this.mayEnd();
    }
    return this.expression() && this.alias(true);
  }

  /** `AS name`, a bare name or string, or nothing. */
  private alias(inList = false): boolean {
    if (this.word('AS')) return this.name() && this.mayEnd();
    const token = this.token();
    if (this.pending === 0 && this.source.gap(this.at).includes('\n') && !this.isAliasOnLine(inList)) return true;
    const bare = token?.kind === 'string' || (this.isIdentifier(token) && !this.isWindowClause());
    if (!bare) return true;
    this.at += 1;
    return this.mayEnd(true);
  }

  /**
   * Nobody gives a bare alias a line of its own but with more of the query behind it, or to a table behind a
   * parenthesis: otherwise the first word of the next line is one of prose.
   */
  private isAliasOnLine(inList: boolean): boolean {
    const after = this.wordAt(1);
    if (BEHIND_ALIAS.has(after) || JOIN_WORDS.has(after) || (inList && this.isText(',', 1))) return true;
    const blank = BLANK_LINE.test(this.source.gap(this.at));
    return !blank && !inList && this.token(-1)?.text === ')' && /^[\0-\u007f]*$/.test(this.token()?.text ?? '');
  }

  private sources(): boolean {
    return this.nested(() => {
      do {
        if (!this.sourceTable()) return false;
      } while (this.joinOperator());
      return true;
    });
  }

  private joinOperator(): boolean {
    if (this.punctuation(',')) return true;
    const words: string[] = [];
    while (words.length < 3 && JOIN_WORDS.has(this.wordAt(words.length))) words.push(this.wordAt(words.length));
    if (!this.isWord('JOIN', words.length)) return false;
    const sided = words.some((word) => word === 'LEFT' || word === 'RIGHT' || word === 'FULL');
    const sideless = words.includes('INNER') || words.includes('CROSS');
    if (sided ? sideless : words.includes('OUTER')) return false;
    this.at += words.length + 1;
    return true;
  }

  private sourceTable(): boolean {
    if (this.isText('(')) {
      const query = ['SELECT', 'WITH', 'VALUES'].includes(this.wordAt(1));
      if (!this.inParentheses(() => (query ? this.query() : this.sources()))) return false;
    } else {
      if (!this.name()) return false;
      if (this.isText('.') && this.isName(1)) this.at += 2;
      if (this.isCall() && !this.inParentheses(() => this.isText(')') || this.list(() => this.expression())))
        return false;
    }
    this.mayEnd();
    if (!this.alias()) return false;
    if (this.words('INDEXED', 'BY') && !(this.name() && this.mayEnd())) return false;
    if (this.words('NOT', 'INDEXED')) this.mayEnd();
    if (this.word('ON')) return this.expression();
    if (this.word('USING')) return this.inParentheses(() => this.list(() => this.name())) && this.mayEnd();
    return true;
  }

  private orderKeys(): boolean {
    return this.list(() => {
      if (!this.expression()) return false;
      if (this.word('ASC') || this.word('DESC')) this.mayEnd();
      if (this.isWord('NULLS') && (this.isWord('FIRST', 1) || this.isWord('LAST', 1))) {
        this.at += 2;
        this.mayEnd();
      }
      return true;
    });
  }

  private isWindowClause(): boolean {
    return this.isWord('WINDOW') && this.isName(1) && this.isWord('AS', 2);
  }

  private windowClause(): boolean {
    this.at += 1;
    return this.list(() => this.name() && this.word('AS') && this.inParentheses(() => this.window()) && this.mayEnd());
  }

  private window(): boolean {
    const frame = (): boolean => this.isWord('RANGE') || this.isWord('ROWS') || this.isWord('GROUPS');
    if (!this.isWord('PARTITION') && !this.isWord('ORDER') && !frame() && this.isName()) this.at += 1;
    if (this.isWord('PARTITION') && !(this.words('PARTITION', 'BY') && this.list(() => this.expression())))
      return false;
    if (this.isWord('ORDER') && !(this.words('ORDER', 'BY') && this.orderKeys())) return false;
    if (!frame()) return true;
    this.at += 1;
    if (this.word('BETWEEN')) {
      if (!(this.frameBound() && this.word('AND') && this.frameBound())) return false;
    } else if (!this.frameBound()) return false;
    if (!this.word('EXCLUDE')) return true;
    return this.words('NO', 'OTHERS') || this.words('CURRENT', 'ROW') || this.word('GROUP') || this.word('TIES');
  }

  private frameBound(): boolean {
    if (this.words('CURRENT', 'ROW')) return true;
    const unbounded = this.isWord('UNBOUNDED') && (this.isWord('PRECEDING', 1) || this.isWord('FOLLOWING', 1));
    if (unbounded) this.at += 1;
    else if (!this.expression(true)) return false;
    return this.word('PRECEDING') || this.word('FOLLOWING');
  }

  /** `a op b op c …`. The AND of a BETWEEN is left to it when `noAnd`. */
  private expression(noAnd = false): boolean {
    return this.nested(() => {
      let mayEscape = false;
      for (;;) {
        if (!this.operand()) return false;
        this.mayEnd();
        if (!this.suffixes(noAnd)) return false;
        if (this.isWord('AND') || this.isWord('OR')) mayEscape = false;
        if (LIKE_WORDS.has(this.wordAt(this.isWord('NOT') ? 1 : 0))) mayEscape = true;
        else if (mayEscape && this.word('ESCAPE')) {
          mayEscape = false;
          continue;
        }
        if (!this.binary(noAnd)) return true;
      }
    });
  }

  private binary(noAnd: boolean): boolean {
    if (this.word('OR') || (!noAnd && this.word('AND'))) return true;
    if (this.word('IS')) {
      this.word('NOT');
      this.words('DISTINCT', 'FROM');
      return true;
    }
    const token = this.token();
    const negated = this.isWord('NOT') ? 1 : 0;
    if (LIKE_WORDS.has(this.wordAt(negated))) {
      this.at += negated + 1;
      return true;
    }
    if (token?.kind !== 'operator' || !BINARY.has(token.text)) return false;
    // Behind an empty line: an item of a list, emphasis, a table, a quotation.
    if (this.pending === 0 && '*-+|>'.includes(token.text) && BLANK_LINE.test(this.source.gap(this.at))) return false;
    this.at += 1;
    return true;
  }

  /** What may follow an operand and needs no operand behind it. */
  private suffixes(noAnd: boolean): boolean {
    for (;;) {
      const negated = this.isWord('NOT') ? 1 : 0;
      if (this.word('ISNULL') || this.word('NOTNULL') || this.words('NOT', 'NULL')) this.mayEnd();
      else if (this.word('COLLATE')) {
        if (!this.name()) return false;
        this.mayEnd();
      } else if (this.isWord('BETWEEN', negated)) {
        this.at += negated + 1;
        this.pending += 1;
        const low = this.expression(true) && this.word('AND');
        this.pending -= 1;
        if (!low || !this.expression(noAnd)) return false;
      } else if (this.isWord('IN', negated)) {
        this.at += negated + 1;
        if (this.isText('(')) {
          if (!this.inParentheses(() => this.isText(')') || this.queryOrList())) return false;
        } else {
          if (!this.name()) return false;
          if (this.isText('.') && this.isName(1)) this.at += 2;
          if (this.isText('(') && !this.inParentheses(() => this.isText(')') || this.list(() => this.expression())))
            return false;
        }
        this.mayEnd();
      } else return true;
    }
  }

  private queryOrList(): boolean {
    return this.startsQuery() ? this.query() : this.list(() => this.expression());
  }

  private startsQuery(): boolean {
    if (this.isWord('SELECT') || this.isWord('VALUES')) return true;
    return this.isWord('WITH') && !this.isText('.', 1) && !this.isText(')', 1) && !this.isText(',', 1);
  }

  private operand(): boolean {
    while (this.isWord('NOT') || this.isText('-') || this.isText('+') || this.isText('~')) this.at += 1;
    const token = this.token();
    if (token === null) return false;
    if (this.isText('(')) return this.inParentheses(() => this.queryOrList());
    if (['number', 'string', 'blob', 'parameter'].includes(token.kind)) {
      // 'text'.column: a string may stand for a table's name.
      if (token.kind === 'string' && this.isText('.', 1) && this.isName(2)) return this.qualifiedName();
      this.at += 1;
      return true;
    }
    if (this.word('EXISTS')) return this.inParentheses(() => this.query());
    if (this.isWord('CASE')) return this.caseExpression();
    if (this.word('CAST')) return this.inParentheses(() => this.expression() && this.word('AS') && this.type());
    if (token.kind === 'keyword' && CONSTANTS.has(token.value)) {
      this.at += 1;
      return true;
    }
    return this.isName() && (this.isCall(1) ? this.call() : this.qualifiedName());
  }

  /** A parenthesis on a line of its own begins a sentence rather than arguments. */
  private isCall(ahead = 0): boolean {
    return this.isText('(', ahead) && !(this.pending === 0 && this.source.gap(this.at + ahead).includes('\n'));
  }

  private qualifiedName(): boolean {
    this.at += 1;
    for (let parts = 1; parts < 3 && this.isText('.') && this.isName(1); parts += 1) this.at += 2;
    return true;
  }

  private caseExpression(): boolean {
    this.at += 1;
    this.pending += 1;
    const whole = this.caseParts();
    this.pending -= 1;
    return whole;
  }

  private caseParts(): boolean {
    if (!this.isWord('WHEN') && !this.expression()) return false;
    if (!this.isWord('WHEN')) return false;
    while (this.word('WHEN')) if (!(this.expression() && this.word('THEN') && this.expression())) return false;
    if (this.word('ELSE') && !this.expression()) return false;
    return this.word('END');
  }

  private call(): boolean {
    this.at += 1;
    const argumentsRead = this.inParentheses(() => {
      if (this.isText(')') || this.punctuation('*')) return true;
      if (!this.word('DISTINCT')) this.word('ALL');
      if (!this.isText(')') && !this.list(() => this.expression())) return false;
      return this.isWord('ORDER') ? this.words('ORDER', 'BY') && this.orderKeys() : true;
    });
    if (!argumentsRead) return false;
    this.mayEnd();
    if (this.isWord('FILTER') && this.isText('(', 1)) {
      this.at += 1;
      if (!this.inParentheses(() => this.word('WHERE') && this.expression())) return false;
      this.mayEnd();
    }
    if (this.isWord('OVER') && (this.isText('(', 1) || this.isIdentifier(this.token(1)))) {
      this.at += 1;
      return this.isText('(') ? this.inParentheses(() => this.window()) : this.name();
    }
    return true;
  }

  /** The type of a CAST: words, and one or two signed numbers in parentheses. */
  private type(): boolean {
    const from = this.at;
    while (this.isIdentifier(this.token()) || this.token()?.kind === 'string') this.at += 1;
    if (this.at === from || !this.isText('(')) return true;
    return this.inParentheses(() =>
      this.list(() => {
        if (!this.punctuation('-')) this.punctuation('+');
        const number = this.token()?.kind === 'number';
        if (number) this.at += 1;
        return number;
      }),
    );
  }

  private list(item: () => boolean): boolean {
    do {
      if (!item()) return false;
    } while (this.punctuation(','));
    return true;
  }

  private inParentheses(inner: () => boolean): boolean {
    if (!this.punctuation('(')) return false;
    this.pending += 1;
    const whole = this.nested(inner) && this.punctuation(')');
    this.pending -= 1;
    return whole;
  }

  private nested(inner: () => boolean): boolean {
    if (this.nesting >= MAX_NESTING) return false;
    this.nesting += 1;
    const whole = inner();
    this.nesting -= 1;
    return whole;
  }

  /** Remembers, when nothing is pending, that the query may end here. */
  private mayEnd(bareAlias = false): true {
    if (this.pending === 0 && this.ends.at(-1)?.tokens !== this.at) this.ends.push({ tokens: this.at, bareAlias });
    return true;
  }

  private token(ahead = 0): SqlToken | null {
    return this.source.token(this.at + ahead);
  }

  private isText(text: string, ahead = 0): boolean {
    return this.token(ahead)?.text === text;
  }

  private wordAt(ahead: number): string {
    const token = this.token(ahead);
    return token?.kind === 'keyword' ? token.value : '';
  }

  private isWord(word: string, ahead = 0): boolean {
    return this.wordAt(ahead) === word;
  }

  private word(word: string): boolean {
    const there = this.isWord(word);
    if (there) this.at += 1;
    return there;
  }

  private words(first: string, second: string): boolean {
    const there = this.isWord(first) && this.isWord(second, 1);
    if (there) this.at += 2;
    return there;
  }

  private punctuation(text: string): boolean {
    const there = this.isText(text);
    if (there) this.at += 1;
    return there;
  }

  /** A name as SQLite's grammar calls `nm`, strings and join words included. */
  private isName(ahead = 0): boolean {
    const token = this.token(ahead);
    if (token?.kind === 'identifier' || token?.kind === 'string') return true;
    return token?.kind === 'keyword' && !RESERVED.has(token.value);
  }

  private name(): boolean {
    const there = this.isName();
    if (there) this.at += 1;
    return there;
  }

  /** A name where a join word or INDEXED would begin something else. */
  private isIdentifier(token: SqlToken | null): boolean {
    if (token?.kind === 'identifier') return true;
    return token?.kind === 'keyword' && !RESERVED.has(token.value) && !NO_ALIAS.has(token.value);
  }
}
