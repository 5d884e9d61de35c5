/**
 * What models, servers and chat templates put around a query, as functions of it: composed by chance they are the texts
 * that extraction must read. Each says what it cannot hold.
 */
import type { Random } from '../../src/grpo/types.ts';

export interface Wrapping {
  readonly name: string;
  readonly wrap: (inner: string, pick: Pick) => string;
  /** False where the wrapping would lose or change this text for any reader. */
  readonly fits?: (inner: string) => boolean;
}

export type Pick = <T>(from: readonly T[]) => T;

export function picker(random: Random): Pick {
  return (from) => from[Math.floor(random() * from.length)] as (typeof from)[number];
}

/** Eight languages, with apostrophes, quote marks and words of SQL in them. */
export const BEFORE = [
  "Here's the query:",
  "Sure! I don't see a limit, so I won't use one:",
  'You asked for the "best" kiosks, so:',
  'To select the rows with the right city we can use this query:',
  "Voici la requête qu'il vous faut :",
  'Das ist die Abfrage („alle Kioske“):',
  'Aquí tienes la consulta. ¿No es lo que querías? Dímelo:',
  'Вот запрос, который «считает» киоски:',
  '查询如下：',
  '这是“里昂”的查询语句。',
  '以下のクエリを使います。',
  '「リヨン」の件数を数えるクエリ：',
  'إليك الاستعلام:',
  'นี่คือคำสั่งที่คุณต้องการ:',
  '다음 쿼리를 사용하세요:',
  'SQL:',
  'SQLQuery:',
  '### Answer\n',
];
export const AFTER = [
  'This query counts the kiosks in the city.',
  "It's what you asked for; it doesn't need a limit.",
  'Explanation: the "city" column is compared with the value.',
  'Note that the result has one row.',
  "Cette requête compte les kiosques de la ville, c'est tout.",
  'Diese Abfrage zählt alle Kioske („Lyon“).',
  'Esta consulta cuenta los quioscos.',
  'Этот запрос считает киоски.',
  '这条语句统计里昂的报亭数量。',
  'このクエリは件数を数えます。',
  'هذا الاستعلام يحسب الأكشاك.',
  'คำสั่งนี้นับจำนวน',
  '이 쿼리는 개수를 셉니다.',
  'Having said that, check the data.',
  "(Note: it's SQLite.)",
  "As you can see, it doesn't sort.",
  '- It reads one table.\n- It filters by city.',
  '1. First the table is read.\n2. Then rows are counted.',
  '**Note:** values are case sensitive.',
];
/** What is thought before: with a draft that must never be taken. */
export const DRAFTS = [
  "I could try SELECT draft FROM t WHERE x = 'y'. No.",
  'Let me think.\n\n```sql\nSELECT draft FROM t;\n```\nHmm, that is wrong.',
  "User wants a count. It's: SELECT draft FROM t",
  'SELECT draft FROM t',
  '{"sql": "SELECT draft FROM t"} might do.',
];

const jsonString = (text: string): string => JSON.stringify(text);
const KEYS = ['sql', 'query', 'sql_query', 'SQLQuery', 'SQL', 'answer', 'code', 'statement', 'final_sql', 'output'];
const LABELS = ['', 'sql', 'SQL', 'sqlite', 'sqlite3', 'postgresql', 'mysql', 'text', 'plaintext', 'code', 'tsql'];

const noFence = (inner: string): boolean => !/`{3}|~{3}/.test(inner);

/** Around the whole, so that nothing of them is inside any other: applied last. */
export const TOKENS: readonly Wrapping[] = [
  '<|im_end|>',
  '<|eot_id|>',
  '</s>',
  '<|endoftext|>',
  '[/INST]',
  '<end_of_turn>',
  '<|end|>',
  '<eos>',
  '<｜end▁of▁sentence｜>',
  '<|return|>',
  '<|im_end|>\n<|im_start|>user\n',
  '</s></s>',
  '<EOT>',
  '<|end_of_text|>',
  '[|endofturn|]',
]
  .map((token): Wrapping => ({ name: token, wrap: (inner) => inner + token }))
  .concat(
    [
      '<|im_start|>assistant\n',
      '<s>',
      '[INST]',
      '<start_of_turn>model\n',
      '<|start_header_id|>assistant<|end_header_id|>\n\n',
    ].map((token): Wrapping => ({ name: token, wrap: (inner) => token + inner })),
  );

export const TAGS: readonly Wrapping[] = [
  ...['sql', 'answer', 'code', 'query', 'final_answer', 'output', 'SQL', 'result'].map((tag): Wrapping => ({
    name: `<${tag}>`,
    wrap: (inner, pick) => `<${tag}>${pick(['', '\n'])}${inner}${pick(['', '\n'])}</${tag}>`,
  })),
  { name: '[SQL]', wrap: (inner) => `[SQL]\n${inner}\n[/SQL]` },
  { name: '[ANSWER]', wrap: (inner) => `[ANSWER]${inner}[/ANSWER]` },
  {
    name: 'parameter',
    wrap: (inner) =>
      `<tool_call>\n<function=run>\n<parameter=query>\n${inner}\n</parameter>\n</function>\n</tool_call>`,
  },
  { name: 'CDATA', wrap: (inner) => `<sql><![CDATA[${inner}]]></sql>` },
  { name: 'boxed', wrap: (inner) => `$\\boxed{${inner}}$`, fits: (inner) => !/\\|--/.test(inner) },
  { name: 'org', wrap: (inner) => `#+BEGIN_SRC sql\n${inner}\n#+END_SRC` },
  { name: 'invoke', wrap: (inner) => `<invoke name="run_sql"><parameter name="query">${inner}</parameter></invoke>` },
];

export const FENCES: readonly Wrapping[] = [3, 4, 5, 7].flatMap((length) =>
  ['`', '~'].flatMap((sign): Wrapping[] => {
    const fence = sign.repeat(length);
    return [
      { name: fence, wrap: (inner, pick) => `${fence}${pick(LABELS)}\n${inner}\n${fence}` },
      { name: `${fence} unclosed`, wrap: (inner, pick) => `${fence}${pick(LABELS)}\n${inner}` },
      { name: `${fence} no break`, wrap: (inner, pick) => `${fence}${pick(['sql', ''])}\n${inner}${fence}` },
    ];
  }),
);

export const JSONS: readonly Wrapping[] = [
  { name: 'object', wrap: (inner, pick) => `{"${pick(KEYS)}": ${jsonString(inner)}}` },
  {
    name: 'object, more keys',
    wrap: (inner, pick) => JSON.stringify({ title: 'Kiosks', [pick(KEYS)]: inner, confidence: 0.9 }, null, 2),
  },
  { name: 'array', wrap: (inner, pick) => JSON.stringify([{ [pick(KEYS)]: inner, title: "It's" }]) },
  { name: 'nested', wrap: (inner, pick) => JSON.stringify({ result: { items: [{ [pick(KEYS)]: inner }] } }) },
  {
    name: 'with a draft',
    wrap: (inner, pick) => JSON.stringify({ thoughts: 'Perhaps SELECT draft FROM t', [pick(KEYS)]: inner }),
  },
  {
    name: 'raw line breaks',
    wrap: (inner, pick) => `{"${pick(KEYS)}": ${jsonString(inner).replaceAll('\\n', '\n')}}`,
    fits: (inner) => !inner.includes('\\'),
  },
  { name: 'trailing comma', wrap: (inner, pick) => `{\n  "${pick(KEYS)}": ${jsonString(inner)},\n}` },
  {
    name: 'single quotes',
    wrap: (inner, pick) =>
      `{'${pick(KEYS)}': '${inner.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'}`,
  },
  { name: 'bare key', wrap: (inner, pick) => `{${pick(KEYS)}: ${jsonString(inner)}}` },
  { name: 'unclosed', wrap: (inner, pick) => `{"${pick(KEYS)}": ${jsonString(inner)}` },
  {
    name: 'tool call',
    wrap: (inner) => `<tool_call>\n${JSON.stringify({ name: 'run_sql', arguments: { query: inner } })}\n</tool_call>`,
  },
  {
    name: 'arguments as text',
    wrap: (inner) => JSON.stringify({ name: 'run', arguments: JSON.stringify({ query: inner }) }),
  },
  {
    name: 'TOOL_CALLS',
    wrap: (inner) => `[TOOL_CALLS][${JSON.stringify({ name: 'sql', arguments: { sql: inner } })}]`,
  },
  {
    name: 'python tag',
    wrap: (inner) => `<|python_tag|>${JSON.stringify({ name: 'sql', parameters: { query: inner } })}<|eom_id|>`,
  },
];

const paired = (open: string, close: string): Wrapping => ({
  name: open + close,
  wrap: (inner) => open + inner + close,
  fits: (inner) => !inner.includes(close) && !inner.includes(open) && !/--[^\n]*$/.test(inner),
});

export const QUOTES: readonly Wrapping[] = [
  paired('"', '"'),
  paired("'", "'"),
  paired('`', '`'),
  paired('“', '”'),
  paired('«', '»'),
  paired('「', '」'),
  paired('**', '**'),
  paired('(', ')'),
  {
    name: 'double backticks',
    wrap: (inner) => `\`\` ${inner} \`\``,
    fits: (inner) => !inner.includes('`') && !inner.includes('--'),
  },
  {
    name: "'…' with its own",
    wrap: (inner) => `'${inner}'`,
    fits: (inner) => inner.endsWith("'") && !/\n\n|--/.test(inner),
  },
];

const oneLine = (inner: string): boolean => !inner.includes('\n');
const ENTITY: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const inCode = (inner: string, change: (code: string) => string): string =>
  inner.replace(
    /('(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?\*\/)|[^'"`[]/g,
    (piece, literal: string | undefined) => (literal === undefined ? change(piece) : literal),
  );

/** Encodings of the query itself: at most one, applied first. */
export const ENCODINGS: readonly Wrapping[] = [
  {
    name: 'entities',
    wrap: (inner) => inner.replace(/[&<>"']/g, (c) => ENTITY[c] ?? c),
    fits: (inner) => /[<>'"]/.test(inner) && !/--|\/\*/.test(inner),
  },
  {
    name: 'entities, quotes left',
    wrap: (inner) => inner.replace(/[&<>]/g, (c) => ENTITY[c] ?? c),
    fits: (inner) => /^[^'"`]*[<>]/.test(inner) && !/--|\/\*/.test(inner),
  },
  {
    name: 'markdown',
    wrap: (inner) => inner.replace(/[\\*_<>~|#[\]`]/g, '\\$&'),
    fits: (inner) => /^[^'"`]*[*_<>]/.test(inner) && !/--|\/\*/.test(inner),
  },
  {
    name: 'full width',
    wrap: (inner) => inCode(inner, (c) => (/[,;()=<>*+]/.test(c) ? String.fromCharCode(c.charCodeAt(0) + 0xfee0) : c)),
    fits: (inner) => !/[\u3000-\uffff]|--|\/\*/.test(inner) && /[()=<>*]/.test(inner),
  },
  {
    name: 'no-break spaces',
    wrap: (inner) => inCode(inner, (c) => (c === ' ' ? '\u00a0' : c)),
    fits: (inner) => !/--|\/\*/.test(inner),
  },
  {
    name: 'wide spaces',
    wrap: (inner) => inCode(inner, (c) => (c === ' ' ? '\u3000' : c)),
    fits: (inner) => !/--|\/\*/.test(inner),
  },
  {
    name: 'curly quotes',
    wrap: (inner) => inner.replace(/'([^']*)'/g, '‘$1’'),
    fits: (inner) => /'[^']+'/.test(inner) && !/''|["‘’“”`\n[-]/.test(inner) && !/'[^']*<[^']*'/.test(inner),
  },
  { name: 'byte order mark', wrap: (inner) => `\ufeff${inner}` },
];

export const LAYOUTS: readonly Wrapping[] = [
  {
    name: 'block quote',
    wrap: (inner) =>
      inner
        .split('\n')
        .map((line) => `> ${line}`)
        .join('\n'),
  },
  { name: 'heading', wrap: (inner) => `## SQL\n\n${inner}` },
  {
    name: 'indented',
    wrap: (inner) =>
      inner
        .split('\n')
        .map((line) => `    ${line}`)
        .join('\n'),
    fits: oneLine,
  },
  {
    name: 'table',
    wrap: (inner) => `| Query |\n|---|\n| ${inner.replaceAll('|', '\\|')} |`,
    fits: (inner) => oneLine(inner) && !/\\|--|\/\*|'[^']*\|/.test(inner),
  },
  {
    name: 'table of three columns',
    wrap: (inner) => `| # | Query | Note |\n| --- | --- | --- |\n| 1 | ${inner} | it counts |`,
    fits: (inner) => oneLine(inner) && !/[\\|]|--|\/\*/.test(inner),
  },
  {
    name: 'block of YAML',
    wrap: (inner) => `sql: |\n  ${inner.replaceAll('\n', '\n  ')}\nexplanation: counts rows`,
    fits: (inner) => !/\n\n/.test(inner),
  },
  { name: 'rule', wrap: (inner) => `${inner}\n\n---\n\n*Note:* it doesn't sort.` },
  { name: 'colours', wrap: (inner) => `\u001b[32m${inner}\u001b[0m` },
  { name: 'list item', wrap: (inner) => `- ${inner}` },
  { name: 'number', wrap: (inner) => `1. ${inner}` },
  { name: 'prompt', wrap: (inner) => `sqlite> ${inner};`, fits: oneLine },
];

/** What a model thinks, closed: the answer follows. */
export const THOUGHTS: readonly Wrapping[] = [
  ...['think', 'thinking', 'reasoning', 'thought', 'scratchpad', 'reflection', 'analysis', 'seed:think', 'THINK'].map(
    (tag): Wrapping => ({
      name: `<${tag}>`,
      wrap: (inner, pick) => `<${tag}>${pick(DRAFTS)}</${tag}>${pick(['', '\n', '\n\n'])}${inner}`,
    }),
  ),
  { name: 'closing tag only', wrap: (inner, pick) => `${pick(DRAFTS)}\n</think>\n\n${inner}` },
  { name: 'channel of Gemma', wrap: (inner, pick) => `<|channel>thought\n${pick(DRAFTS)}<channel|>${inner}` },
  { name: '[THINK]', wrap: (inner, pick) => `[THINK]${pick(DRAFTS)}[/THINK]${inner}` },
  { name: '◁think▷', wrap: (inner, pick) => `◁think▷${pick(DRAFTS)}◁/think▷${inner}` },
  {
    name: 'begin_of_thought',
    wrap: (inner, pick) => `<|begin_of_thought|>${pick(DRAFTS)}<|end_of_thought|>\n${inner}`,
  },
  {
    name: 'START_THINKING',
    wrap: (inner, pick) =>
      `<|START_THINKING|>${pick(DRAFTS)}<|END_THINKING|><|START_RESPONSE|>${inner}<|END_RESPONSE|>`,
  },
  { name: '【思考】', wrap: (inner, pick) => `【思考】${pick(DRAFTS)}【/思考】\n${inner}` },
  {
    name: 'harmony',
    wrap: (inner, pick) =>
      `<|channel|>analysis<|message|>${pick(DRAFTS)}<|end|><|start|>assistant<|channel|>final<|message|>${inner}<|return|>`,
  },
  {
    name: 'harmony, begun in the prompt',
    wrap: (inner, pick) => `${pick(DRAFTS)}<|end|><|start|>assistant<|channel|>final<|message|>${inner}`,
  },
  { name: 'thought behind', wrap: (inner, pick) => `${inner}\n<reasoning>${pick(DRAFTS)}</reasoning>` },
  {
    name: 'escaped tag',
    wrap: (inner, pick) => `&lt;think&gt;${pick(DRAFTS)}&lt;/think&gt;\n${inner}`,
    fits: (inner) => !inner.includes('&'),
  },
];

/** Reasoning that never ends: nothing that follows is an answer. */
export const UNENDED: readonly string[] = [
  '<think>',
  '<thinking>',
  '<reasoning>',
  '[THINK]',
  '◁think▷',
  '<|channel|>analysis<|message|>',
  '<|begin_of_thought|>',
  '<scratchpad>',
  '&lt;think&gt;',
  '<|START_THINKING|>',
];

export const PROSE: readonly Wrapping[] = [
  { name: 'prose before', wrap: (inner, pick) => `${pick(BEFORE)}${pick(['\n', '\n\n'])}${inner}` },
  {
    name: 'prose right before',
    wrap: (inner, pick) => `${pick(BEFORE.filter((one) => /[:：。]$/.test(one)))}${pick(['', ' '])}${inner}`,
  },
  { name: 'prose after', wrap: (inner, pick) => `${inner}${pick(['\n', '\n\n', ';\n', ';\n\n'])}${pick(AFTER)}` },
  { name: 'prose around', wrap: (inner, pick) => `${pick(BEFORE)}\n${inner}\n\n${pick(AFTER)}` },
  {
    name: 'full stop',
    wrap: (inner, pick) => inner + pick(['。', '；', ';', ' ;', '.', '！']),
    fits: (inner) => !/\d$|--[^\n]*$/.test(inner),
  },
];

export { noFence };
