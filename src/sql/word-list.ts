/** Lists of words as text: what would be a line each as an array stays a paragraph. */

/** The words of a text, in order, which white space parts. */
export function wordList(text: string): string[] {
  return text.trim().split(/\s+/);
}

/** The phrases of a text, in order, which commas part; white space within one is a blank. */
export function phraseList(text: string): string[] {
  return text.split(',').map((phrase) => wordList(phrase).join(' '));
}

/** "word: meaning, word: meaning" as pairs, in order. */
export function glossary(text: string): [word: string, meaning: string][] {
  return phraseList(text).map((entry) => {
    const at = entry.indexOf(':');
    return [entry.slice(0, at), entry.slice(at + 1).trim()];
  });
}
