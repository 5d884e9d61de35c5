/** How a whole text may have been encoded on its way. Each is tried only where SQL is not found without it. */
import { decodeXML } from 'entities/decode';

export interface Decoding {
  /** What is said when it was needed. */
  readonly note: string;
  decode(text: string): string;
}

const ENTITIES: Decoding = {
  note: 'HTML entities decoded',
  decode: (text) =>
    text.includes('&')
      ? decodeXML(
          text
            .replace(/&nbsp;|&#160;/gi, ' ')
            .replace(/&(?:LT|GT|AMP|QUOT);/g, (one) => one.toLowerCase())
            .replace(/&[lr]([sd])quo;/g, (_, sign) => (sign === 's' ? "'" : '"')),
        )
      : text,
};
const MARKDOWN: Decoding = {
  note: 'Markdown escapes removed',
  decode: (text) => text.replace(/\\([!-/:-@[-`{-~])/g, '$1'),
};
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };
const STRING: Decoding = {
  note: 'string escapes decoded',
  decode: (text) =>
    text.replace(/\\(?:u([0-9a-fA-F]{4})|\r?\n|(.))/g, (_, hex: string | undefined, c: string | undefined) =>
      hex === undefined ? (ESCAPES[c ?? ''] ?? c ?? '') : String.fromCharCode(Number.parseInt(hex, 16)),
    ),
};
const TAGS: Decoding = {
  note: 'HTML tags removed',
  decode: (text) =>
    text
      .replace(/<br[^\S\n]{0,3}\/?>/gi, '\n')
      .replace(/<\/?(?:p|div|span|b|i|em|strong|code|pre|a|u|font|mark|kbd|samp)(?:[^\S\n][^<>\n]{0,200})?>/gi, ''),
};
const LINE_NUMBERS: Decoding = {
  note: 'line numbers removed',
  decode: (text) => text.replace(/^[^\S\n]{0,8}\d{1,4}(?:[.:|)│]|[^\S\n])[^\S\n]?/gm, ''),
};
const DIFF: Decoding = {
  note: 'marks of added lines removed',
  decode: (text) => text.replace(/^\+[^\S\n]?/gm, ''),
};
const DOUBLED: Decoding = {
  note: 'doubled quotes made single',
  // As SQL and CSV write a text that holds quotes: between such quotes itself.
  decode: (text) => {
    const quote = /(['"])\s*(?:select|with|values)\b/i.exec(text)?.[1];
    return quote === undefined ? text : text.replaceAll(quote + quote, quote);
  },
};
const SINGLY = [ENTITIES, MARKDOWN, STRING, TAGS, LINE_NUMBERS, DIFF, DOUBLED];

/** Characters of a text that is decoded twice: each pair is another reading of all of it. */
const LONGEST_TWICE = 20_000;

/**
 * Every decoding that changes the text, alone and then in pairs, the most usual first; lazily, for most texts need
 * none.
 */
export function* decoded(text: string): Generator<{ readonly text: string; readonly notes: readonly string[] }> {
  const once = SINGLY.map((decoding) => ({ decoding, text: decoding.decode(text) })).filter((one) => one.text !== text);
  for (const one of once) yield { text: one.text, notes: [one.decoding.note] };
  if (text.length > LONGEST_TWICE) return;
  for (const one of once)
    for (const decoding of SINGLY) {
      const twice = decoding.decode(one.text);
      if (twice !== one.text) yield { text: twice, notes: [...new Set([one.decoding.note, decoding.note])] };
    }
}
