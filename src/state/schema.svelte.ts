/** The schema of the open dataset: its keys and, where it is the reader's own, what the reader says of it. */
import { keysOf, type SchemaKey } from '../engine/data/schema-keys.ts';
import { readDescriptionFiles } from '../engine/data/brought-descriptions.ts';
import { messageOf } from '../grpo/message-of.ts';
import { isOwn } from '../grpo/own-data.ts';
import {
  NO_NOTES,
  withDescriptions,
  withKey,
  withoutKey,
  type Described,
  type SchemaNotes,
} from '../grpo/schema-notes.ts';
import type { NotedKey, Schema } from '../grpo/types.ts';
import type { RunState } from './run.svelte.ts';

export type { Described, NotedKey, SchemaKey };

const EMPTY: Schema = { tables: [], profiles: [] };

export class SchemaState {
  readonly #run: RunState;
  readonly #schema: Schema = $derived.by(() => this.#run.dataset?.schema ?? EMPTY);
  readonly #keys: readonly SchemaKey[] = $derived(keysOf(this.#schema));
  /** What was said before the last change, and what that did. */
  #before = $state.raw<{ readonly dataset: string; readonly notes: SchemaNotes; readonly done: string } | null>(null);
  #problem = $state('');
  #said = $state('');

  constructor(run: RunState) {
    this.#run = run;
  }

  /** With all that is said of it. */
  get schema(): Schema {
    return this.#schema;
  }
  /** As joins follow them. */
  get keys(): readonly SchemaKey[] {
    return this.#keys;
  }
  /** Whether the dataset is the reader's own, whose schema can be corrected. */
  get own(): boolean {
    return this.#run.dataset !== null && isOwn(this.#run.dataset.name);
  }
  /** What went wrong last; '' for nothing. */
  get problem(): string {
    return this.#problem;
  }
  /** What was done last, and what it means for the run; '' for nothing. */
  get said(): string {
    return this.#said;
  }
  get canUndo(): boolean {
    return this.#before !== null && this.#before.dataset === this.#run.dataset?.name;
  }

  /** Adds a key. Resolves to whether it is kept. */
  add(key: NotedKey): Promise<boolean> {
    return this.#set((notes) => withKey(this.#schema, notes, key), `${written(key)} is a key now.`);
  }

  /** Takes away a guess, or a key that was added. */
  remove(key: NotedKey): Promise<boolean> {
    return this.#set((notes) => withoutKey(notes, key), `${written(key)} is no key any more.`);
  }

  /** Says what a table or column is, in the place of what was said. */
  describe(described: Described): Promise<boolean> {
    const { table, column } = described;
    const name = column === null ? table : `${table}.${column}`;
    return this.#set((notes) => withDescriptions(notes, [described]), `What ${name} is was kept.`);
  }

  /** Takes up files of descriptions (src/formats/descriptions-file.ts): all of them, or none. */
  async readDescriptions(files: readonly File[]): Promise<boolean> {
    this.#problem = '';
    this.#said = '';
    try {
      const read = await readDescriptionFiles(files, this.#schema);
      const { described } = read;
      return await this.#set((notes) => withDescriptions(notes, described), read.said);
    } catch (error) {
      this.#problem = messageOf(error);
      return false;
    }
  }

  /** Goes back to what was said before the last change. */
  async undo(): Promise<boolean> {
    const before = this.#before;
    if (before === null || !this.canUndo || !(await this.#set(() => before.notes, `Taken back: ${before.done}`)))
      return false;
    this.#before = null;
    return true;
  }

  async #set(change: (notes: SchemaNotes) => SchemaNotes, done: string): Promise<boolean> {
    const run = this.#run;
    const { dataset } = run;
    this.#problem = '';
    this.#said = '';
    if (dataset === null) return false;
    const before = dataset.schemaNotes ?? NO_NOTES;
    run.pause();
    try {
      const notes = change(before);
      run.take(await run.ask((engine) => engine.setSchemaNotes(notes)));
      this.#before = { dataset: dataset.name, notes: before, done };
      this.#said = run.stepCount === 0 ? done : `${done} ${goesOn(run.stepCount)}`;
      return true;
    } catch (error) {
      this.#problem = messageOf(error);
      return false;
    }
  }
}

const written = ({ table, column, toTable, toColumn }: NotedKey): string =>
  `${table}.${column} → ${toTable}.${toColumn}`;

const goesOn = (steps: number): string =>
  `The run goes on with the hints of its ${steps === 1 ? 'step' : `${steps} steps`}, which were learned on the schema before; for a run on this one alone, reset.`;
