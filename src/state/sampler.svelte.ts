/** Where the groups come from, what is being written now, and the verbs that change it. */
import type {
  AskAnswer,
  AskRequest,
  EngineApi,
  LiveGroup,
  PromptView,
  RecordingView,
  RunView,
  SamplerView,
} from '../engine/protocol.ts';
import { SKETCH, type SamplerSource } from '../grpo/group-source.ts';
import { SHIPPED, type Shipped } from '../engine/data/shipped.ts';
import { messageOf } from '../grpo/message-of.ts';

export type { AskAnswer, AskRequest, LiveGroup, PromptView, RecordingView, SamplerView, Shipped };

interface Options {
  /** Queues a call to the engine behind those under way. */
  readonly ask: <T>(call: (engine: EngineApi) => Promise<T>) => Promise<T>;
  /** Calls at once: what ends a call under way must not wait for it. */
  readonly now: (call: (engine: EngineApi) => Promise<void>) => void;
  /** Ends a run on the page, before its source changes. */
  readonly pause: () => void;
  readonly show: (run: RunView) => void;
  readonly seed: () => number;
}

export class SamplerState {
  readonly #options: Options;
  #live = $state.raw<LiveGroup | null>(null);
  #view = $state.raw<SamplerView>({ source: SKETCH, label: '', isLanguageModel: false, ready: true });

  #recording = $state.raw<RecordingView | null>(null);

  constructor(options: Options) {
    this.#options = options;
  }

  /** The datasets that ship with the page. */
  readonly shipped: readonly Shipped[] = SHIPPED;
  get view(): SamplerView {
    return this.#view;
  }
  /** The group a language model is writing; null for none. */
  get live(): LiveGroup | null {
    return this.#live;
  }

  /** What is being recorded, or was; null for nothing. */
  get recording(): RecordingView | null {
    return this.#recording;
  }

  record(recording: RecordingView | null): void {
    this.#recording = recording;
  }

  /** Records the run from here on. Resolves to what went wrong, or null. */
  async startRecording(): Promise<string | null> {
    try {
      this.#recording = await this.#options.ask((engine) => engine.startRecording());
      return null;
    } catch (error) {
      return messageOf(error);
    }
  }

  /** The file. Rejects when there is none. */
  recordingText(): Promise<string> {
    return this.#options.ask((engine) => engine.recordingText());
  }

  openRecording(file: File): Promise<string | null> {
    return this.#change((engine) => engine.openRecording(file));
  }

  take(view: SamplerView): void {
    this.#view = view;
  }

  tell(live: LiveGroup | null): void {
    this.#live = live;
  }

  /** Takes the groups from there from the next step on. Resolves to what went wrong, or null. */
  use(source: SamplerSource, label?: string): Promise<string | null> {
    return this.#change((engine) => engine.useSampler(source, label));
  }

  /** A new run on another dataset; “Undo reset” brings this one back. */
  useDataset(name: string): Promise<string | null> {
    return this.#change((engine) => engine.reset({ seed: this.#options.seed(), dataset: name }));
  }

  openCompletions(file: File): Promise<string | null> {
    return this.#change((engine) => engine.openCompletions(file));
  }

  stopCompletion(index: number): void {
    this.#options.now((engine) => engine.stopCompletion(index));
  }

  stopGroup(): void {
    this.#options.now((engine) => engine.stopGroup());
  }

  /** Rejects with what went wrong; with an AbortError after `stopGroup`. */
  askFor(request: AskRequest): Promise<AskAnswer> {
    this.#options.pause();
    return this.#options.ask((engine) => engine.ask(request));
  }

  promptFor(question: string): Promise<PromptView> {
    return this.#options.ask((engine) => engine.promptFor(question));
  }

  async #change(call: (engine: EngineApi) => Promise<RunView>): Promise<string | null> {
    this.#options.pause();
    try {
      this.#options.show(await this.#options.ask(call));
      return null;
    } catch (error) {
      return messageOf(error);
    }
  }
}
