/** Datasets that experiments are on, open by name while they are worked with. */
import { isOwn } from '../../grpo/own-data.ts';
import type { RewardModel, RewardWeights, Sampler } from '../../grpo/types.ts';
import type { Dataset } from '../engine-ports.ts';

/** A dataset that is open, with what is made of it once. */
export interface OpenDataset {
  readonly dataset: Dataset;
  readonly sampler: Sampler;
  readonly rewards: (weights: RewardWeights) => RewardModel;
}

interface Entry {
  readonly opened: Promise<OpenDataset>;
  users: number;
}

/** The one used last stays open for the next use; any other is closed as soon as nobody works with it. */
export class OpenDatasets {
  readonly #open: (name: string) => Promise<OpenDataset>;
  readonly #entries = new Map<string, Entry>();
  #last = '';

  constructor(open: (name: string) => Promise<OpenDataset>) {
    this.#open = open;
  }

  /** Rejects as the opening does, the next use opening it again, and as `work` does. */
  async use<T>(name: string, work: (open: OpenDataset) => Promise<T>): Promise<T> {
    const entry = this.#entries.get(name) ?? { opened: this.#open(name), users: 0 };
    this.#entries.set(name, entry);
    this.#last = name;
    entry.users++;
    this.#closeIdle();
    try {
      const open = await entry.opened.catch((error: unknown) => {
        if (this.#entries.get(name) === entry) this.#entries.delete(name);
        throw error;
      });
      return await work(open);
    } finally {
      entry.users--;
      this.#closeIdle();
    }
  }

  #closeIdle(): void {
    for (const [name, { opened, users }] of this.#entries) {
      // The questions of one's own may have changed by the next use.
      if (users > 0 || (name === this.#last && !isOwn(name))) continue;
      this.#entries.delete(name);
      void opened.then(({ dataset }) => dataset.database.close()).catch(() => undefined);
    }
  }
}
