/** What the page is shown of the run in hand. */
import type { Place } from '../../grpo/run-store.ts';
import type { HintEvent, Question } from '../../grpo/types.ts';
import type { DatasetView, Progress, RecordingView, RunView } from '../protocol.ts';
import type { Opened } from './open-data.ts';
import type { Session } from './session.ts';

/** `changes`: see Progress. */
export function progressOf({ trainer, run }: Session, changes: readonly HintEvent[]): Progress {
  return { changes, stepCount: run.state.step, hints: trainer.policy.hints, summary: trainer.getTrainingSummary() };
}

/** `notice`: something the reader should know once. Rejects as the store does. */
export async function runView(
  session: Session,
  { store, dataset, sampler, notSaved, feedback }: Opened,
  recording: RecordingView | null,
  notice: string | undefined,
): Promise<RunView> {
  const { run, config, canUndo, pool, playback } = session;
  const view: DatasetView = {
    name: dataset.name,
    title: dataset.title,
    schema: dataset.database.schema,
    questions: dataset.questions,
    definitions: dataset.definitions,
    notes: dataset.own?.notes ?? [],
    schemaNotes: dataset.own?.schemaNotes ?? null,
    trained: dataset.own?.trained ?? [],
    hasCompletions: dataset.loadCompletions !== undefined,
  };
  return {
    ...progressOf(session, []),
    runId: run.id,
    seed: run.state.seed,
    config,
    canUndo,
    place: dataset.own === undefined ? run.place : placeIn(run.place, dataset.questions),
    dataset: view,
    sampler:
      playback === null
        ? {
            source: sampler.source,
            label: sampler.label,
            isLanguageModel: sampler.isLanguageModel,
            ready: sampler.ready,
          }
        : {
            source: run.sampler,
            label: playback.sampler.label,
            isLanguageModel: playback.sampler.isLanguageModel,
            ready: true,
          },
    recording,
    start: { from: run.start ?? 'none', weights: run.state.start ?? {} },
    leftOut: pool.leftOut,
    feedback: feedback.entries,
    history: await store.history(run.id),
    step: run.state.step === 0 ? null : await store.step(run.id, run.state.step),
    ...(notSaved === undefined ? {} : { notSaved }),
    ...(notice === undefined ? {} : { notice }),
  };
}

/** The same place, without a question that is not there any more, or is held out by now. */
function placeIn(place: Place, questions: readonly Question[]): Place {
  const { questionId } = place;
  const isThere = questions.some(({ id, split }) => id === questionId && split === 'train');
  return questionId === null || isThere ? place : { ...place, questionId: null };
}
