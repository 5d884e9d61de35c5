/** What a terminal, a quotation or a diff puts before every line, and never SQL. */

/** Quoted paragraphs (`> `) and prompts of shells: every line of theirs begins with a mark that is no SQL. */
export function withoutLineMarks(text: string): string {
  let work = withoutColours(text);
  if (/(?:`{3}|~{3})diff[^\S\n]*\n/.test(work)) work = work.replace(/^-.*$|^\+[^\S\n]?/gm, '');
  // A line of SQL may begin with `>`, the first one of a quotation with anything.
  if (/^[^\S\n]{0,3}>/m.test(work)) {
    const lines = work.split('\n');
    const marked = lines.map((line) => /^[^\S\n]{0,3}>/.test(line));
    work = lines
      .map((line, i) => {
        const run = marked[i] === true && (marked[i - 1] === true || marked[i + 1] === true);
        return run || /^[^\S\n]{0,3}>[^\S\n]*(?:select|with|values|`{3}|~{3})/i.test(line)
          ? line.replace(/^[^\S\n]{0,3}>[^\S\n]?/, '')
          : line;
      })
      .join('\n');
  }
  if (/^(?:sqlite|sql|mysql|postgres|\w{1,20}[=#-])> ?/m.test(work))
    work = work.replace(/^(?:\w{1,20}[=#-]?> ?|[^\S\n]{0,8}(?:\.\.\.|->|-)>? )/gm, '');
  return work;
}

/** The codes of colours in text out of a terminal. */
export function withoutColours(text: string): string {
  return text
    .split('\u001b')
    .map((piece, i) => (i === 0 ? piece : piece.replace(/^\[[\d;]*[A-Za-z]/, '')))
    .join('');
}
