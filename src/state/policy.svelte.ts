/** The policy's own place as the page sees it: changes by hand and their undo, snapshots, files in and out. */
import type {
  CueChoice,
  DeskView,
  ExportKind,
  FittedWeights,
  HandAct,
  HintsImport,
  SavedFile,
  Undoable,
} from '../engine/policy-protocol.ts';
import type { NamedSnapshot } from '../grpo/run-store.ts';
import type { HintEdit, HintFeature, PolicyHint, Step } from '../grpo/types.ts';
import { messageOf } from '../grpo/message-of.ts';
import type { HintLog } from '../engine/protocol.ts';
import type { RunState } from './run.svelte.ts';

export type { CueChoice, ExportKind, FittedWeights, HandAct, HintsImport, NamedSnapshot, SavedFile, Undoable };

export class PolicyState {
  readonly #run: RunState;
  #desk = $state.raw<DeskView>({ undo: null, snapshots: [] });
  #problem = $state('');
  #imported = $state.raw<HintsImport | null>(null);

  constructor(run: RunState) {
    this.#run = run;
  }

  get undoable(): Undoable | null {
    return this.#desk.undo;
  }
  get snapshots(): readonly NamedSnapshot[] {
    return this.#desk.snapshots;
  }
  /** What could not be done, and why; '' when the last change was made. */
  get problem(): string {
    return this.#problem;
  }
  /** Hints of a file that was read, before they are put in; null for none. */
  get imported(): HintsImport | null {
    return this.#imported;
  }

  /** Asks what can be undone, and which snapshots there are. */
  refresh(): Promise<boolean> {
    return this.#try(async () => {
      this.#desk = await this.#run.ask((engine) => engine.desk());
    });
  }

  /** The rest resolve to whether it was done; `problem` says why not. */
  edit(key: string, edit: HintEdit): Promise<boolean> {
    return this.#move(() => this.#run.move((engine) => engine.editHint(key, edit)));
  }

  act(act: HandAct): Promise<boolean> {
    return this.#move(() => this.#run.move((engine) => engine.byHand(act)));
  }

  undo(): Promise<boolean> {
    return this.#move(() => this.#run.move((engine) => engine.undoByHand()));
  }

  keepSnapshot(name: string): Promise<boolean> {
    return this.#try(async () => {
      this.#desk = await this.#run.ask((engine) => engine.keepSnapshot(name));
    });
  }

  forgetSnapshot(sequence: number): Promise<boolean> {
    return this.#try(async () => {
      this.#desk = await this.#run.ask((engine) => engine.forgetSnapshot(sequence));
    });
  }

  /** Reads a file of hints, which `imported` then shows. */
  read(file: File): Promise<boolean> {
    this.#imported = null;
    return this.#try(async () => {
      this.#imported = await this.#run.ask((engine) => engine.readHints(file));
    });
  }

  /** Opens a project: its runs and feedback come in, and its last run is shown. */
  openProject(file: File): Promise<boolean> {
    return this.#move(() => this.#run.changeRun((engine) => engine.openProject(file)));
  }

  async import(): Promise<boolean> {
    const done = await this.#move(() => this.#run.move((engine) => engine.importHints()));
    if (done) this.#imported = null;
    return done;
  }

  leaveImport(): void {
    this.#imported = null;
  }

  /** A file to keep; null where it could not be made. */
  async file(kind: ExportKind): Promise<SavedFile | null> {
    let file: SavedFile | null = null;
    await this.#try(async () => {
      file = await this.#run.ask((engine) => engine.exportFile(kind));
    });
    return file;
  }

  /** These reject with a message for the reader. */
  hintsOf(sequence: number): Promise<readonly PolicyHint[]> {
    return this.#run.ask((engine) => engine.hintsOfSnapshot(sequence));
  }
  cues(): Promise<readonly CueChoice[]> {
    return this.#run.ask((engine) => engine.cues());
  }
  actionsFor(cue: string): Promise<readonly HintFeature[]> {
    return this.#run.ask((engine) => engine.actionsFor(cue));
  }
  linkHints(): Promise<string> {
    return this.#run.ask((engine) => engine.linkHints());
  }
  fitWeights(): Promise<FittedWeights> {
    return this.#run.ask((engine) => engine.fitWeights());
  }
  eventsOf(key: string): Promise<HintLog> {
    return this.#run.ask((engine) => engine.eventsOf(key));
  }
  stepAt(step: number): Promise<Step | null> {
    return this.#run.ask((engine) => engine.stepAt(step));
  }

  async #move(work: () => Promise<void>): Promise<boolean> {
    const done = await this.#try(work);
    if (done) await this.refresh();
    return done;
  }

  async #try(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      this.#problem = '';
      return true;
    } catch (error) {
      this.#problem = messageOf(error);
      return false;
    }
  }
}
