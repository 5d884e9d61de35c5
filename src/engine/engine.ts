/**
 * The engine: one trainer, one dataset, one stored run, moved by the calls of `EngineApi`.
 * Knows neither worker nor browser; everything it needs of them comes through its ports.
 */
import { DEFAULT_SEED, makeConfig } from '../grpo/config.ts';
import type { Thumb } from '../grpo/feedback.ts';
import { KEPT_STEPS, START_CHOICES } from '../grpo/run-store.ts';
import type { HistoryPoint } from '../grpo/run-store.ts';
import { acceptGuidance, applyGuidance, editGuidance, vetoGuidance } from '../grpo/guidance.ts';
import type { HintEvent, Step } from '../grpo/types.ts';
import { StoreError } from '../storage/errors.ts';
import { ask } from '../ask/ask.ts';
import { askedQuestion, QuestionError } from '../grpo/questions.ts';
import { parseCompletions } from '../formats/completions-file.ts';
import { trial } from './run/correction.ts';
import type { EnginePorts } from './engine-ports.ts';
import type { FeedbackBook } from '../rewards/feedback-book.ts';
import { COMPLETIONS_FILE, forQuestions, RECORDING } from './sources/group-source.ts';
import { pointOf } from '../grpo/history.ts';
import { LiveRelay } from './models/live-relay.ts';
import { playbackOf } from './run/playing.ts';
import { promptFor } from './run/prompt-view.ts';
import type {
  Advance,
  AdvanceRequest,
  AskAnswer,
  AskRequest,
  Configured,
  EngineApi,
  FeedbackView,
  GuidanceAct,
  HintEdit,
  Judged,
  LiveGroup,
  Place,
  Progress,
  PromptView,
  RecordingView,
  RunView,
  Trial,
} from './protocol.ts';
import { readable } from './models/readable.ts';
import { parseRecording } from '../recording/recording-file.ts';
import type { Playback } from '../recording/playback.ts';
import { reflectOn } from './run/reflecting.ts';
import { RunInHand, START } from './run/run-in-hand.ts';
import { checkSeed } from '../grpo/run-settings.ts';

/** Milliseconds between two breaths of a long `advance`. */
const BREATH_MS = 12;

/** One step, or null where there is none left; `events` are also those of changes by hand before it. */
interface Taken {
  readonly step: Step | null;
  readonly events: readonly HintEvent[];
}

export class Engine implements EngineApi {
  readonly #ports: EnginePorts;
  readonly #hand: RunInHand;
  #turn: Promise<unknown> = Promise.resolve();
  #halted = false;
  /** Ends what is being sampled now. */
  #sampling: AbortController | null = null;
  readonly #live: LiveRelay;

  constructor(ports: EnginePorts) {
    this.#ports = ports;
    this.#live = new LiveRelay(ports.now);
    this.#hand = new RunInHand(ports, (group) => this.#live.tell(group));
  }

  open({ seed = DEFAULT_SEED, settings = {} }: Parameters<EngineApi['open']>[0]): Promise<RunView> {
    return this.#inTurn(async () => {
      const config = makeConfig(settings);
      checkSeed(seed);
      const opened = await this.#hand.open();
      let notice: string | undefined;
      let found = await opened.store.current();
      if (found === null) {
        // Two tabs may open the page at once: one of them begins the run, the other one finds it.
        await this.#hand.begin({ config, seed, place: START, replaces: null, from: 'none' }).catch((error: unknown) => {
          if (!(error instanceof StoreError && error.reason === 'conflict')) throw error;
        });
        found = await opened.store.current();
      }
      if (found !== null && this.#hand.runId !== found.run.id)
        notice = await this.#hand.restore(found.run, found.canUndo, config, seed);
      return this.#hand.view(notice);
    });
  }

  advance(request: AdvanceRequest): Promise<Advance> {
    return this.#inTurn(async () => {
      const { source } = this.#hand.ready();
      const session = this.#hand.writable();
      const { steps, budgetMs } = request;
      if (!(Number.isInteger(steps) && steps >= 0) || !(budgetMs >= 0))
        throw new RangeError('advance needs a whole number of steps and a budget in milliseconds.');
      const take = session.playback === null ? this.#taking(request) : this.#playing(session.playback);

      const points: HistoryPoint[] = [];
      let pending: { points: HistoryPoint[]; events: HintEvent[]; steps: Step[] } = {
        points: [],
        events: [],
        steps: [],
      };
      let lastStep: Step | null = null;
      let ended: string | undefined;
      const commit = async (): Promise<void> => {
        if (pending.points.length + pending.events.length === 0) return;
        await this.#hand.commit({ ...pending, settings: session.config, steps: pending.steps.slice(-KEPT_STEPS) });
        points.push(...pending.points);
        lastStep = pending.steps.at(-1) ?? lastStep;
        pending = { points: [], events: [], steps: [] };
      };
      this.#halted = false;
      await this.#hand.orBack(
        async () =>
          void (await this.#stoppable(async (signal) => {
            const start = this.#ports.now();
            let breath = start;
            for (
              let now = start;
              points.length + pending.points.length < steps && now - start < budgetMs && !this.#halted;
              now = this.#ports.now()
            ) {
              const { step, events } = await take(signal);
              pending.events.push(...events);
              if (step === null) {
                ended = `The recording ends here, after ${session.trainer.step} steps. Reset to begin a run of your own.`;
                break;
              }
              pending.points.push(pointOf(step, session.config));
              pending.steps.push(step);
              if (pending.steps.length >= 2 * KEPT_STEPS) pending.steps = pending.steps.slice(-KEPT_STEPS);
              // What took a language model a minute is not given up with the next group.
              if (source.isLanguageModel) await commit();
              if (now - breath >= BREATH_MS) {
                breath = now;
                await this.#ports.breathe();
              }
            }
            await commit();
          })),
      );
      return {
        ...this.#hand.progress(),
        points,
        lastStep,
        recording: this.#hand.recordingView(),
        ...(session.playback === null ? {} : { config: session.config }),
        ...(ended === undefined ? {} : { ended }),
      };
    });
  }

  /** Takes the next step of the run. Throws QuestionError when there is no question to take it on. */
  #taking(request: AdvanceRequest): (signal: AbortSignal) => Promise<Taken> {
    const { dataset, source } = this.#hand.ready();
    const session = this.#hand.writable();
    const { questions: pool, leftOut } = session.pool;
    const asked = askedQuestion(request, dataset.questions);
    if (asked === null && pool.length === 0 && leftOut.length > 0)
      throw new QuestionError(
        'Gold rewards, but no training question has gold SQL that returns more than nothing, 0 or NULL. Choose another reward in the settings.',
      );
    return async (signal) => {
      const step = await session.trainer.runStep(
        asked === null ? session.trainer.nextQuestions(pool) : [asked],
        signal,
      );
      this.#hand.recorded(step, asked === null ? pool : null);
      const model = this.#ports.model();
      if (
        !session.config.reflection ||
        model === null ||
        model.id !== source.id ||
        step.groups.every(({ noSignal }) => noSignal)
      )
        return { step, events: step.events };
      const { reflections, events } = await reflectOn(step, {
        model,
        policy: session.trainer.policy,
        config: session.config,
        seed: session.run.state.seed,
        signal,
      });
      this.#hand.recorder()?.changed(events);
      return {
        step: { ...step, reflections, events: [...step.events, ...events] },
        events: [...step.events, ...events],
      };
    };
  }

  /** Takes the next step of a recording, with what was done to settings and hints before it. */
  #playing(playback: Playback): (signal: AbortSignal) => Promise<Taken> {
    const session = this.#hand.current();
    return async (signal) => {
      const events: HintEvent[] = [];
      for (;;) {
        const played = await playback.next(signal);
        if (played === null) return { step: null, events };
        if (played.kind === 'configure') session.config = played.config;
        if (played.kind === 'hints') events.push(...played.events);
        if (played.kind !== 'step') continue;
        const reflected = playback.nextIsReflection ? await playback.next(signal) : null;
        const made = reflected?.kind === 'hints' ? reflected.events : [];
        return {
          step: { ...played.step, events: [...played.step.events, ...made] },
          events: [...events, ...played.step.events, ...made],
        };
      }
    };
  }

  watchLive(onlive: (group: LiveGroup | null) => void): Promise<void> {
    this.#live.watch(onlive);
    return Promise.resolve();
  }

  stopCompletion(index: number): Promise<void> {
    this.#hand.stopCompletion(index);
    return Promise.resolve();
  }

  stopGroup(): Promise<void> {
    this.#halted = true;
    this.#sampling?.abort();
    return Promise.resolve();
  }

  useSampler(id: string, label?: string): Promise<RunView> {
    return this.#inTurn(async () => {
      await this.#hand.use(id, label);
      return this.#hand.view();
    });
  }

  openCompletions(file: File): Promise<RunView> {
    return this.#inTurn(async () => {
      const { dataset } = this.#hand.ready();
      // Checked before it is kept.
      forQuestions(parseCompletions(await file.text(), file.name), dataset.questions);
      const id = await this.#hand.keep('completions', file);
      await this.#hand.use(`${COMPLETIONS_FILE}${id}`, `Recorded completions of ${file.name}`);
      return this.#hand.view();
    });
  }

  startRecording(): Promise<RecordingView> {
    return this.#inTurn(async () => {
      return this.#hand.record();
    });
  }

  recordingText(): Promise<string> {
    return this.#inTurn(async () => {
      const text = this.#hand.recordingText();
      if (text === null) throw new Error('Nothing was recorded yet.');
      return text;
    });
  }

  openRecording(file: File): Promise<RunView> {
    return this.#inTurn(async () => {
      this.#hand.writable();
      const text = await file.text();
      const recording = parseRecording(text, file.name);
      const before = this.#hand.ready();
      const parts = recording.dataset === before.dataset.name ? before : await this.#hand.partsFor(recording.dataset);
      const playback = await playbackOf({ name: file.name, text }, parts.dataset, this.#ports);
      const id = await this.#hand.keep('recording', file);
      await this.#hand.replaceBy(parts, () =>
        this.#hand.begin({
          config: recording.config,
          seed: recording.state.seed,
          place: { ...this.#hand.current().run.place, questionId: null, ownQuestion: null },
          replaces: this.#hand.current().run.id,
          from: 'none',
          played: { playback, id: `${RECORDING}${id}`, label: playback.sampler.label },
        }),
      );
      return this.#hand.view();
    });
  }

  ask(request: AskRequest): Promise<AskAnswer> {
    return this.#inTurn(async () => {
      const {
        dataset: { database },
        source,
        rewards,
      } = this.#hand.ready();
      const { trainer, config } = this.#hand.current();
      let answer: AskAnswer | null = null;
      const finished = await this.#stoppable(async (signal) => {
        answer = await ask(request, { sampler: source, policy: trainer.policy, database, rewards, config, signal });
      });
      if (!finished || answer === null) throw new DOMException('Stopped.', 'AbortError');
      return answer;
    });
  }

  promptFor(question: string): Promise<PromptView> {
    return this.#inTurn(async () => {
      const { trainer, config } = this.#hand.current();
      return promptFor(question, {
        schema: this.#hand.ready().dataset.database.schema,
        policy: trainer.policy,
        config,
      });
    });
  }

  /** Not in turn: it is meant for the call whose turn it is. */
  halt(): Promise<void> {
    this.#halted = true;
    return Promise.resolve();
  }

  reset({ seed, start, dataset }: Parameters<EngineApi['reset']>[0]): Promise<RunView> {
    return this.#inTurn(async () => {
      checkSeed(seed);
      const session = this.#hand.writable();
      const { run } = session;
      const from = START_CHOICES.find((choice) => choice === start) ?? run.start ?? 'none';
      if (dataset !== undefined && dataset !== run.dataset) {
        await this.#hand.replaceBy(await this.#hand.partsFor(dataset), () =>
          this.#hand.begin({
            config: session.config,
            seed,
            place: { ...run.place, questionId: null, ownQuestion: null },
            replaces: run.id,
            from,
          }),
        );
        return this.#hand.view();
      }
      // Before the first step there is nothing to replace, and nothing that a reset before it left may be lost.
      if (
        session.playback === null &&
        run.state.step === 0 &&
        seed === run.state.seed &&
        from !== (run.start ?? 'none')
      )
        await this.#hand.changeStart(from);
      else await this.#hand.begin({ config: session.config, seed, place: run.place, replaces: run.id, from });
      return this.#hand.view();
    });
  }

  undoReset(): Promise<RunView> {
    return this.#inTurn(async () => {
      const session = this.#hand.writable();
      if (!session.canUndo) throw new Error('There is no reset to take back.');
      const { store } = this.#hand.ready();
      await this.#hand.writing(() => store.undo(session.run.id));
      const found = await store.current();
      const notice =
        found === null
          ? undefined
          : await this.#hand.restore(found.run, found.canUndo, session.config, session.run.state.seed);
      return this.#hand.view(notice);
    });
  }

  configure(settings: Record<string, unknown>): Promise<Configured> {
    return this.#inTurn(async () => {
      const session = this.#hand.own();
      const config = makeConfig({ ...session.config, ...settings });
      const pool = await this.#hand.ready().pool.of(config);
      await this.#hand.orBack(async () => {
        session.trainer.configure(config);
        this.#hand.recorder()?.configure(config);
        await this.#hand.commit({ settings: config });
        session.config = config;
        session.pool = pool;
      });
      return { config, leftOut: pool.leftOut };
    });
  }

  judge(completion: Judged, thumb: Thumb | null): Promise<FeedbackView> {
    return this.#inTurn(() => this.#say(completion, { thumb }));
  }

  tryCorrection(sql: string): Promise<Trial> {
    return this.#inTurn(() => trial(sql, this.#hand.ready().dataset.database, this.#hand.current().config));
  }

  correct(completion: Judged, sql: string | null): Promise<FeedbackView> {
    return this.#inTurn(async () => {
      const { refused } =
        sql === null
          ? { refused: null }
          : await trial(sql, this.#hand.ready().dataset.database, this.#hand.current().config);
      if (refused !== null) throw new QuestionError(refused);
      return this.#say(completion, { corrected: sql === null ? null : sql.trim() });
    });
  }

  editHint(key: string, edit: HintEdit): Promise<Progress> {
    return this.#inTurn(async () => {
      const session = this.#hand.own();
      await this.#hand.orBack(async () => {
        const events = session.trainer.editHint(key, edit);
        this.#hand.recorder()?.edit(key, edit);
        if (events.length > 0) await this.#hand.commit({ events });
      });
      return this.#hand.progress();
    });
  }

  guide(act: GuidanceAct): Promise<Progress> {
    return this.#inTurn(async () => {
      const { trainer, config, run } = this.#hand.own();
      await this.#hand.orBack(async () => {
        const { step } = run.state;
        const events =
          act.does === 'add'
            ? applyGuidance(
                trainer.policy,
                { op: 'add', text: act.text },
                { step, reason: 'Written by the reader.' },
                true,
              )
            : act.does === 'accept'
              ? acceptGuidance(trainer.policy, act.key, step, config.weight_limit)
              : act.does === 'reword'
                ? editGuidance(trainer.policy, act.key, act.text, step)
                : vetoGuidance(trainer.policy, act.key, step);
        this.#hand.recorder()?.changed(events);
        if (events.length > 0) await this.#hand.commit({ events });
      });
      return this.#hand.progress();
    });
  }

  eventsOf(key: string): Promise<HintEvent[]> {
    return this.#inTurn(() => this.#hand.ready().store.eventsOf(this.#hand.current().run.id, key));
  }

  stepAt(number: number): Promise<Step | null> {
    return this.#inTurn(() => this.#hand.ready().store.step(this.#hand.current().run.id, number));
  }

  setPlace(place: Place): Promise<void> {
    return this.#inTurn(async () => {
      const session = this.#hand.writable();
      await this.#hand.writing(() => this.#hand.ready().store.setPlace(session.run.id, place));
      session.run = { ...session.run, place };
    });
  }

  /** Calls happen one after another, in the order they came: a reset never meets half a step. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work).catch((error: unknown): never => {
      throw readable(error);
    });
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** Runs `work` so that `stopGroup` can end it; false when it did. */
  async #stoppable(work: (signal: AbortSignal) => Promise<void>): Promise<boolean> {
    const sampling = new AbortController();
    this.#sampling = sampling;
    try {
      await work(sampling.signal);
      return true;
    } catch (error) {
      if (!sampling.signal.aborted) throw error;
      await this.#hand.goBack();
      return false;
    } finally {
      this.#sampling = null;
      this.#live.tell(null);
    }
  }

  async #say(completion: Judged, change: Parameters<FeedbackBook['say']>[2]): Promise<FeedbackView> {
    const { store, feedback, pool } = this.#hand.ready();
    const session = this.#hand.writable();
    await feedback.say(store, completion, change, this.#ports.today());
    this.#hand.recorder()?.said(feedback.entries);
    session.pool = await pool.of(session.config);
    return { feedback: feedback.entries, leftOut: session.pool.leftOut };
  }
}
