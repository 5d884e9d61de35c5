/** Imports databases and keeps them: what the data worker offers, without the worker. */
import { DatasetError } from '../../formats/entry.ts';
import { writeQuestions } from '../../formats/dataset.ts';
import { ownId } from '../../grpo/own-data.ts';
import { NO_NOTES } from '../../grpo/schema-notes.ts';
import type { OwnDataset, OwnDatasetStore } from '../../storage/own-dataset.ts';
import type { DataApi, ImportChange, ImportView, OwnView } from './data-protocol.ts';
import { Importing, type ImportPorts } from './importing.ts';
import { withStore } from './own-datasets.ts';

export interface OwnDataPorts extends ImportPorts {
  readonly openStore: () => Promise<OwnDatasetStore>;
  /** Milliseconds since 1970. */
  readonly today: () => number;
  readonly newId: () => string;
}

/** Characters of a title. */
const LONGEST_TITLE = 80;

export class OwnData implements DataApi {
  readonly #ports: OwnDataPorts;
  readonly #importing: Importing;
  #work = new AbortController();

  constructor(ports: OwnDataPorts) {
    this.#ports = ports;
    this.#importing = new Importing(ports);
  }

  async list(): Promise<OwnView[]> {
    return this.#with(async (store) => (await store.list()).map(viewOf));
  }

  read(files: readonly File[], onprogress: Parameters<DataApi['read']>[1]): Promise<ImportView> {
    return this.#alone((signal) => this.#importing.read(files, onprogress, signal));
  }

  change(change: ImportChange, onprogress: Parameters<DataApi['change']>[1]): Promise<ImportView> {
    return this.#alone((signal) => this.#importing.change(change, onprogress, signal));
  }

  async keep(title: string, onprogress: Parameters<DataApi['keep']>[1]): Promise<OwnView> {
    const name = checkTitle(title);
    return this.#alone(async (signal) => {
      const { image, guessed, removed, notes } = await this.#importing.build(onprogress, signal);
      signal.throwIfAborted();
      const dataset: OwnDataset = {
        id: ownId(this.#ports.newId()),
        title: name,
        created: this.#ports.today(),
        bytes: image.byteLength,
        questions: [],
        definitions: [],
        notes,
        ...(guessed.length + removed.length === 0 ? {} : { schemaNotes: { ...NO_NOTES, guessed, removed } }),
        revision: 0,
      };
      onprogress({ doing: 'Keeping it in this browser', share: null });
      await this.#with((store) => store.add(dataset, image));
      this.#importing.forget();
      return viewOf(dataset);
    });
  }

  async cancel(): Promise<void> {
    this.#work.abort();
    this.#importing.forget();
  }

  async rename(id: string, title: string): Promise<OwnView[]> {
    const name = checkTitle(title);
    return this.#changed((store) => store.rename(id, name));
  }

  remove(id: string): Promise<OwnView[]> {
    return this.#changed(async (store) => {
      await store.purge();
      await store.remove(id);
    });
  }

  putBack(id: string): Promise<OwnView[]> {
    return this.#changed((store) => store.putBack(id));
  }

  purge(): Promise<void> {
    return this.#with((store) => store.purge());
  }

  async database(id: string): Promise<Blob> {
    const bytes = await this.#with((store) => store.database(id));
    if (bytes === null) throw gone();
    return new Blob([bytes as Uint8Array<ArrayBuffer>], { type: 'application/vnd.sqlite3' });
  }

  async questions(id: string): Promise<string> {
    const own = await this.#with((store) => store.get(id));
    if (own === null) throw gone();
    return writeQuestions(own.questions);
  }

  #changed(work: (store: OwnDatasetStore) => Promise<void>): Promise<OwnView[]> {
    return this.#with(async (store) => {
      await work(store);
      return (await store.list()).map(viewOf);
    });
  }

  #with<T>(work: (store: OwnDatasetStore) => Promise<T>): Promise<T> {
    return withStore(this.#ports.openStore, work);
  }

  /** What came before is ended: there is one import at a time. */
  #alone<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    this.#work.abort();
    this.#work = new AbortController();
    return work(this.#work.signal);
  }
}

const gone = (): DatasetError =>
  new DatasetError('This database is not there any more: it was deleted in another tab.');

function checkTitle(title: string): string {
  const text = title.replace(/\s+/g, ' ').trim();
  if (text === '' || text.length > LONGEST_TITLE)
    throw new DatasetError(`A name has 1 to ${LONGEST_TITLE} characters.`);
  return text;
}

function viewOf({ id, title, created, bytes, questions, notes }: OwnDataset): OwnView {
  const withSql = questions.filter(({ sql }) => sql !== undefined).length;
  return { id, title, created, bytes, questions: questions.length, withSql, notes };
}
