/**
 * Scripts that are written without spaces between words. Where a word ends is not in the text, so it is taken from what
 * the database holds: of its names and values the longest that stands there, from left to right.
 */
import type { Schema } from '../grpo/types.ts';
import { wordList } from '../sql/word-list.ts';

/** Han, kana, Hangul (whose particles are written right behind the word), Thai, Lao, Khmer, Burmese, Tibetan. */
const LETTER = ['Han', 'Hiragana', 'Katakana', 'Hangul', 'Thai', 'Lao', 'Khmer', 'Myanmar', 'Tibetan']
  .map((script) => `\\p{Script=${script}}`)
  .join('');
const RUN = new RegExp(`[${LETTER}][${LETTER}\\p{M}\u30fc]*`, 'gu');
/** Asked first: most texts have none of it. */
const ANY = /[\u0e00-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\uffff]/;

/** Words that join others or ask, and name nothing: Chinese, Japanese, Korean, Thai. */
const FUNCTION_WORDS = new Set(
  wordList(`
    的 了 吗 呢 是 有 在 和 与 及 或 被 把 对 个 请 我 你 哪些 哪个 哪 什么 多少 几个 几 所有 每个 每 各 列出 显示 查询 查找 找出
    给出 一共 总共
    の は が を に で と も へ や から まで より です ます か ですか ますか いくつ いくら 何 何件 どの どれ すべて 全て
    教えて 表示して して ください
    은 는 이 가 을 를 의 에 에서 와 과 도 로 으로 인가요 입니까 얼마 몇 모든 무엇 보여줘 알려줘
    ที่ ของ ใน และ หรือ คือ เป็น มี กี่ เท่าไร เท่าไหร่ อะไร ทั้งหมด แสดง จาก
  `),
);
const LONGEST_FUNCTION_WORD = Math.max(...[...FUNCTION_WORDS].map((word) => word.length));
/** Characters of the longest word that is looked for. */
const LONGEST = 40;

export interface Piece {
  readonly text: string;
  /** It joins or asks. */
  readonly stop: boolean;
}

/**
 * The words that a run of such letters is taken apart into; null where it holds something, but nothing of the database.
 */
export type TakeApart = (run: string) => readonly Piece[] | null;

/** The stretches of a text in such scripts. */
export function unspacedRuns(text: string): readonly string[] {
  return ANY.test(text) ? (text.match(RUN) ?? []) : [];
}

/** Linear in names and values. */
export function makeTakeApart(schema: Schema): TakeApart {
  const known = new Set<string>();
  let longest = 0;
  const add = (text: string): void => {
    for (const run of unspacedRuns(text.toLowerCase())) {
      if (run.length > LONGEST) continue;
      known.add(run);
      longest = Math.max(longest, run.length);
    }
  };
  for (const { name, columns } of schema.tables) for (const one of [{ name }, ...columns]) add(one.name);
  for (const { values } of schema.profiles) values.forEach(add);
  return (run) => takeApart(run, known, longest);
}

function takeApart(run: string, known: ReadonlySet<string>, longest: number): readonly Piece[] | null {
  const pieces: Piece[] = [];
  let from = 0;
  let at = 0;
  while (at < run.length) {
    let length = Math.min(longest, run.length - at);
    while (length > 0 && !known.has(run.slice(at, at + length))) length -= 1;
    if (length === 0) at += 1;
    else {
      pieces.push(...between(run.slice(from, at)), { text: run.slice(at, at + length), stop: false });
      from = at += length;
    }
  }
  const last = between(run.slice(from));
  return pieces.length > 0 || last.every(({ stop }) => stop) ? [...pieces, ...last] : null;
}

/** What stands between two words of the database: words that join or ask at its ends, and what they leave. */
function between(text: string): readonly Piece[] {
  for (let length = Math.min(LONGEST_FUNCTION_WORD, text.length); length > 0; length -= 1) {
    const [first, last] = [text.slice(0, length), text.slice(-length)];
    if (FUNCTION_WORDS.has(first)) return [{ text: first, stop: true }, ...between(text.slice(length))];
    if (FUNCTION_WORDS.has(last)) return [...between(text.slice(0, -length)), { text: last, stop: true }];
  }
  return text === '' ? [] : [{ text, stop: false }];
}
