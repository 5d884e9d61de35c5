/** A recording on the page: opened, checked against the dataset, and played up to where the run stands. */
import type { Dataset, EnginePorts } from './engine-ports.ts';
import { parseRecording } from './recording-file.ts';
import { Playback } from './recording-playback.ts';

/** Rejects with DatasetError when the recording is broken or was made on something else. `step`: how many steps are behind it. */
export async function playbackOf(file: { readonly name: string; readonly text: string }, dataset: Dataset, { makeRewards }: Pick<EnginePorts, 'makeRewards'>, step?: number): Promise<Playback> {
  const playback = new Playback(parseRecording(file.text, file.name), { database: dataset.database, questions: dataset.questions, rewards: (feedback) => makeRewards(dataset, feedback) });
  while (step !== undefined && playback.trainer.step < step) {
    if ((await playback.next()) === null) throw new Error(`The recording ${file.name} ends before step ${step}.`);
  }
  return playback;
}
