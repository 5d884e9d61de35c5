/** What is said of a schema beyond what its file declares, as a project has it. */
import { NOTE_LIMITS, type Described, type SchemaNotes } from '../grpo/schema-notes.ts';
import type { NotedKey } from '../grpo/types.ts';
import { Entry } from '../formats/entry.ts';

/** Characters of a name. */
const NAME = 2000;

/** Throws DatasetError naming the file, the place and what is wrong there. That they fit the database is not asked. */
export function readSchemaNotes(read: Entry, source: string): SchemaNotes {
  const place = (name: string): string => `${source}, "schema", "${name}"`;
  const keys = (name: 'guessed' | 'added' | 'removed'): NotedKey[] =>
    read.list(name, NOTE_LIMITS.keys).map((given, i) => readKey(new Entry(given, place(name), i)));
  return {
    guessed: keys('guessed'),
    added: keys('added'),
    removed: keys('removed'),
    descriptions: read
      .list('descriptions', NOTE_LIMITS.descriptions)
      .map((given, i) => readDescribed(new Entry(given, place('descriptions'), i))),
  };
}

function readKey(read: Entry): NotedKey {
  return {
    table: read.text('table', NAME),
    column: read.text('column', NAME),
    toTable: read.text('toTable', NAME),
    toColumn: read.text('toColumn', NAME),
  };
}

function readDescribed(read: Entry): Described {
  const said = (name: 'called' | 'description' | 'values'): string => {
    const text = read.anyText(name);
    if (text.length > NOTE_LIMITS[name]) throw read.error(`has more than ${NOTE_LIMITS[name]} characters in "${name}"`);
    return text;
  };
  return {
    table: read.text('table', NAME),
    column: read.has('column') ? read.text('column', NAME) : null,
    called: said('called'),
    description: said('description'),
    values: said('values'),
  };
}
