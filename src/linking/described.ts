/** Ways to say a table or column that its description gives. */
import { stemOf, tokenise } from './words.ts';

export interface SaidForm {
  readonly stems: readonly string[];
  /** (0, 1): how well it stands for the name, which is always the better sign. */
  readonly factor: number;
}

/** What its name in words, a clause of its description, and two words beside each other in a long clause are worth. */
const CALLED = 0.85;
const CLAUSE = 0.7;
const PAIR = 0.55;
/** Words of a clause that is taken as a whole, of a name in words, and forms of one description. */
const SHORT = 4;
const LONGEST = 8;
const MOST = 16;

/** None where nothing is said. The same texts give the same forms. */
export function saidForms({
  called = '',
  description = '',
}: {
  readonly called?: string;
  readonly description?: string;
}): SaidForm[] {
  const forms = new Map<string, SaidForm>();
  const add = (stems: readonly string[], factor: number): void => {
    const key = stems.join(' ');
    if (stems.length > 0 && forms.size < MOST && !forms.has(key)) forms.set(key, { stems, factor });
  };
  if (called !== '') add(contentOf(called).slice(0, LONGEST), CALLED);
  if (description === '') return [...forms.values()];
  for (const clause of description.split(/[.;:,()[\]\n\r]+/u)) {
    const stems = contentOf(clause);
    if (stems.length <= SHORT) add(stems, CLAUSE);
    else for (let i = 0; i + 1 < stems.length; i++) add(stems.slice(i, i + 2), PAIR);
  }
  return [...forms.values()];
}

/** Stems of its words that mean something, each once. */
function contentOf(text: string): string[] {
  const words = tokenise(text).filter(({ kind, stop }) => kind !== 'number' && !stop);
  return [...new Set(words.flatMap(({ text: word }) => word.split(/[^\p{L}\p{M}\p{N}]+/u)).map(stemOf))].filter(
    Boolean,
  );
}
