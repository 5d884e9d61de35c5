/**
 * The signs that models and their chat templates put around an answer, and that SQL never holds outside its literals
 * and comments.
 */

/**
 * Where a query has ended whatever its grammar says (sticky): fences, control tokens (`<|im_end|>`, also with the
 * full-width bar), closing tags, tags that compare nothing, markers in brackets.
 */
export const STOP = new RegExp(
  [
    '`{3,}|~{3,}|#\\+[A-Za-z]',
    '<[|｜]|[|｜]>|◁',
    '</[A-Za-z!|｜]|<!--|<<SYS|<</',
    '<(?:s|eos|bos|pad|unk|EOT|eot|(?:end|start)_of_[a-z]+)>',
    '<[A-Za-z_][\\w:-]*[^\\S\\n]*/?>(?=[^\\S\\n]*(?:\\n|<|$))',
    '\\[/[\\w ]+\\]|\\[[|｜]|\\]\\]>',
    '\\[(?:INST|EOS|BOS|SEP|PAD|CLS|UNK|DONE|STOP|END[A-Z_ ]*|TOOL[A-Z_]*)\\]',
  ].join('|'),
  'y',
);

/** An entity without its semicolon. */
export const ENTITY =
  '&(?:lt|gt|amp|quot|apos|nbsp|thinsp|e[nm]sp|[lr][sd]quo|[sb][bd]quo|[lr]aquo|[nm]dash|hellip|prime|#\\w{1,6})';

/**
 * Signs of prose and typography beyond ASCII that stand in no bare name but by mistake: full-width forms, quotes,
 * dashes, full stops of other scripts, invisible characters, wide spaces, pictures.
 */
export const TYPOGRAPHIC =
  /[\u00a0\u00a1\u00ab\u00ad\u00b4\u00bb\u00bf\u060c\u061b\u061f\u06d4\u0964\u0965\u1362\u1680\u2000-\u200f\u2010-\u2027\u2028-\u202f\u2030-\u203b\u203d-\u206f\u2190-\u21ff\u2212\u3000-\u3003\u3008-\u3020\uff01-\uff0f\uff1a-\uff20\uff3b-\uff3e\uff40\uff5b-\uff65\ufeff]|\ufe0f|\p{Extended_Pictographic}/u;

const REASON =
  'think(?:ing)?|thoughts?|thought_?process|reason(?:ing)?(?:_?(?:content|process|steps?))?|reflect(?:ion)?|scratch_?pad|' +
  'analysis|rationale|deliberation|(?:inner_?|internal_?)?monologue|chain_?of_?thought|cot|planning|plan|draft|' +
  'ant_?thinking|思考|思考过程|思考過程|推理|推理过程|分析|推論';

/**
 * An opening or closing mark of reasoning, group 1 the sign of a closing one: `<think>`, `<seed:think>`,
 * `[/THINK]`, `◁think▷`, `<|begin_of_thought|>`, `<|END_THINKING|>`, `【思考】`.
 */
export const REASONING = new RegExp(
  '(?:' +
    [
      // Attributes too, but no more than a line of them.
      `<[^\\S\\n]{0,3}(?<a>/?)[^\\S\\n]{0,3}(?:\\w{1,20}:)?(?:${REASON})(?:[^\\S\\n][^<>\\n]{0,80})?[^\\S\\n]{0,3}>`,
      `\\[(?<b>/?)(?:${REASON})\\]`,
      `<\\|channel>\\s{0,3}(?:${REASON})\\b|(?<g><channel\\|>)`,
      `◁(?<c>/?)(?:${REASON})▷`,
      `【(?<d>/?)(?:${REASON})(?:结束)?】`,
      `<[|｜](?<e>/|end[_▁]?(?:of[_▁])?|stop[_▁])?(?:begin[_▁](?:of[_▁])?|start[_▁](?:of[_▁])?)?(?:${REASON})(?<f>[_▁](?:end|stop))?(?:[_▁](?:begin|start))?[|｜]>`,
    ].join('|') +
    ')',
  'giu',
);

/** A mark of reasoning in a text that was escaped as a whole. */
export const ESCAPED_REASONING = new RegExp(`(?:&lt;|\\\\<|\\\\\\[)/?(?:${REASON})(?:&gt;|\\\\>|\\\\\\])`, 'giu');

/** Does this mark of reasoning close one? */
export function isClosing(found: RegExpExecArray): boolean {
  return Object.values(found.groups ?? {}).some((sign) => sign !== undefined && sign !== '');
}
