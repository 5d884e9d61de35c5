/** The policy’s desk of the engine in memory: changes by hand over a real policy; the rest is set by a test. */
import { addHint, deleteHints, mergeHints, PolicyEditError, putHints, wantedFor } from '../../src/grpo/policy-edits.ts';
import type { NamedSnapshot } from '../../src/grpo/run-store.ts';
import type { GRPOTrainer } from '../../src/grpo/trainer.ts';
import type { HintEvent, HintFeature, PolicyHint } from '../../src/grpo/types.ts';
import type { Progress, RunView } from '../../src/engine/protocol.ts';
import type {
  CueChoice,
  FittedWeights,
  HandDone,
  HintsImport,
  PolicyApi,
  Undoable,
} from '../../src/engine/policy-protocol.ts';

/** What a test sets, and what the desk was asked. */
export interface Shelf {
  /** Each call that was made, with what it was given; `desk` itself left out, which the page calls on its own. */
  readonly asked: unknown[][];
  cues: readonly CueChoice[];
  actions: readonly HintFeature[];
  fitted: FittedWeights;
  /** Of whatever file is read. */
  plan: HintsImport;
  /** Hints as text for a link. */
  packed: string;
}

export interface Bench {
  readonly answer: <T>(name: string, work: () => T | Promise<T>) => Promise<T>;
  readonly trainer: () => GRPOTrainer;
  readonly stepCount: () => number;
  readonly progress: () => Progress;
  readonly view: () => RunView;
  readonly log: (events: readonly HintEvent[]) => void;
}

export interface Desk extends PolicyApi {
  readonly shelf: Shelf;
  /** Makes a change that can be taken back. */
  readonly change: (does: HandDone, key: string | null, work: (trainer: GRPOTrainer) => HintEvent[]) => Progress;
}

/** A desk over the policy of `trainer`. */
export function deskOf({ answer, trainer, stepCount, progress, view, log }: Bench): Desk {
  const shelf: Shelf = {
    asked: [],
    cues: [],
    actions: [],
    fitted: { up: 0, down: 0, fit: null },
    plan: { file: 'none.json', form: 'own', hints: [] },
    packed: 'packed',
  };
  const done: (Undoable & { readonly before: readonly PolicyHint[] })[] = [];
  let snapshots: readonly (NamedSnapshot & { readonly hints: readonly PolicyHint[] })[] = [];

  const change: Desk['change'] = (does, key, work) => {
    const before = trainer().policy.hints;
    const events = work(trainer());
    log(events);
    done.push({ does, key, hints: events.length, before });
    return progress();
  };
  const backTo =
    (hints: readonly PolicyHint[]) =>
    ({ policy, step }: GRPOTrainer): HintEvent[] =>
      putHints(policy, wantedFor(policy, hints), step, { id: 'by-hand' });
  const limits = ({ step, config }: GRPOTrainer): { step: number; weightLimit: number } => ({
    step,
    weightLimit: config.weight_limit,
  });
  const noted = <T>(name: string, given: readonly unknown[], work: () => T): Promise<T> => {
    shelf.asked.push([name, ...given]);
    return answer(name, work);
  };
  const deskView = () => {
    const last = done.at(-1);
    return {
      undo: last === undefined ? null : { does: last.does, key: last.key, hints: last.hints },
      snapshots: snapshots.map(({ hints: _hints, ...snapshot }) => snapshot),
    };
  };
  const hintsOf = (sequence: number): readonly PolicyHint[] => {
    const found = snapshots.find((snapshot) => snapshot.sequence === sequence);
    if (found === undefined) throw new PolicyEditError('This snapshot is no longer kept.');
    return found.hints;
  };

  return {
    shelf,
    change,
    // Not a call that a test makes fail: the page makes it on its own.
    desk: () => Promise.resolve(deskView()),
    byHand: (act) =>
      noted('byHand', [act], () => {
        switch (act.does) {
          case 'add': {
            const feature = shelf.actions.find(({ key }) => key === act.key);
            if (feature === undefined) throw new PolicyEditError('This is no hint that the sampler could follow.');
            return change('add', act.key, (on) => addHint(on.policy, feature, act, limits(on)));
          }
          case 'delete':
            return change('delete', act.keys[0] ?? null, (on) => deleteHints(on.policy, act.keys, on.step));
          case 'merge':
            return change('merge', null, (on) => mergeHints(on.policy, act, limits(on)));
          case 'snapshot':
            return change('snapshot', null, backTo(hintsOf(act.sequence)));
          case 'step':
            return change('step', null, backTo([]));
        }
      }),
    undoByHand: () =>
      noted('undoByHand', [], () => {
        const last = done.pop();
        if (last === undefined) throw new PolicyEditError('There is nothing to take back.');
        log(backTo(last.before)(trainer()));
        return progress();
      }),
    keepSnapshot: (name) =>
      noted('keepSnapshot', [name], () => {
        const sequence = snapshots.length + 1;
        const { hints } = trainer().policy;
        snapshots = [...snapshots, { name, step: stepCount(), sequence, at: 1_700_000_000_000, hints }];
        return deskView();
      }),
    forgetSnapshot: (sequence) =>
      noted('forgetSnapshot', [sequence], () => {
        snapshots = snapshots.filter((snapshot) => snapshot.sequence !== sequence);
        return deskView();
      }),
    hintsOfSnapshot: (sequence) => noted('hintsOfSnapshot', [sequence], () => hintsOf(sequence)),
    cues: () => noted('cues', [], () => shelf.cues),
    actionsFor: (cue) => noted('actionsFor', [cue], () => shelf.actions),
    fitWeights: () => noted('fitWeights', [], () => shelf.fitted),
    exportFile: (kind) =>
      noted('exportFile', [kind], () => ({ name: `${kind.what}.txt`, type: 'text/plain', content: 'x' })),
    openProject: (file) => noted('openProject', [file.name], view),
    linkHints: () => noted('linkHints', [], () => shelf.packed),
    readLinkHints: (packed) => noted('readLinkHints', [packed], () => shelf.plan),
    readHints: (file) => noted('readHints', [file.name], () => ({ ...shelf.plan, file: file.name })),
    importHints: () =>
      noted('importHints', [], () =>
        change('import', null, ({ policy, step }) =>
          putHints(
            policy,
            shelf.plan.hints
              .filter(({ becomes }) => becomes === 'new' || becomes === 'changes')
              .map(({ hint }) => ({ key: hint.key, hint })),
            step,
            { id: 'imported', file: shelf.plan.file },
          ),
        ),
      ),
  };
}
