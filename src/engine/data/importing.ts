/** From files that somebody brings to the bytes of one SQLite file, with a look at it and changes between. */
import { buildDatabase } from '../../database/build.ts';
import { whyTooLarge } from '../../database/import.ts';
import { holdsDescriptions } from '../../formats/descriptions-file.ts';
import { DatasetError } from '../../formats/entry.ts';
import { decodeText } from '../../formats/tables/decode.ts';
import { readQuestionFile } from '../../formats/question-files.ts';
import { kindOfFile, LOOKED_AT, type FileKind } from '../../formats/tables/file-kind.ts';
import { readJsonTables } from '../../formats/tables/json-tables.ts';
import { guessKeys } from '../../formats/tables/keys.ts';
import { tableNameOf, uniqueNames } from '../../formats/tables/names.ts';
import { draftOf, readDelimited, type Pause, type TextTable } from '../../formats/tables/table.ts';
import type { NotedKey, Schema } from '../../grpo/types.ts';
import type { ImportChange, ImportProgress, ImportQuestions, ImportView } from './data-protocol.ts';
import { changed, keyed, keysOf, partAt, toBuild, withHeader, type ReadTables } from './import-tables.ts';
import { schemaTable, tableView, type TablePart } from './import-view.ts';

export interface ImportPorts {
  /** Opens a SQLite file or a dump, under the sandbox. Rejects with DatabaseImportError. */
  readonly openDatabase: (source: Uint8Array | string) => Promise<OpenedFile>;
  /** Milliseconds that only rise. */
  readonly now: () => number;
  /** Resolves after messages that are waiting were handled. */
  readonly breathe: () => Promise<void>;
}

export interface OpenedFile {
  readonly image: Uint8Array;
  readonly schema: Schema;
  readonly notes: readonly string[];
  close(): void;
}

/** What is kept of an import. */
export interface Imported {
  readonly image: Uint8Array;
  /** The keys that it declares because they were guessed. */
  readonly guessed: readonly NotedKey[];
  /** Those that the reader said are none. */
  readonly removed: readonly NotedKey[];
  readonly notes: readonly string[];
}

interface OpenedDatabase {
  readonly kind: 'database';
  readonly title: string;
  readonly opened: OpenedFile;
  readonly source: string;
  readonly questions: ImportQuestions | null;
}

type Tell = (progress: ImportProgress) => void;

/** Bytes of all files of tables: their texts and what they become are in memory at once. */
const MOST_BYTES = 100e6;
/** Milliseconds of work after which others get their turn. */
const TURN_MS = 40;

export class Importing {
  readonly #ports: ImportPorts;
  #read: OpenedDatabase | ReadTables | null = null;

  constructor(ports: ImportPorts) {
    this.#ports = ports;
  }

  /** Rejects with DatasetError, and with AbortError after `signal`. */
  async read(files: readonly File[], tell: Tell, signal: AbortSignal): Promise<ImportView> {
    this.forget();
    if (files.length === 0) throw new DatasetError('No file was chosen.');
    const kinds = await Promise.all(
      files.map(async (file) => kindOfFile(file.name, await bytesOf(file.slice(0, LOOKED_AT), file.name))),
    );
    const at = kinds.findIndex((kind) => kind === 'database' || kind === 'dump');
    const database = files[at];
    if (database !== undefined) {
      const questions = await questionsBeside(files, at);
      this.#read = { ...(await this.#database(database, kinds[at] === 'dump', tell)), questions };
    } else this.#read = await this.#tables(files, kinds, tell, signal);
    signal.throwIfAborted();
    return this.view();
  }

  /** Rejects with DatasetError where the change is refused, and with AbortError after `signal`. */
  async change(change: ImportChange, tell: Tell, signal: AbortSignal): Promise<ImportView> {
    const read = this.#ready();
    if (read.kind === 'database') throw new DatasetError('Names, types and keys of a database are its own.');
    if (change.of === 'key') {
      const off = new Set(read.off);
      if (change.on) off.delete(change.key);
      else off.add(change.key);
      this.#read = { ...read, off };
      return this.view();
    }
    const parts =
      change.of === 'header' ? await this.#reread(read.parts, change, tell, signal) : changed(read.parts, change);
    const pause = this.#pause((share) => tell({ doing: 'Looking for keys', share }), signal);
    this.#read = { ...read, parts, keys: await guessKeys(keyed(parts), pause) };
    return this.view();
  }

  /** Builds the SQLite file. Rejects as `buildDatabase` does, and with AbortError after `signal`. */
  async build(tell: Tell, signal: AbortSignal): Promise<Imported> {
    const read = this.#ready();
    if (read.kind === 'database')
      return { image: read.opened.image, guessed: [], removed: [], notes: read.opened.notes };
    const parts = read.parts.filter(({ taken }) => taken);
    const all = parts.reduce((sum, { draft }) => sum + draft.rowCount, 0);
    const pause = this.#pause((share) => tell({ doing: 'Building the database', share }), signal);
    const image = await buildDatabase(toBuild(read), (rows) => pause(rows / all));
    const tooLarge = whyTooLarge(image.byteLength);
    if (tooLarge !== null) throw new DatasetError(tooLarge);
    const keys = keysOf(read);
    return {
      image,
      guessed: keys.flatMap(({ key, view }) => (view.on ? [key] : [])),
      removed: keys.flatMap(({ key, view }) => (view.on ? [] : [key])),
      notes: [`Made of ${parts.map(({ draft }) => draft.source).join(', ')}.`],
    };
  }

  /** What was read. Throws DatasetError when nothing was. */
  view(): ImportView {
    const read = this.#ready();
    if (read.kind === 'database')
      return {
        title: read.title,
        canChange: false,
        tables: read.opened.schema.tables.map((table) => schemaTable(table, read.opened.schema, read.source)),
        keys: [],
        notes: read.opened.notes,
        questions: read.questions,
      };
    return {
      title: read.title,
      canChange: true,
      tables: read.parts.map((part, t) => tableView(part, read.keys.primary[t] ?? null)),
      keys: keysOf(read).map(({ view }) => view),
      notes: [],
      questions: null,
    };
  }

  forget(): void {
    if (this.#read?.kind === 'database') this.#read.opened.close();
    this.#read = null;
  }

  #ready(): OpenedDatabase | ReadTables {
    if (this.#read === null) throw new DatasetError('No file is open. Choose one first.');
    return this.#read;
  }

  async #database(file: File, isDump: boolean, tell: Tell): Promise<Omit<OpenedDatabase, 'questions'>> {
    tell({ doing: `Opening ${file.name}`, share: null });
    const tooLarge = isDump ? null : whyTooLarge(file.size);
    if (tooLarge !== null) throw new DatasetError(`${file.name}: ${tooLarge}`);
    const bytes = await bytesOf(file, file.name);
    const source = isDump ? decodeText(bytes, file.name).text : bytes;
    const opened = await this.#ports.openDatabase(source).catch((error: unknown) => {
      if (!(error instanceof Error) || error.name !== 'DatabaseImportError') throw error;
      throw new DatasetError(`${file.name}: ${error.message}`, { cause: error });
    });
    return { kind: 'database', title: titleOf(file.name), opened, source: file.name };
  }

  async #tables(
    files: readonly File[],
    kinds: readonly FileKind[],
    tell: Tell,
    signal: AbortSignal,
  ): Promise<ReadTables> {
    const size = files.reduce((sum, file) => sum + file.size, 0);
    if (size > MOST_BYTES)
      throw new DatasetError(
        `The files have ${Math.round(size / 1e6)} MB together; up to ${MOST_BYTES / 1e6} MB are read. Make a SQLite file of them with the sqlite3 command line (.import) and open that.`,
      );
    const read: Pick<TablePart, 'file' | 'kind' | 'table'>[] = [];
    for (const [i, file] of files.entries()) {
      const kind = kinds[i] ?? 'delimited';
      const pause = this.#pause((share) => tell({ doing: `Reading ${file.name}`, share }), signal);
      for (const table of await tablesOf(file, kind, null, pause)) read.push({ file, kind, table });
    }
    const descriptions = read.find(({ table }) => holdsDescriptions(table.header ?? []));
    if (descriptions !== undefined)
      throw new DatasetError(
        `${descriptions.file.name} holds descriptions, not data. Open its database first, then this file, with the others like it, under Schema.`,
      );
    const questions = read.find(({ table }) => holdsQuestions(table));
    if (questions !== undefined && read.length === 1)
      throw new DatasetError(
        `${questions.file.name} holds questions, not data. Open its database first, then this file under Questions.`,
      );
    const names = uniqueNames(
      read.map(({ table }) => table.name),
      'table',
    );
    const parts: TablePart[] = [];
    for (const [i, part] of read.entries()) {
      const pause = this.#pause((share) => tell({ doing: `Looking at ${part.table.source}`, share }), signal);
      parts.push({ ...part, draft: await draftOf(part.table, names[i] ?? '', pause), aside: null, taken: true });
    }
    const [first] = files;
    const title = files.length === 1 && first !== undefined ? titleOf(first.name) : names.slice(0, 3).join(', ');
    const pause = this.#pause((share) => tell({ doing: 'Looking for keys', share }), signal);
    return { kind: 'tables', title, parts, keys: await guessKeys(keyed(parts), pause), off: new Set() };
  }

  async #reread(
    parts: readonly TablePart[],
    change: ImportChange & { readonly of: 'header' },
    tell: Tell,
    signal: AbortSignal,
  ): Promise<TablePart[]> {
    const part = partAt(parts, change.table);
    if (part.draft.hasHeader === change.header) return [...parts];
    const pause = this.#pause((share) => tell({ doing: `Reading ${part.file.name}`, share }), signal);
    const [table = part.table] = await tablesOf(part.file, part.kind, change.header, pause);
    const again = withHeader(part, table, part.aside ?? (await draftOf(table, part.draft.name, pause)));
    return parts.map((one) => (one === part ? again : one));
  }

  /** Tells how far the work is, lets messages in every `TURN_MS`, and ends it after `signal`. */
  #pause(tell: (share: number) => void, signal: AbortSignal): Pause {
    const { now, breathe } = this.#ports;
    let turn = now();
    return async (share) => {
      if (now() - turn < TURN_MS) return;
      tell(share);
      await breathe();
      signal.throwIfAborted();
      turn = now();
    };
  }
}

async function tablesOf(file: File, kind: FileKind, header: boolean | null, pause: Pause): Promise<TextTable[]> {
  const { text, encoding } = decodeText(await bytesOf(file, file.name), file.name);
  if (kind === 'json') return readJsonTables(text, file.name);
  const delimiter = /\.(?:tsv|tab)$/i.test(file.name) ? '\t' : null;
  return [await readDelimited(text, file.name, { delimiter, header, encoding }, pause)];
}

/** Rejects with DatasetError when the file cannot be read any more. */
async function bytesOf(file: Blob, name: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch (error) {
    throw new DatasetError(
      `${name} could not be read: it may have been moved, changed or locked since it was chosen. Choose it again.`,
      { cause: error },
    );
  }
}

/**
 * What comes with the database at `at`: nothing, or a file of questions, which is read to the end so that what is wrong
 * with it is said before anything is kept.
 */
async function questionsBeside(files: readonly File[], at: number): Promise<ImportQuestions | null> {
  const beside = files.findIndex((_, i) => i !== at);
  const file = files[beside];
  if (file === undefined) return null;
  const alone = 'Open one database by itself or with a file of its questions, or files of tables together.';
  if (files.length > 2)
    throw new DatasetError(`A database was chosen together with ${files.length - 1} files. ${alone}`);
  try {
    const { text } = decodeText(await bytesOf(file, file.name), file.name);
    return { file: beside, source: file.name, count: readQuestionFile(text, file.name).questions.length };
  } catch (error) {
    if (!(error instanceof DatasetError)) throw error;
    throw new DatasetError(
      `What was chosen together with a database is no file of questions. ${error.message} ${alone}`,
      {
        cause: error,
      },
    );
  }
}

/** Whether its columns are those of a file of questions. */
function holdsQuestions({ header }: TextTable): boolean {
  const names = new Set(header?.map((name) => name.toLowerCase()));
  return names.has('question') && ['sql', 'query', 'split', 'db_id'].some((name) => names.has(name));
}

const titleOf = (fileName: string): string =>
  tableNameOf(fileName)
    .replace(/[_\s]+/g, ' ')
    .trim() || 'My data';
