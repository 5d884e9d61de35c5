/** A recorded run, played back: the same steps, with their SQL run, scored and learned from again. */
import { basename, dirname, resolve } from 'node:path';
import { hintsToText } from '../formats/hints-file.ts';
import { pointOf } from '../grpo/history.ts';
import type { Recording } from '../recording/format.ts';
import { playBack } from '../recording/playback.ts';
import type { HistoryPoint } from '../grpo/run-store.ts';
import { stepReport } from '../grpo/step-report.ts';
import { rewardModeOf } from '../grpo/reward-modes.ts';
import { checkOutputs, writeAll } from './files.ts';
import type { OutputFile } from './files.ts';
import { openInputs } from './inputs.ts';
import { UsageError } from './options.ts';
import type { GivenOptions } from './options.ts';
import { rewardsFor } from './parts.ts';
import { everyTenth, toJson } from './report.ts';
import type { Report } from './report.ts';
import { rolloutFiles, RolloutWriter } from './rollouts.ts';

/** What a recording settles, and the command line therefore cannot. */
const RECORDED = ['steps', 'seed', 'reward', 'feedback', 'preset', 'set', 'entropy', 'hints-in', 'record'];

/** `lab train --sampler replay --recording F`. */
export async function playRecording(
  given: GivenOptions,
  { file: path, recording }: { readonly file: string; readonly recording: Recording },
  report: Report,
): Promise<void> {
  const settled = RECORDED.find((name) => given.has(name));
  if (settled !== undefined)
    throw new UsageError(`--${settled} cannot be given with --recording: the run is played back as it was.`);
  const [hintsOut, rollouts, json] = [given.one('hints-out'), given.one('rollouts'), given.one('json')];
  const outputs: OutputFile[] = [];
  if (hintsOut !== undefined) outputs.push({ option: 'hints-out', path: hintsOut });
  if (json !== undefined) outputs.push({ option: 'json', path: json });
  outputs.push(...rolloutFiles(rollouts));
  checkOutputs(outputs, [given.need('database'), given.need('questions'), path]);

  const { database, questions, dataset } = await openInputs(given);
  let writer: RolloutWriter | null = null;
  try {
    if (recording.databaseSha256 !== undefined && recording.databaseSha256 !== dataset.databaseSha256)
      report.progress(
        `Warning: ${path} was recorded on another database (${recording.dataset}), or on another version of it.`,
      );
    const steps = recording.entries.filter(({ kind }) => kind === 'step').length;
    report.progress(`playing back ${steps} recorded steps of ${recording.sampler.label}`);
    if (rollouts !== undefined)
      writer = new RolloutWriter(rollouts, {
        dataset,
        sampler: recording.sampler.id,
        seed: recording.state.seed,
        config: recording.config,
      });
    const history: HistoryPoint[] = [];
    const { trainer, sampler } = await playBack(recording, {
      database,
      questions,
      rewards: (feedback) => rewardsFor(database, feedback),
      onStep: (step) => {
        history.push(pointOf(step, recording.config));
        if (given.has('verbose')) stepReport(step).forEach((line) => report.progress(line));
        writer?.step(step);
        if (everyTenth(history.length, steps))
          report.progress(`step ${history.length}/${steps}  ${step.metrics.hints} hints`);
      },
    });
    const [summary, learned] = [trainer.getTrainingSummary(), trainer.policy.hints];
    writeAll([
      ...(hintsOut === undefined
        ? []
        : [{ path: hintsOut, text: hintsToText(learned, { dataset, config: trainer.config }) }]),
      ...(json === undefined
        ? []
        : [
            {
              path: json,
              text: toJson({
                format: 'grpo-sql-lab/training',
                version: 1,
                dataset,
                sampler: recording.sampler.id,
                recorded: { dataset: recording.dataset, label: sampler.label },
                reward: rewardModeOf(trainer.config),
                seed: trainer.seed,
                steps,
                config: trainer.config,
                summary,
                history,
                hints: learned,
              }),
            },
          ]),
    ]);
    report.result(
      `${steps} recorded steps played back: ${summary.totalGroups} groups, mean reward ${summary.averageReward?.toFixed(3) ?? '–'}; ${learned.length} hints.`,
    );
  } finally {
    writer?.close();
    database.close();
  }
}

/**
 * What a recording calls its dataset: the database's file, or its folder where the file has the name they all have.
 * Never a path.
 */
export function datasetName(database: string): string {
  const name = basename(database).replace(/\.[^.]*$/, '');
  return name === 'db' || name === 'schema' || name === '' ? basename(dirname(resolve(database))) || 'database' : name;
}
