/** What the page may ask of the worker that imports and keeps databases. Plain data only: it crosses postMessage. */
import type { ReadingId } from '../../formats/tables/readings.ts';

export type { ReadingId };

/** A column as it would become. */
export interface ImportColumn {
  readonly name: string;
  /** As the file has it; '' for none. */
  readonly header: string;
  /** What it is read as; null in a database, whose types stand. */
  readonly reading: ReadingId | null;
  /** Its type, for a reader. */
  readonly type: string;
  /** What becomes of its cells; '' for nothing to say. */
  readonly note: string;
  /** Cells without a value; null where nobody counted. */
  readonly missing: number | null;
  readonly samples: readonly string[];
  /** Ways to read it, with why one does not fit; '' for one that does. */
  readonly options: readonly { readonly id: ReadingId; readonly label: string; readonly refused: string }[];
  /** Whether it names the rows of its table. */
  readonly isKey: boolean;
}

export interface ImportTable {
  readonly name: string;
  /** Whether it becomes part of the database. */
  readonly taken: boolean;
  /** The file it stands in, and what of it. */
  readonly source: string;
  /** Null where counting took too long. */
  readonly rowCount: number | null;
  readonly columns: readonly ImportColumn[];
  readonly notes: readonly string[];
  readonly hasHeader: boolean;
  /** Whether its first row can be read as names or as values. */
  readonly canHaveHeader: boolean;
}

/** A key that names and values suggest, as `orders.customer_id` → `customers.id`. */
export interface ImportKey {
  /** The same for as long as what was read is looked at. */
  readonly id: string;
  readonly from: string;
  readonly to: string;
  /** Whether it is to be declared. */
  readonly on: boolean;
}

/** What was read and would be kept. */
export interface ImportView {
  /** Proposed, from the files. */
  readonly title: string;
  /** Whether names and tables can be changed: those of a database are its own. */
  readonly canChange: boolean;
  readonly tables: readonly ImportTable[];
  /** Between tables that are taken. */
  readonly keys: readonly ImportKey[];
  readonly notes: readonly string[];
  /** The file of questions that came with a database; null for none. */
  readonly questions: ImportQuestions | null;
}

export interface ImportQuestions {
  /** Its place among the files that were read. */
  readonly file: number;
  readonly source: string;
  readonly count: number;
}

/** What a reader changes before it is kept; tables and columns by their place, whatever they are called. */
export type ImportChange =
  | { readonly of: 'reading'; readonly table: number; readonly column: number; readonly reading: ReadingId }
  | { readonly of: 'header'; readonly table: number; readonly header: boolean }
  /** Of the table itself where `column` is null. */
  | { readonly of: 'name'; readonly table: number; readonly column: number | null; readonly name: string }
  | { readonly of: 'taken'; readonly table: number; readonly taken: boolean }
  | { readonly of: 'key'; readonly key: string; readonly on: boolean };

/** What is being done, and the share of it that is; null where it cannot be told. */
export interface ImportProgress {
  readonly doing: string;
  readonly share: number | null;
}

/** A database of the reader's, as the list shows it. */
export interface OwnView {
  readonly id: string;
  readonly title: string;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly bytes: number;
  readonly questions: number;
  readonly withSql: number;
  readonly notes: readonly string[];
}

/** Every rejection carries a message fit for a reader. */
export interface DataApi {
  /** The newest first. */
  list(): Promise<OwnView[]>;
  /**
   * Reads files, in the place of what was read before: a database or a dump, alone or with a file of questions; or any
   * number of tables.
   */
  read(files: readonly File[], onprogress: (progress: ImportProgress) => void): Promise<ImportView>;
  /** Rejects with DatasetError, and changes nothing, where the change is refused. */
  change(change: ImportChange, onprogress: (progress: ImportProgress) => void): Promise<ImportView>;
  /** Builds and keeps what was read. */
  keep(title: string, onprogress: (progress: ImportProgress) => void): Promise<OwnView>;
  /** Ends what is under way, which rejects with AbortError, and forgets what was read. */
  cancel(): Promise<void>;
  rename(id: string, title: string): Promise<OwnView[]>;
  /** Can be taken back until `purge`, or the next removal. */
  remove(id: string): Promise<OwnView[]>;
  putBack(id: string): Promise<OwnView[]>;
  purge(): Promise<void>;
  /** The SQLite file. */
  database(id: string): Promise<Blob>;
  /** The file of its questions (docs/datasets.md). */
  questions(id: string): Promise<string>;
}
