/** All that a reader has of the open dataset, as the text of a project. */
import { writeQuestions } from '../../formats/dataset.ts';
import { DatasetError } from '../../formats/entry.ts';
import { toBase64 } from '../../recording/base64.ts';
import { MOST_DATABASE, projectText, type ProjectDataset, type ProjectRun } from '../../recording/project.ts';
import { isNothing } from '../../grpo/schema-notes.ts';
import type { RunStore } from '../../grpo/run-store.ts';
import type { Dataset } from '../engine-ports.ts';
import type { RunInHand } from './run-in-hand.ts';

/** Rejects with DatasetError for a database that is too large for it. */
export async function projectOf({ id: shown, data: { dataset, store, feedback } }: RunInHand): Promise<string> {
  const { name, title } = dataset;
  const own = ownOf(dataset);
  const there = (await store.runs()).filter((run) => run.dataset === name && run.id !== shown);
  // The one on the page last.
  const runs = await Promise.all([...there.map(({ id }) => id), shown].map((id) => runOf(id, store)));
  const digest = await dataset.digest?.();
  return projectText({ dataset: { name, title, ...digest, ...own }, feedback: feedback.entries, runs });
}

function ownOf({ title, own, questions, definitions }: Dataset): Pick<ProjectDataset, 'own'> {
  if (own === undefined) return {};
  const { bytes, created, notes, trained, schemaNotes } = own;
  if (bytes.byteLength > MOST_DATABASE)
    throw new DatasetError(
      `“${title}” has ${Math.ceil(bytes.byteLength / 1e6)} MB, and a project holds a database of up to ${MOST_DATABASE / 1e6} MB. Save the database and its questions under Data, and the hints and the feedback here.`,
    );
  const said = isNothing(schemaNotes) ? {} : { schema: schemaNotes };
  const gone = trained.length === 0 ? {} : { trained };
  const defined = definitions.length === 0 ? {} : { definitions: JSON.stringify(definitions) };
  return {
    own: {
      database: toBase64(bytes),
      questions: writeQuestions(questions),
      ...defined,
      ...gone,
      ...said,
      created,
      notes,
    },
  };
}

async function runOf(id: string, store: RunStore): Promise<ProjectRun> {
  const { name, begun, sampler, samplerLabel, settings, state, start, edited } = await store.recordOf(id);
  const snapshots = await Promise.all(
    (await store.namedSnapshots(id)).map(async (one) => ({
      ...one,
      hints: await store.hintsOfSnapshot(id, one.sequence),
    })),
  );
  return {
    name,
    begun,
    sampler,
    ...(samplerLabel === undefined ? {} : { samplerLabel }),
    settings,
    state,
    ...(start === undefined ? {} : { start }),
    ...(edited === undefined ? {} : { edited }),
    history: await store.history(id),
    ...(snapshots.length === 0 ? {} : { snapshots }),
  };
}
