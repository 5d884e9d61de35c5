/** The policy's own place, on the engine's side: hints by hand, snapshots, and files in and out. */
import { deleteHints, addHint, mergeHints, PolicyEditError, putHints, wantedFor } from '../../grpo/policy-edits.ts';
import { checkName } from '../../grpo/run-settings.ts';
import type { GRPOTrainer } from '../../grpo/trainer.ts';
import type { HintEvent, HintFeature, PolicyHint } from '../../grpo/types.ts';
import type { Dataset, EnginePorts } from '../engine-ports.ts';
import type {
  CueChoice,
  DeskView,
  ExportKind,
  FittedWeights,
  HandAct,
  HintsImport,
  SavedFile,
} from '../policy-protocol.ts';
import { fetched } from '../fetched.ts';
import { HintChoices } from './hint-choices.ts';
import type { RunInHand } from './run-in-hand.ts';

export class PolicyDesk {
  readonly #run: RunInHand;
  readonly #ports: EnginePorts;
  #choices: { readonly dataset: Dataset; readonly of: HintChoices } | null = null;
  /** Of the file that was read last, and the run it was read for. */
  #read: { readonly run: string; readonly plan: HintsImport } | null = null;

  constructor(run: RunInHand, ports: EnginePorts) {
    this.#run = run;
    this.#ports = ports;
  }

  async view(): Promise<DeskView> {
    const { undoable } = this.#run;
    const undo = undoable === null ? null : { does: undoable.does, key: undoable.key, hints: undoable.hints };
    return { undo, snapshots: await this.#run.data.store.namedSnapshots(this.#run.id) };
  }

  async act(act: HandAct): Promise<void> {
    switch (act.does) {
      case 'add': {
        const feature = this.#choicesHere().feature(act.key);
        if (feature === undefined) throw new PolicyEditError('This is no hint that the sampler could follow.');
        return this.#run.byHand('add', (trainer) => addHint(trainer.policy, feature, act, limitsOf(trainer)));
      }
      case 'delete':
        return this.#run.byHand('delete', ({ policy, step }) => deleteHints(policy, act.keys, step));
      case 'merge':
        return this.#run.byHand('merge', (trainer) => mergeHints(trainer.policy, act, limitsOf(trainer)));
      case 'snapshot': {
        const { store } = this.#run.data;
        const snapshot = (await store.namedSnapshots(this.#run.id)).find(({ sequence }) => sequence === act.sequence);
        if (snapshot === undefined) throw new PolicyEditError('This snapshot is no longer kept.');
        const hints = await store.hintsOfSnapshot(this.#run.id, act.sequence);
        const { name } = snapshot;
        return this.#run.byHand('snapshot', (trainer) => backTo(trainer, hints, { id: 'snapshot', name }));
      }
      case 'step': {
        const { step, hints } = await this.#run.data.store.policyAt(this.#run.id, act.step);
        return this.#run.byHand('step', (trainer) => backTo(trainer, hints, { id: 'went-back', to: step }));
      }
    }
  }

  async keepSnapshot(name: string): Promise<DeskView> {
    await this.#run.data.store.keepSnapshot(this.#run.stored, checkName(name), this.#ports.today());
    return this.view();
  }

  async forgetSnapshot(sequence: number): Promise<DeskView> {
    await this.#run.data.store.forgetSnapshot(this.#run.id, sequence);
    return this.view();
  }

  cues(): readonly CueChoice[] {
    return this.#choicesHere().cues;
  }

  actionsFor(cue: string): readonly HintFeature[] {
    return this.#choicesHere().of(cue);
  }

  async fitWeights(): Promise<FittedWeights> {
    const { weightsByThumbs } = await fetched(import('./weights-by-thumbs.ts'));
    return weightsByThumbs(this.#run);
  }

  async exportFile(kind: ExportKind): Promise<SavedFile> {
    const { exported } = await fetched(import('./exporting.ts'));
    return exported(kind, this.#run, this.#ports);
  }

  async linkHints(): Promise<string> {
    const { packHints } = await fetched(import('./link-hints.ts'));
    return packHints(this.#run.policy.hints);
  }

  async readLinkHints(packed: string): Promise<HintsImport> {
    const { unpackHints } = await fetched(import('./link-hints.ts'));
    return this.#plan(await unpackHints(packed), 'The link');
  }

  async readHints(file: File): Promise<HintsImport> {
    return this.#plan(await file.text(), file.name);
  }

  async #plan(text: string, name: string): Promise<HintsImport> {
    const { planImport } = await fetched(import('./importing-hints.ts'));
    const { config, policy, stored, data } = this.#run;
    const plan = planImport(text, name, {
      hints: policy.hints,
      schema: data.dataset.database.schema,
      config,
      step: stored.state.step,
      feature: (key) => this.#choicesHere().feature(key),
    });
    this.#read = { run: this.#run.id, plan };
    return plan;
  }

  async importHints(): Promise<void> {
    const read = this.#read;
    if (read?.run !== this.#run.id) throw new PolicyEditError('Choose the file again: the run has changed.');
    const { wantedOf } = await fetched(import('./importing-hints.ts'));
    const { plan } = read;
    await this.#run.byHand('import', ({ policy, step }) =>
      putHints(policy, wantedOf(plan), step, { id: 'imported', file: plan.file.slice(0, 200) }),
    );
    this.#read = null;
  }

  #choicesHere(): HintChoices {
    const { dataset } = this.#run.data;
    if (this.#choices?.dataset !== dataset)
      this.#choices = {
        dataset,
        of: new HintChoices(this.#ports.makeSampler(dataset.database.schema), dataset.questions),
      };
    return this.#choices.of;
  }
}

const limitsOf = ({ step, config }: GRPOTrainer): { step: number; weightLimit: number } => ({
  step,
  weightLimit: config.weight_limit,
});

function backTo(
  { policy, step }: GRPOTrainer,
  hints: readonly PolicyHint[],
  reason: Parameters<typeof putHints>[3],
): HintEvent[] {
  return putHints(policy, wantedFor(policy, hints), step, reason);
}
