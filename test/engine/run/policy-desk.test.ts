/** Hints changed by hand in a run over the real shop: undone, reloaded, recorded, taken home and brought back. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Engine } from '../../../src/engine/engine.ts';
import type { Dataset, EnginePorts } from '../../../src/engine/engine-ports.ts';
import type { SavedFile } from '../../../src/engine/policy-protocol.ts';
import type { Rollout } from '../../../src/formats/rollouts.ts';
import type { HintEvent, PolicyHint } from '../../../src/grpo/types.ts';
import { MemoryStore } from '../../../src/storage/memory-store.ts';
import { replayEvents } from '../../grpo/replay.ts';
import { memoryFiles } from '../memory-files.ts';
import { portsFor, shopDataset } from '../scenario.ts';
import { shopFiles } from '../shop-files.ts';

const steps = (count: number) => ({ steps: count, budgetMs: 1e9 });
let shop: Dataset;

beforeAll(async () => {
  shop = await shopDataset(shopFiles());
});
afterAll(() => shop.database.close());

async function opened(store = new MemoryStore(), over: Partial<EnginePorts> = {}): Promise<Engine> {
  const engine = new Engine(portsFor(shop, { openStore: () => Promise.resolve(store), ...over }));
  await engine.open({ seed: 3 });
  return engine;
}

const textOf = ({ content }: SavedFile): string => (typeof content === 'string' ? content : '');
const fileOf = ({ name, content }: SavedFile): File => new File([content], name);
const byKey = (hints: readonly PolicyHint[]): readonly PolicyHint[] =>
  [...hints].sort((a, b) => (a.key < b.key ? -1 : 1));
const strongest = (hints: readonly PolicyHint[]): PolicyHint =>
  [...hints].sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight))[0] as PolicyHint;

describe('hints by hand', () => {
  it('are edited, pinned, deleted and added, each undone as it was, in turn', async () => {
    const engine = await opened();
    const { hints: learned } = await engine.advance(steps(6));
    const { key } = strongest(learned);
    const states = [learned];
    const changes = [
      () => engine.editHint(key, { weight: 1.25, enabled: false, pinned: true }),
      () => engine.byHand({ does: 'delete', keys: [key] }),
      async () => {
        const [cue] = (await engine.cues()).filter(({ cue }) => cue?.kind === 'word');
        const [feature] = (await engine.actionsFor(cue?.key ?? '')).filter(
          (each) => !learned.some((hint) => hint.key === each.key),
        );
        return engine.byHand({ does: 'add', key: feature?.key ?? '', weight: 2, pinned: true });
      },
    ];
    for (const change of changes) states.push((await change()).hints);
    expect(new Set(states.map((hints) => JSON.stringify(byKey(hints)))).size).toBe(4);
    expect((await engine.desk()).undo).toMatchObject({ does: 'add', hints: 1 });
    for (const before of states.slice(0, -1).reverse())
      expect(byKey((await engine.undoByHand()).hints)).toEqual(byKey(before));
    expect((await engine.desk()).undo).toBeNull();
    await expect(engine.undoByHand()).rejects.toThrow('no change by hand');
  });

  it('change what the sampler draws next, and a run with them is the same after a reload', async () => {
    const store = new MemoryStore();
    const engine = await opened(store);
    const untouched = await opened();
    const { hints } = await engine.advance(steps(4));
    await untouched.advance(steps(4));
    // What the first question's answers begin with is turned round.
    const { hints: edited } = await engine.editHint(strongest(hints).key, { weight: -5, pinned: true });
    expect(edited).toHaveLength(hints.length);
    const reopened = new Engine(portsFor(shop, { openStore: () => Promise.resolve(store) }));
    const again = await reopened.open({});
    expect(byKey(again.hints)).toEqual(byKey(edited));
    const next = await reopened.advance(steps(6));
    const plain = await untouched.advance(steps(6));
    expect(next.hints.find(({ key }) => key === strongest(hints).key)).toMatchObject({ weight: -5, pinned: true });
    expect(next.step).not.toEqual(plain.step);
    // The log alone makes the policy again.
    const logs = await Promise.all(next.hints.map(({ key }) => reopened.eventsOf(key)));
    const events = logs.flatMap((log): readonly HintEvent[] => log.events).sort((a, b) => a.sequence - b.sequence);
    expect(byKey(replayEvents(events).hints)).toEqual(byKey(next.hints));
  });

  it('are part of a recording, which plays back to the same hints', async () => {
    const files = memoryFiles();
    const engine = await opened(new MemoryStore(), { openFiles: () => Promise.resolve(files) });
    await engine.startRecording();
    const { hints } = await engine.advance(steps(3));
    const [a, b, c] = hints;
    await engine.editHint(a?.key ?? '', { pinned: true, weight: 1 });
    await engine.byHand({ does: 'delete', keys: [b?.key ?? '', c?.key ?? ''] });
    await engine.undoByHand();
    await engine.keepSnapshot('before');
    await engine.advance(steps(2));
    const [snapshot] = (await engine.desk()).snapshots;
    await engine.byHand({ does: 'snapshot', sequence: snapshot?.sequence ?? -1 });
    const end = await engine.advance(steps(2));
    const played = await engine.openRecording(new File([await engine.recordingText()], 'run.json'));
    expect(played.hints).toEqual([]);
    const replayed = await engine.advance(steps(7));
    expect(byKey(replayed.hints)).toEqual(byKey(end.hints));
    await expect(engine.byHand({ does: 'delete', keys: [a?.key ?? ''] })).rejects.toThrow('recorded run');
  });

  it('refuses what is no feature, and changes nothing then', async () => {
    const engine = await opened();
    const { hints } = await engine.advance(steps(2));
    for (const act of [
      { does: 'add', key: 'no | such', weight: 1, pinned: false },
      { does: 'delete', keys: ['no | such'] },
      { does: 'merge', from: hints[0]?.key ?? '', into: 'no | such' },
      { does: 'snapshot', sequence: 12345 },
    ] as const)
      await expect(engine.byHand(act)).rejects.toThrow(/\.$/);
    const { hints: after } = await engine.undoReset().catch(() => engine.advance({ steps: 0, budgetMs: 0 }));
    expect(byKey(after)).toEqual(byKey(hints));
  });

  it('offers what acts: every choice is a feature of a training question', async () => {
    const engine = await opened();
    const cues = await engine.cues();
    expect(cues[0]).toMatchObject({ key: '*', cue: null });
    expect(cues.length).toBeGreaterThan(100);
    const general = await engine.actionsFor('*');
    expect(general.some(({ pattern }) => pattern.parts[0] === 'GROUP BY')).toBe(true);
    expect(general.every(({ cue }) => cue === null)).toBe(true);
  });
});

describe('snapshots', () => {
  it('keep the policy under a name, come back, and are still there after a reload', async () => {
    const store = new MemoryStore();
    const engine = await opened(store);
    const first = await engine.advance(steps(3));
    expect((await engine.keepSnapshot('  three   steps ')).snapshots).toMatchObject([{ name: 'three steps', step: 3 }]);
    await engine.editHint(first.hints[0]?.key ?? '', { weight: 3 });
    const second = await engine.advance(steps(60));
    const { snapshots } = await engine.keepSnapshot('sixty-three');
    expect(snapshots.map(({ name, step }) => [name, step])).toEqual([
      ['three steps', 3],
      ['sixty-three', 63],
    ]);
    const reopened = new Engine(portsFor(shop, { openStore: () => Promise.resolve(store) }));
    expect(byKey((await reopened.open({})).hints)).toEqual(byKey(second.hints));
    const sequence = snapshots[0]?.sequence ?? -1;
    expect(byKey(await reopened.hintsOfSnapshot(sequence))).toEqual(byKey(first.hints));
    expect(byKey((await reopened.byHand({ does: 'snapshot', sequence })).hints)).toEqual(byKey(first.hints));
    expect(byKey((await reopened.undoByHand()).hints)).toEqual(byKey(second.hints));
    expect(byKey((await reopened.byHand({ does: 'step', step: 3 })).hints)).not.toEqual(byKey(second.hints));
    expect((await reopened.forgetSnapshot(sequence)).snapshots.map(({ name }) => name)).toEqual(['sixty-three']);
    await expect(reopened.byHand({ does: 'snapshot', sequence })).rejects.toThrow('no longer kept');
    await expect(reopened.keepSnapshot('  ')).rejects.toThrow('A name has');
  });
});

describe('taken home and brought back', () => {
  it('is identical in our own form', async () => {
    const engine = await opened();
    const { hints } = await engine.advance(steps(8));
    await engine.editHint(hints[0]?.key ?? '', { pinned: true, weight: 1 });
    const edited = (await engine.guide({ does: 'add', text: 'Join orders by their number.' })).hints;
    const file = await engine.exportFile({ what: 'hints' });
    expect(file).toMatchObject({ name: 'shop-hints.json', type: 'application/json' });
    await engine.reset({ seed: 9 });
    const plan = await engine.readHints(fileOf(file));
    expect(plan.form).toBe('own');
    expect(new Set(plan.hints.map(({ becomes }) => becomes))).toEqual(new Set(['new']));
    expect(byKey((await engine.importHints()).hints)).toEqual(byKey(edited));
    // Read again, it would change nothing.
    expect(new Set((await engine.readHints(fileOf(file))).hints.map(({ becomes }) => becomes))).toEqual(
      new Set(['same']),
    );
    expect((await engine.importHints()).hints).toHaveLength(edited.length);
    await expect(engine.importHints()).rejects.toThrow('Choose the file again');
    expect((await engine.undoByHand()).hints).toEqual([]);
  });

  it('keeps features and weights in the reference’s form', async () => {
    const engine = await opened();
    await engine.advance(steps(8));
    const { hints } = await engine.guide({ does: 'add', text: 'Join orders by their number.' });
    const file = await engine.exportFile({ what: 'hints-reference' });
    const list = JSON.parse(textOf(file)) as Record<string, unknown>[];
    for (const one of list) {
      expect(['prefer', 'avoid']).toContain(one['hint_type']);
      expect(one['weight']).toBeGreaterThanOrEqual(0);
    }
    await engine.reset({ seed: 9 });
    await engine.readHints(fileOf(file));
    const back = (await engine.importHints()).hints;
    const bare = (all: readonly PolicyHint[]) =>
      all
        .map(({ key, cue: _cue, weight, tables, pattern, template, general }) =>
          pattern.kind === 'sentence' ? { pattern, weight } : { key, weight, tables, pattern, template, general },
        )
        .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    expect(bare(back)).toEqual(bare(hints));
  });

  it('writes rollouts, prompts, tables, a prompt and a report', async () => {
    const engine = await opened();
    await engine.advance(steps(3));
    const rows = textOf(await engine.exportFile({ what: 'rollouts' }))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Rollout);
    expect(rows.map(({ step }) => step)).toEqual([1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3]);
    const prompts = textOf(await engine.exportFile({ what: 'prompts' }))
      .trim()
      .split('\n');
    expect(prompts).toHaveLength(shop.questions.filter(({ split }) => split === 'train').length);
    expect(textOf(await engine.exportFile({ what: 'steps-csv' })).split('\r\n')).toHaveLength(3 + 2);
    expect(textOf(await engine.exportFile({ what: 'hints-csv' }))).toMatch(/^hint,weight,/);
    expect(textOf(await engine.exportFile({ what: 'prompt', question: 'How many orders?' }))).toMatch(
      /How many orders\?/,
    );
    const report = textOf(await engine.exportFile({ what: 'report', unseen: [], asked: 0 }));
    expect(report).toContain('<!doctype html>');
    expect(report).not.toMatch(/<script|javascript:|<link|src=|@import|url\(/i);
  });

  it('is a whole project: the run goes on elsewhere to the bit', async () => {
    const engine = await opened();
    await engine.advance(steps(5));
    await engine.judge({ question: 'How many products are there?', sql: 'SELECT COUNT(*) FROM products' }, 'up');
    const view = await engine.useSampler({ kind: 'sketch' });
    const file = fileOf(await engine.exportFile({ what: 'project' }));
    const elsewhere = await opened(new MemoryStore());
    await elsewhere.advance(steps(1));
    const came = await elsewhere.openProject(file);
    expect(came).toMatchObject({ stepCount: 5, seed: view.seed, config: view.config, feedback: view.feedback });
    expect(came.hints).toEqual(view.hints);
    expect(came.history).toEqual(view.history);
    // The run that was there is still in the list.
    expect((await elsewhere.runs()).runs.map((run) => run.steps).sort()).toEqual([1, 5]);
    const [there, here] = [await elsewhere.advance(steps(3)), await engine.advance(steps(3))];
    expect(there.hints).toEqual(here.hints);
    expect(there.points).toEqual(here.points);
    await expect(elsewhere.openProject(new File(['{}'], 'x.json'))).rejects.toThrow('x.json is no project');
  });

  it('fits in a link, which begins the same policy', async () => {
    const engine = await opened();
    await engine.advance(steps(2));
    const packed = await engine.linkHints();
    const { hints } = await engine.advance({ steps: 0, budgetMs: 0 });
    const elsewhere = await opened(new MemoryStore());
    await elsewhere.readLinkHints(packed);
    const came = (await elsewhere.importHints()).hints;
    const told = (all: readonly PolicyHint[]) =>
      byKey(all).map(({ key, weight, tables, enabled }) => [key, Math.round(1000 * weight), tables, enabled]);
    expect(told(came)).toEqual(told(hints));
    await expect(elsewhere.readLinkHints(packed.slice(5))).rejects.toThrow('cut or changed');
  });

  it('weighs rewards as thumbs have them, and not without thumbs', async () => {
    const engine = await opened();
    expect(await engine.fitWeights()).toEqual({ up: 0, down: 0, fit: null });
    for (const table of ['products', 'orders', 'customers', 'order_items']) {
      const question = `How many rows has ${table}?`;
      await engine.judge({ question, sql: `SELECT COUNT(*) FROM ${table}` }, 'up');
      await engine.judge({ question, sql: `SELECT nothing FROM ${table}` }, 'down');
    }
    const { up, down, fit } = await engine.fitWeights();
    expect([up, down]).toEqual([4, 4]);
    expect(fit?.after.auc).toBe(1);
  });
});
