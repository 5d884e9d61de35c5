/**
 * The files for TRL against what its documentation asks of them, written down by hand from
 *   https://huggingface.co/docs/trl/dataset_formats    conversational prompt-only: {"prompt": [{"role", "content"}]}
 *   https://huggingface.co/docs/trl/grpo_trainer       “must include a column prompt”; other columns reach the rewards
 *                                                      as keyword arguments
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Engine } from '../../src/engine/engine.ts';
import type { Dataset } from '../../src/engine/engine-ports.ts';
import { portsFor, shopDataset } from '../engine/scenario.ts';
import { shopFiles } from '../engine/shop-files.ts';

const ROLES = ['system', 'user', 'assistant', 'tool'];
/** What TRL hands a reward function itself: a column of that name would not arrive, or be in its way. */
const TAKEN = ['prompts', 'completions', 'completion_ids', 'trainer_state', 'environments'];

let shop: Dataset;
beforeAll(async () => {
  shop = await shopDataset(shopFiles());
});
afterAll(() => shop.database.close());

describe.each(['prompts', 'rollouts'] as const)('the file of %s', (what) => {
  it('has TRL’s column prompt, the same columns in every line, and none that TRL has for itself', async () => {
    const engine = new Engine(portsFor(shop));
    await engine.open({ seed: 1 });
    await engine.advance({ steps: 2, budgetMs: 1e9 });
    const { content } = await engine.exportFile({ what });
    const rows = String(content)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const columns = Object.keys(rows[0] ?? {});
    expect(columns).toContain('prompt');
    expect(columns.filter((name) => TAKEN.includes(name))).toEqual([]);
    for (const row of rows) {
      expect(Object.keys(row)).toEqual(columns);
      const prompt = row['prompt'] as { role: string; content: string }[];
      expect(prompt.length).toBeGreaterThan(0);
      for (const message of prompt) {
        expect(Object.keys(message).sort()).toEqual(['content', 'role']);
        expect(ROLES).toContain(message.role);
        expect(typeof message.content).toBe('string');
      }
      expect(prompt.at(-1)?.role).toBe('user');
    }
    const docs = readFileSync(new URL('../../docs/training-a-model.md', import.meta.url), 'utf8');
    const told = [
      ...(docs.split('\n').find((line) => line.includes(`shop-${what}.jsonl\``)) ?? '').matchAll(/`(\w+)`/g),
    ];
    for (const [, name = ''] of told) if (name !== 'jsonl') expect(columns).toContain(name);
    expect(told.length).toBeGreaterThan(3);
  });
});
