/** The datasets that a reader brought: opened by their id, as those that ship are by their name. */
import { messageOf } from '../../grpo/message-of.ts';
import { checkNotes, NO_NOTES, withNotes, type SchemaNotes } from '../../grpo/schema-notes.ts';
import type { Database, Question } from '../../grpo/types.ts';
import { DatasetError } from '../../formats/entry.ts';
import type { OwnDataset, OwnDatasetStore } from '../../storage/own-dataset.ts';
import { isOwn, ownId } from '../../grpo/own-data.ts';
import { traces } from './brought-questions.ts';
import type { BroughtDataset, Dataset, EnginePorts } from '../engine-ports.ts';

export interface OwnSource {
  readonly openStore: () => Promise<OwnDatasetStore>;
  readonly openDatabase: (bytes: Uint8Array) => Promise<Database>;
}

/** What is said of a run, or an experiment, whose database is gone. */
const DELETED =
  'Its database was deleted from this browser. It stays in the list; to begin anew on the same data, bring the file again under Data.';

/** Rejects with DatasetError where it was deleted or cannot be opened, and as storage does. */
export async function openOwnDataset(id: string, { openStore, openDatabase }: OwnSource): Promise<Dataset> {
  const [own, bytes] = await withStore(openStore, (store) => Promise.all([store.get(id), store.database(id)]));
  if (own === null || bytes === null) throw new DatasetError(DELETED);
  const kept = bytes.slice();
  try {
    return datasetOf(own, kept, await openDatabase(bytes));
  } catch (error) {
    throw new DatasetError(`“${own.title}” cannot be opened: ${messageOf(error)}`, { cause: error });
  }
}

/** Keeps other questions; resolves to the dataset with them. */
export async function keepQuestions(
  dataset: Dataset,
  questions: readonly Question[],
  openStore: OwnSource['openStore'],
): Promise<Dataset> {
  const { name, own } = dataset;
  if (own === undefined)
    throw new DatasetError('The questions of a database that comes with the page cannot be changed. Open your own.');
  const kept = await withStore(openStore, (store) =>
    store.setQuestions(name, questions, own.revision, traces(dataset.questions, questions, own.trained)),
  );
  return { ...datasetOf(kept, own.bytes, own.file), database: dataset.database };
}

/**
 * Keeps what is said of its schema; resolves to the dataset as it is with that. Rejects for a key or a text that cannot
 * be kept.
 */
export async function keepSchemaNotes(
  dataset: Dataset,
  notes: SchemaNotes,
  openStore: OwnSource['openStore'],
): Promise<Dataset> {
  const { name, own } = dataset;
  if (own === undefined)
    throw new DatasetError('The schema of a database that comes with the page cannot be changed. Open your own.');
  checkNotes(own.file.schema, notes);
  const kept = await withStore(openStore, (store) => store.setSchemaNotes(name, notes, own.revision));
  return datasetOf(kept, own.bytes, own.file);
}

/** The database with the schema as it is said to be; the very same where nothing is said. */
function seenAs(file: Database, notes: SchemaNotes): Database {
  const schema = withNotes(file.schema, notes);
  if (schema === file.schema) return file;
  return { schema, execute: (sql, options) => file.execute(sql, options), close: () => file.close() };
}

/** Keeps a dataset of a file under its id where that is free, and not again where it is there just so. */
export async function keepDataset(
  { name, database, ...brought }: BroughtDataset,
  openStore: OwnSource['openStore'],
  newId: () => string,
): ReturnType<NonNullable<EnginePorts['keepDataset']>> {
  return withStore(openStore, async (store) => {
    const [here, bytes] = await Promise.all([store.get(name), store.database(name)]);
    if (here !== null && bytes !== null && isSame(here, brought) && isEqual(bytes, database))
      return { name, forget: () => Promise.resolve() };
    // What was changed since, and what was deleted and can be put back, stays as it is.
    const id = isOwn(name) && bytes === null ? name : ownId(newId());
    await store.add({ ...brought, id, bytes: database.byteLength, revision: 0 }, database);
    return { name: id, forget: () => withStore(openStore, (again) => again.discard(id)) };
  });
}

type Content = Pick<OwnDataset, 'questions' | 'definitions' | 'schemaNotes'>;
const isSame = (a: Content, b: Content): boolean =>
  JSON.stringify([a.questions, a.definitions, a.schemaNotes ?? NO_NOTES]) ===
  JSON.stringify([b.questions, b.definitions, b.schemaNotes ?? NO_NOTES]);
const isEqual = (a: Uint8Array, b: Uint8Array): boolean =>
  a.byteLength === b.byteLength && a.every((byte, i) => byte === b[i]);

function datasetOf(own: OwnDataset, bytes: Uint8Array, file: Database): Dataset {
  const { id, title, questions, definitions, notes, schemaNotes = NO_NOTES, created, trained = [], revision } = own;
  return {
    name: id,
    title,
    questions,
    definitions,
    database: seenAs(file, schemaNotes),
    own: { revision, bytes, notes, created, trained, file, schemaNotes },
    digest: async () =>
      (await import('./digest.ts')).digestOf(bytes, JSON.stringify(questions), own.schemaNotes ?? null),
  };
}

/** Does `work` with a store that is opened for it. */
export async function withStore<T>(
  openStore: OwnSource['openStore'],
  work: (store: OwnDatasetStore) => Promise<T>,
): Promise<T> {
  const store = await openStore();
  try {
    return await work(store);
  } finally {
    store.close();
  }
}
