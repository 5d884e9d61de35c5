/** A recording on the page: opened, checked against the dataset, and played up to where the run stands. */
import type { GRPOConfig } from '../../grpo/config.ts';
import type { HintEvent, TrainerState } from '../../grpo/types.ts';
import { Playback } from '../../recording/playback.ts';
import { parseRecording } from '../../recording/recording-file.ts';
import type { Dataset, EnginePorts } from '../engine-ports.ts';
import type { TakenStep } from './taking-steps.ts';

export { parseRecording };

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

/**
 * Takes the next step of a recording, with what was done to settings and hints before it. `step` is null at its end.
 */
export async function playStep(
  playback: Playback,
  signal: AbortSignal,
  onConfigure: (config: GRPOConfig) => void,
): Promise<TakenStep> {
  const events: HintEvent[] = [];
  for (;;) {
    const played = await playback.next(signal);
    if (played === null) return { step: null, events };
    if (played.kind === 'configure') onConfigure(played.config);
    if (played.kind === 'hints') events.push(...played.events);
    if (played.kind !== 'step') continue;
    const reflected = playback.nextIsReflection ? await playback.next(signal) : null;
    const made = reflected?.kind === 'hints' ? reflected.events : [];
    return {
      step: { ...played.step, events: [...played.step.events, ...made] },
      events: [...events, ...played.step.events, ...made],
    };
  }
}
