import type { ExperimentRecord, ExperimentStore, StoredExperiment } from '../lab/experiment-store.ts';
import type { SeedRun } from '../lab/experiment-types.ts';
import { deleted } from './errors.ts';

/** Experiments that live as long as the page: for Node, and for browsers that refuse IndexedDB. */
export class MemoryExperiments implements ExperimentStore {
  readonly #kept = new Map<string, StoredExperiment>();

  async list(): Promise<StoredExperiment[]> {
    return [...this.#kept.values()].sort((a, b) =>
      a.record.created < b.record.created ? 1 : a.record.created > b.record.created ? -1 : 0,
    );
  }

  async get(id: string): Promise<StoredExperiment | null> {
    return this.#kept.get(id) ?? null;
  }

  async put(record: ExperimentRecord, runs: readonly SeedRun[] = []): Promise<void> {
    const before = this.#kept.get(record.id)?.runs ?? [];
    this.#kept.set(record.id, {
      record,
      runs: [...before.filter((one) => !runs.some((run) => sameUnit(run, one))), ...runs].sort(byUnit),
    });
  }

  async addRun(id: string, run: SeedRun): Promise<void> {
    const stored = this.#kept.get(id);
    if (stored === undefined) throw deleted();
    await this.put(stored.record, [run]);
  }

  async remove(id: string): Promise<void> {
    this.#kept.delete(id);
  }

  /** Holds no connection: whoever still holds the store may open it again. */
  close(): void {}
}

const sameUnit = (a: SeedRun, b: SeedRun): boolean => a.variant === b.variant && a.seed === b.seed;
const byUnit = (a: SeedRun, b: SeedRun): number => a.variant - b.variant || a.seed - b.seed;
