/** Reads the part of GBNF that llama.cpp and xgrammar share, and derives random sentences from it. */

type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'class'; readonly ranges: readonly (readonly [number, number])[] }
  | { readonly kind: 'rule'; readonly name: string }
  | { readonly kind: 'sequence'; readonly parts: readonly Node[] }
  | { readonly kind: 'either'; readonly options: readonly Node[] }
  | { readonly kind: 'repeat'; readonly of: Node; readonly min: number; readonly max: number };

export type Gbnf = ReadonlyMap<string, Node>;

/** Throws on anything outside the subset, on a rule that is missing or defined twice, and on one that nothing uses. */
export function readGbnf(grammar: string): Gbnf {
  const rules = new Map<string, Node>();
  const wanted = new Set(['root']);
  for (const line of grammar.split('\n').filter((text) => text.trim() !== '' && !text.startsWith('#'))) {
    const found = /^([a-zA-Z][a-zA-Z0-9-]*) ::= (.*)$/.exec(line);
    if (found === null) throw new Error(`No rule: ${line}`);
    const [, name = '', body = ''] = found;
    if (rules.has(name)) throw new Error(`Twice: ${name}`);
    rules.set(name, new Reader(body, wanted).whole());
  }
  for (const name of wanted) if (!rules.has(name)) throw new Error(`Missing rule: ${name}`);
  for (const name of rules.keys()) if (!wanted.has(name)) throw new Error(`Unused rule: ${name}`);
  return rules;
}

class Reader {
  readonly #text: string;
  readonly #wanted: Set<string>;
  #at = 0;

  constructor(text: string, wanted: Set<string>) {
    this.#text = text;
    this.#wanted = wanted;
  }

  whole(): Node {
    const node = this.#either();
    if (this.#at < this.#text.length) throw new Error(`Unexpected at ${this.#at}: ${this.#text}`);
    return node;
  }

  #either(): Node {
    const options = [this.#sequence()];
    while (this.#take('|')) options.push(this.#sequence());
    return options.length === 1 ? (options[0] as Node) : { kind: 'either', options };
  }

  #sequence(): Node {
    const parts: Node[] = [];
    for (;;) {
      this.#skip();
      const next = this.#text[this.#at];
      if (next === undefined || next === '|' || next === ')') return { kind: 'sequence', parts };
      parts.push(this.#repeated(this.#atom()));
    }
  }

  #repeated(of: Node): Node {
    const sign = this.#text[this.#at];
    if (sign === '?' || sign === '*') {
      this.#at++;
      return { kind: 'repeat', of, min: 0, max: sign === '?' ? 1 : Infinity };
    }
    const found = /^\{(\d+),(\d+)\}/.exec(this.#text.slice(this.#at));
    if (found === null) return of;
    this.#at += found[0].length;
    return { kind: 'repeat', of, min: Number(found[1]), max: Number(found[2]) };
  }

  #atom(): Node {
    const char = this.#text[this.#at] ?? '';
    if (char === '(') {
      this.#at++;
      const inner = this.#either();
      if (!this.#take(')')) throw new Error(`Unclosed: ${this.#text}`);
      return inner;
    }
    if (char === '"') {
      this.#at++;
      let text = '';
      while (this.#text[this.#at] !== '"') text += String.fromCodePoint(this.#character());
      this.#at++;
      return { kind: 'text', text };
    }
    if (char === '[') {
      this.#at++;
      if (this.#text[this.#at] === '^') throw new Error(`An excluding class: ${this.#text}`);
      const ranges: [number, number][] = [];
      while (this.#text[this.#at] !== ']') {
        const from = this.#character();
        if (this.#text[this.#at] === '-') this.#at++;
        else {
          ranges.push([from, from]);
          continue;
        }
        ranges.push([from, this.#character()]);
        if ((ranges.at(-1)?.[1] ?? 0) > 126) throw new Error(`A class beyond ASCII: ${this.#text}`);
      }
      this.#at++;
      return { kind: 'class', ranges };
    }
    const name = /^[a-zA-Z][a-zA-Z0-9-]*/.exec(this.#text.slice(this.#at))?.[0];
    if (name === undefined) throw new Error(`Unexpected ${char} at ${this.#at}: ${this.#text}`);
    this.#at += name.length;
    this.#wanted.add(name);
    return { kind: 'rule', name };
  }

  #character(): number {
    const code = this.#text.codePointAt(this.#at);
    if (code === undefined || code < 32) throw new Error(`Unclosed or a control character: ${this.#text}`);
    this.#at += code > 0xffff ? 2 : 1;
    if (code !== 92) return code;
    const escape = this.#text[this.#at++] ?? '';
    if (escape === '\\' || escape === '"' || escape === ']') return escape.charCodeAt(0);
    throw new Error(`Escape \\${escape} in ${this.#text}`);
  }

  #skip(): void {
    while (this.#text[this.#at] === ' ') this.#at++;
  }

  #take(char: string): boolean {
    this.#skip();
    if (this.#text[this.#at] !== char) return false;
    this.#at++;
    return true;
  }
}

/** A sentence: every choice uniform, repetitions short more often than long. */
export function derive(grammar: Gbnf, random: () => number, rule = 'root'): string {
  const pick = (count: number): number => Math.floor(random() * count);
  const write = (node: Node, depth: number): string => {
    if (depth > 200) throw new Error('The grammar does not end.');
    switch (node.kind) {
      case 'text':
        return node.text;
      case 'class': {
        const [from, to] = node.ranges[pick(node.ranges.length)] as readonly [number, number];
        return String.fromCodePoint(from + pick(to - from + 1));
      }
      case 'rule':
        return write(grammar.get(node.name) as Node, depth + 1);
      case 'sequence':
        return node.parts.map((part) => write(part, depth + 1)).join('');
      case 'either':
        return write(node.options[pick(node.options.length)] as Node, depth + 1);
      case 'repeat': {
        let times = node.min;
        while (times < node.max && random() < 0.6) times++;
        return Array.from({ length: times }, () => write(node.of, depth + 1)).join('');
      }
    }
  };
  return write({ kind: 'rule', name: rule }, 0);
}
