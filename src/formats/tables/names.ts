/** Names of tables and columns from headers and file names: words that SQL can be written with, each once. */

/** Characters of a name. */
const LONGEST = 60;

/** Letters, digits and underscores of any script; '' where the text has none. */
export function cleanName(text: string): string {
  const words = text
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}\p{M}_]+/gu, '_')
    .replace(/_+/g, '_')
    .replace(/^_|_$/g, '')
    .slice(0, LONGEST);
  if (words === '') return '';
  // SQLite keeps names that begin so for itself.
  return /^\d/.test(words) || /^sqlite_/i.test(words) ? `_${words}` : words;
}

/** Clean names in order, `nameless` with their number where nothing is left, and _2, _3 … where one is there before. */
export function uniqueNames(texts: readonly string[], nameless: string): string[] {
  const taken = new Set<string>();
  return texts.map((text, i) => {
    const name = cleanName(text) || `${nameless}_${i + 1}`;
    let unique = name;
    for (let copy = 2; taken.has(unique.toLowerCase()); copy++) unique = `${name}_${copy}`;
    taken.add(unique.toLowerCase());
    return unique;
  });
}

/** What a table is called after its file. */
export const tableNameOf = (fileName: string): string => fileName.replace(/^.*[/\\]/, '').replace(/\.[^.]*$/, '');
