import type { GRPOConfig } from '../../grpo/config.ts';
import type { RecordingSource } from '../../grpo/group-source.ts';
import type { Place, RunRecord, StartChoice } from '../../grpo/run-store.ts';
import type { GRPOTrainer } from '../../grpo/trainer.ts';
import type { Teachable } from '../../lab/teachable.ts';
import type { Playback } from '../../recording/playback.ts';
import type { StoreError } from '../../storage/errors.ts';

/** The run in hand. `run` is what is stored; `trainer` stands exactly there between two calls. */
export interface Session {
  run: RunRecord;
  config: GRPOConfig;
  trainer: GRPOTrainer;
  /** The training questions under `config`. */
  pool: Teachable;
  canUndo: boolean;
  /** Set once storage holds something else than this session does: nothing may be written any more. */
  lost: StoreError | null;
  /** Where a recorded run is being played back; its trainer is then the session's. */
  playback: Playback | null;
}

/** What a run begins with. */
export interface Beginning {
  readonly config: GRPOConfig;
  readonly seed: number;
  readonly place: Place;
  /** The run in whose place it comes; null for none. */
  readonly replaces: string | null;
  readonly from: StartChoice;
  /** A recording to play back; absent for a run of its own. */
  readonly played?: { readonly playback: Playback; readonly source: RecordingSource };
}
