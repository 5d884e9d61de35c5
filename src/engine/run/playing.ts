/** A recording on the page: opened, checked against the dataset, and played up to where the run stands. */
import type { TrainerState } from '../../grpo/types.ts';
import type { Dataset, EnginePorts } from '../engine-ports.ts';
import { parseRecording } from '../../recording/recording-file.ts';
import { Playback } from '../../recording/playback.ts';

/**
 * Rejects with DatasetError when the recording is broken or was made on something else. `stands`: where the run that
 * plays it stands.
 */
export async function playbackOf(
  file: { readonly name: string; readonly text: string },
  dataset: Dataset,
  { makeRewards }: Pick<EnginePorts, 'makeRewards'>,
  stands?: Pick<TrainerState, 'step' | 'eventCount'>,
): Promise<Playback> {
  const playback = new Playback(parseRecording(file.text, file.name), {
    database: dataset.database,
    questions: dataset.questions,
    rewards: (feedback) => makeRewards(dataset, feedback),
  });
  // Hints may have been changed after a step, too: a run that took that over stands behind it.
  while (
    stands !== undefined &&
    (playback.trainer.step < stands.step || playback.trainer.policy.eventCount < stands.eventCount)
  ) {
    if ((await playback.next()) === null)
      throw new Error(`The recording ${file.name} ends before step ${stands.step}, where the run stands.`);
  }
  return playback;
}
