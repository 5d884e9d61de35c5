/** What the page's own place for the policy asks of the engine: hints by hand, snapshots, and what is taken home. */
import type { NamedSnapshot } from '../grpo/run-store.ts';
import type { HintCue, HintFeature, PolicyHint } from '../grpo/types.ts';
import type { UnseenPoint } from '../lab/unseen.ts';
import type { WeightFit } from '../lab/weight-fit.ts';
import type { Progress, RunView } from './views-protocol.ts';

/** What was done to the hints by hand. */
export type HandDone = 'edit' | 'add' | 'delete' | 'merge' | 'guidance' | 'import' | 'snapshot' | 'step';

/** The change by hand that would be taken back next. */
export interface Undoable {
  readonly does: HandDone;
  /** Of the hint, where it was one. */
  readonly key: string | null;
  /** How many hints it touched. */
  readonly hints: number;
}

export interface DeskView {
  readonly undo: Undoable | null;
  /** Oldest first. */
  readonly snapshots: readonly NamedSnapshot[];
}

export type HandAct =
  /** `key`: of a feature that `actionsFor` named. */
  | { readonly does: 'add'; readonly key: string; readonly weight: number; readonly pinned: boolean }
  | { readonly does: 'delete'; readonly keys: readonly string[] }
  /** `into` takes the weight of `from`, which goes. */
  | { readonly does: 'merge'; readonly from: string; readonly into: string }
  /** Back to a named snapshot, known by its event, or to the policy after a step. */
  | { readonly does: 'snapshot'; readonly sequence: number }
  | { readonly does: 'step'; readonly step: number };

/** When a hint of one's own may act. */
export interface CueChoice {
  /** Of the cue; `*` for every question. */
  readonly key: string;
  readonly cue: HintCue | null;
  /** Training questions that have it. */
  readonly questions: number;
}

/** A file for the reader to keep. */
export interface SavedFile {
  readonly name: string;
  readonly type: string;
  readonly content: string | Uint8Array<ArrayBuffer>;
}

export type ExportKind =
  | { readonly what: 'hints' | 'hints-reference' | 'prompts' | 'rollouts' | 'project' | 'feedback' }
  | { readonly what: 'hints-csv' | 'steps-csv' | 'feedback-csv' }
  | { readonly what: 'prompt'; readonly question: string }
  /** `unseen`: right answers on questions it never saw, as the page has them, of `asked`. */
  | { readonly what: 'report'; readonly unseen: readonly UnseenPoint[]; readonly asked: number };

/** A hint of a file, and what becomes of it here. */
export interface ImportedHint {
  readonly hint: PolicyHint;
  /**
   * new      it is put in                          changes  it takes the place of the one that is there
   * same     it is there just so                   guidance its words become a sentence for prompts
   * refused  it cannot act, or be kept, here
   */
  readonly becomes: 'new' | 'changes' | 'same' | 'guidance' | 'refused';
  /** Why it is refused, or becomes guidance; '' otherwise. */
  readonly why: string;
}

export interface HintsImport {
  readonly file: string;
  readonly form: 'own' | 'reference';
  readonly hints: readonly ImportedHint[];
}

/** What came of fitting the reward weights to thumbs. */
export interface FittedWeights {
  readonly up: number;
  readonly down: number;
  /** Null with too few thumbs of a kind, and where no reward speaks for what got a thumb up. */
  readonly fit: WeightFit | null;
}

/** The methods of `EngineApi` for it. Every rejection carries a message fit for a reader. */
export interface PolicyApi {
  desk(): Promise<DeskView>;
  byHand(act: HandAct): Promise<Progress>;
  /** Puts the hints of the last change by hand back as they were. Rejects where there is none. */
  undoByHand(): Promise<Progress>;
  keepSnapshot(name: string): Promise<DeskView>;
  /** Takes its name away. */
  forgetSnapshot(sequence: number): Promise<DeskView>;
  hintsOfSnapshot(sequence: number): Promise<readonly PolicyHint[]>;
  /** Cues of the training questions, as the built-in sampler reads them. */
  cues(): Promise<readonly CueChoice[]>;
  /** What may be done where that cue is: features that the built-in sampler has. */
  actionsFor(cue: string): Promise<readonly HintFeature[]>;
  /** The weights of the four rewards as the thumbs would have them. */
  fitWeights(): Promise<FittedWeights>;
  exportFile(kind: ExportKind): Promise<SavedFile>;
  /**
   * Opens a project: what it says of feedback is added, and its runs, of which the last is shown. Rejects with what is
   * wrong and where; nothing has changed then.
   */
  openProject(file: File): Promise<RunView>;
  /** All hints as text for a link, without their evidence. */
  linkHints(): Promise<string>;
  /** Reads those of a link, as `readHints` does a file. */
  readLinkHints(packed: string): Promise<HintsImport>;
  /** Reads hints, in our form or the reference's, without putting them in. Rejects with what is wrong and where. */
  readHints(file: File): Promise<HintsImport>;
  /** Puts in those that can be, of the file that was read last. */
  importHints(): Promise<Progress>;
}
