/** What a reader takes home of a run, as files. */
import { csvText } from '../../grpo/csv.ts';
import { patternKey, cueKey } from '../../grpo/feature-key.ts';
import { fileStemOf } from '../../grpo/file-stem.ts';
import type { Question } from '../../grpo/types.ts';
import { hintWords } from '../../grpo/words/hint.ts';
import { feedbackText } from '../../formats/feedback-file.ts';
import { hintsToText } from '../../formats/hints-file.ts';
import { referenceHintsText } from '../../formats/reference-hints.ts';
import { rolloutLines } from '../../formats/rollouts.ts';
import type { EnginePorts } from '../engine-ports.ts';
import { fetched } from '../fetched.ts';
import type { ExportKind, SavedFile } from '../policy-protocol.ts';
import { promptFor } from './prompt-view.ts';
import type { RunInHand } from './run-in-hand.ts';

/** Steps of which rollouts are written: what a page can hold. */
const MOST_STEPS = 1000;

export async function exported(kind: ExportKind, run: RunInHand, ports: EnginePorts): Promise<SavedFile> {
  const { dataset, store, feedback } = run.data;
  const { policy, config, stored } = run;
  const named = (what: string, type: string, content: SavedFile['content']): SavedFile => ({
    name: `${fileStemOf(dataset)}-${what}`,
    type,
    content,
  });
  const json = (what: string, text: string): SavedFile => named(`${what}.json`, 'application/json', text);
  const lines = (what: string, text: string): SavedFile => named(`${what}.jsonl`, 'application/jsonl', text);
  const table = (what: string, rows: Parameters<typeof csvText>[0]): SavedFile =>
    named(`${what}.csv`, 'text/csv', csvText(rows));
  const madeFrom = async () => ({ dataset: { name: dataset.name, ...(await dataset.digest?.()) }, config });
  switch (kind.what) {
    case 'hints':
      return json('hints', hintsToText(policy.hints, await madeFrom()));
    case 'hints-reference':
      return json('policy-hints', referenceHintsText(policy.hints));
    case 'feedback':
      return json('feedback', feedbackText(feedback.entries));
    case 'prompt': {
      const { withHints } = prompts(kind.question);
      const text = withHints.map(({ role, content }) => `[${role}]\n${content}\n`).join('\n');
      return named('prompt.txt', 'text/plain', text);
    }
    case 'prompts': {
      const rows = dataset.questions.filter(({ split }) => split === 'train').map(promptRow);
      return lines('prompts', rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    }
    case 'rollouts':
      return lines('rollouts', (await store.stepsOf(run.id, MOST_STEPS)).map(rolloutLines).join(''));
    case 'hints-csv':
      return table('hints', [
        ['hint', 'weight', 'cue', 'pattern', 'enabled', 'pinned', 'completions', 'above', 'mean_advantage', 'changed'],
        ...policy.hints.map(({ evidence: { support, positive, advantage }, ...hint }) => [
          hintWords(hint, hint.weight),
          hint.weight,
          hint.cue === null ? null : cueKey(hint.cue),
          patternKey(hint.pattern),
          hint.enabled,
          hint.pinned === true,
          support,
          positive,
          support === 0 ? null : advantage / support,
          hint.updatedAt,
        ]),
      ]);
    case 'steps-csv':
      return table('steps', [
        ['step', 'question', 'reward_mean', 'reward_sd', 'no_signal_share', 'entropy', 'kl', 'diversity', 'hints'],
        ...(await store.history(run.id)).map((point) => [
          point.step,
          point.questionId,
          point.rewardMean,
          point.rewardSd,
          point.noSignalShare,
          point.entropy,
          point.kl,
          point.diversity,
          point.hints,
        ]),
      ]);
    case 'feedback-csv':
      return table('feedback', [
        ['question', 'sql', 'thumb', 'corrected', 'said', 'comment', 'chosen_over'],
        ...feedback.entries.map(({ question, text, thumb, corrected, at, comment, chosenOver }) => [
          question,
          text,
          thumb,
          corrected,
          new Date(at).toISOString(),
          comment ?? null,
          chosenOver ?? null,
        ]),
      ]);
    case 'project': {
      const { projectOf } = await fetched(import('./project-of.ts'));
      return json('project', await projectOf(run));
    }
    case 'report': {
      const { reportHtml } = await fetched(import('../../formats/report-html.ts'));
      const { step, seed } = stored.state;
      const html = reportHtml({
        title: stored.name,
        dataset: dataset.title,
        sampler: stored.samplerLabel ?? run.data.sampler.label,
        seed,
        config,
        history: await store.history(run.id),
        step: step === 0 ? null : await store.step(run.id, step),
        hints: policy.hints,
        unseen: kind.unseen,
        asked: kind.asked,
        at: ports.today(),
      });
      return named('report.html', 'text/html', html);
    }
  }

  function prompts(question: string): ReturnType<typeof promptFor> {
    const { schema } = dataset.database;
    return promptFor(question, { schema, policy, config, contextTokens: ports.model()?.contextTokens ?? null });
  }

  /** `solution`: so TRL's own rewards call the answer key. Without hints: training moves the model in their place. */
  function promptRow({ id, question, sql }: Question): object {
    return { prompt: prompts(question).withoutHints, question_id: id, question, solution: sql ?? null };
  }
}
