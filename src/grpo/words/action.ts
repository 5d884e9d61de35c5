/** What a hint does to the SQL: an order, and what it is to leave undone where the weight is negative. */
export interface Action {
  /** “count rows”. */
  readonly does: string;
  /** “don’t count rows”. */
  readonly doesNot: string;
  /**
   * For a hint on the word beside a mention: the mention, “a column’s name”, and the same of that mention, “count the
   * values of that column”. Absent where the pattern is about no mention.
   */
  readonly beside?: { readonly mention: string; readonly does: string; readonly doesNot: string };
}

/**
 * `doesNot`: where “don’t” before it would not say it. `mention` and `ofThat`: of `beside`. `where`: said before all of
 * it, with its comma.
 */
export function action(does: string, doesNot = `don’t ${does}`, mention?: string, ofThat = does, where = ''): Action {
  const both = { does: `${where}${does}`, doesNot: `${where}${doesNot}` };
  if (mention === undefined) return both;
  const notThat = ofThat === does ? doesNot : `don’t ${ofThat}`;
  return { ...both, beside: { mention, does: `${where}${ofThat}`, doesNot: `${where}${notThat}` } };
}

/** A whole order, or an order and its opposite. */
export type Said = string | readonly [does: string, doesNot: string];

export function said(words: Said, mention?: string): Action {
  const [does, doesNot] = typeof words === 'string' ? [words, undefined] : words;
  return action(does, doesNot, mention, does.replace(/\ba (table|column) that the question names/, 'that $1'));
}
