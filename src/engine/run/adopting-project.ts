/** Takes up a project: its dataset where it brings one, what was said of it, and its runs; all of it or nothing. */
import { DatasetError } from '../../formats/entry.ts';
import type { Feedback, FeedbackStore } from '../../grpo/feedback.ts';
import type { BroughtRun, Place } from '../../grpo/run-store.ts';
import type { EnginePorts } from '../engine-ports.ts';
import { checkDataset } from './checking-dataset.ts';
import type { OpenData } from './open-data.ts';
import type { OpenedProject } from './opening-project.ts';

interface Adopting {
  /** As messages say it. */
  readonly file: string;
  /** The run in whose place the last one of the project comes. */
  readonly replaces: string;
  readonly place: Place;
  readonly data: OpenData;
  readonly ports: Pick<EnginePorts, 'keepDataset' | 'newRunId'>;
}

/** Rejects where the project does not fit what is here, and as storage does. */
export async function adoptProject(
  { project: { dataset, feedback, runs }, own }: OpenedProject,
  { file, replaces, place, data, ports }: Adopting,
): Promise<void> {
  if (own !== null && ports.keepDataset === undefined) throw new Error('No database can be kept here.');
  const kept = own === null ? undefined : await ports.keepDataset?.(own);
  const name = kept?.name ?? dataset.name;
  let isOpen = false;
  try {
    await data.changeTo(name, async (open) => {
      isOpen = true;
      checkDataset(dataset, await open.digest?.(), file);
      const { store, feedback: book } = data.ready();
      const back = await added(
        feedback.map((entry) => ({ ...entry, dataset: name })),
        book.entries,
        store,
      );
      try {
        const brought = runs.map(({ history: points, snapshots = [], ...run }): BroughtRun => {
          const id = ports.newRunId();
          return { run: { ...run, id, revision: 0, dataset: name, place }, points, snapshots };
        });
        await store.adopt(brought, replaces);
      } catch (error) {
        await back();
        throw error;
      } finally {
        await book.load(store);
      }
    });
  } catch (error) {
    await kept?.forget();
    // Whoever opens a database knows it by its title alone.
    if (!isOpen && error instanceof DatasetError) throw new DatasetError(`${file}: ${error.message}`, { cause: error });
    throw error;
  }
}

/** Adds what was said, but for what is there from later; resolves to what takes it back. */
async function added(
  entries: readonly Feedback[],
  there: readonly Feedback[],
  store: FeedbackStore,
): Promise<() => Promise<void>> {
  const undo: (() => Promise<void>)[] = [];
  const back = async (): Promise<void> => {
    for (const one of undo) await one();
  };
  try {
    for (const entry of entries) {
      const before = there.find((one) => one.question === entry.question && one.sql === entry.sql);
      if (before !== undefined && before.at >= entry.at) continue;
      undo.push(() => (before === undefined ? store.removeFeedback(entry) : store.putFeedback(before)));
      await store.putFeedback(entry);
    }
  } catch (error) {
    await back();
    throw error;
  }
  return back;
}
