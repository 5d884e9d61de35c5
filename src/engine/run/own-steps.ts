/** The steps of a run of one's own: a question drawn or asked for, and what the model makes of it afterwards. */
import { QuestionError } from '../../grpo/questions.ts';
import type { Question } from '../../grpo/types.ts';
import type { EnginePorts } from '../engine-ports.ts';
import { fetched } from '../fetched.ts';
import type { ChosenSampler } from '../sources/chosen-sampler.ts';
import type { RecordingInHand } from './recording-in-hand.ts';
import type { Session } from './session.ts';
import type { TakenStep } from './taking-steps.ts';

interface Parts extends Pick<EnginePorts, 'model'> {
  readonly session: Session;
  readonly recording: RecordingInHand;
  readonly sampler: ChosenSampler;
}

/**
 * Takes the next step at every call, on `asked` or, where that is null, on a training question. Throws QuestionError
 * when there is none to draw: there is none, or none teaches anything.
 */
export function ownSteps(
  asked: Question | null,
  { session, recording, sampler, model: loadedModel }: Parts,
  signal: AbortSignal,
): () => Promise<TakenStep> {
  const { questions: pool, leftOut } = session.pool;
  if (asked === null && pool.length === 0 && leftOut.length > 0)
    throw new QuestionError(
      'Gold rewards, but no training question has gold SQL that returns more than nothing, 0 or NULL. Choose another reward in the settings.',
    );
  if (asked === null && pool.length === 0)
    throw new QuestionError(
      'There is no training question to draw. Type one of your own, or add questions to the database under Data.',
    );
  return async () => {
    const { trainer, config, run } = session;
    // Before the step: one that was taken is not to be lost for it.
    const reflecting = config.reflection ? await fetched(import('./reflecting.ts')) : null;
    const step = await trainer.runStep(asked === null ? trainer.nextQuestions(pool) : [asked], signal);
    recording.step(run.id, step, asked === null ? pool : null);
    const model = loadedModel();
    const taught = step.groups.some(({ noSignal }) => !noSignal);
    if (reflecting === null || !taught || model === null || model.id !== sampler.id)
      return { step, events: step.events };
    const { policy } = trainer;
    const { reflections, events } = await reflecting.reflectOn(step, {
      model,
      policy,
      config,
      seed: run.state.seed,
      signal,
    });
    recording.of(run.id)?.changed(events);
    const all = [...step.events, ...events];
    return { step: { ...step, reflections, events: all }, events: all };
  };
}
