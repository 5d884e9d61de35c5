/** That a language model is never changed: its weights in the memory of llama.cpp, before training and after it. */
import { expect, test } from 'vitest';
import { SqliteDatabase } from '../../src/database/sqlite-database.ts';
import { GRPOTrainer, makeConfig } from '../../src/grpo/index.ts';
import { makeAnalyser } from '../../src/linking/analyse.ts';
import { makeRewardModel } from '../../src/rewards/total.ts';
import { makeLanguageSampler } from '../../src/samplers/language/language-sampler.ts';
import { WLLAMA_WASM_URL } from '../../src/samplers/wllama/wasm-url.ts';
import { makeWllamaProvider } from '../../src/samplers/wllama/wllama-provider.ts';
import { FLEET_SQL } from '../samplers/sketch/fleet.ts';
import { makeGgufWithWeights } from '../support/gguf.ts';
import { weightsInMemory, withMemoryListener } from '../support/wllama-memory.ts';

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

test('training moves hints and leaves every weight of the language model as it was', async () => {
  const { bytes, weights } = makeGgufWithWeights({ name: 'Random llama', contextLength: 4096 });
  const model = await withMemoryListener(() =>
    makeWllamaProvider({ wasmUrl: WLLAMA_WASM_URL }).loadFile(new Blob([bytes]), 'a.gguf', {
      onProgress: () => undefined,
      signal: new AbortController().signal,
    }),
  );
  const database = await SqliteDatabase.open(FLEET_SQL);
  try {
    const before = await weightsInMemory(weights);
    const ofFile = await Promise.all(weights.map(sha256));
    // Else something else than the weights would be looked at.
    expect(before.hashes.map((hashes, tensor) => hashes.includes(ofFile[tensor] ?? ''))).toEqual(
      weights.map(() => true),
    );

    const { schema } = database;
    const analyse = makeAnalyser(schema);
    const config = makeConfig({ constrained: true, max_tokens: 120, prompt_tokens: 300, temperature: 1 });
    const trainer = new GRPOTrainer({
      config,
      sampler: makeLanguageSampler({ model, schema, settings: () => config }),
      database,
      rewards: (weighing) => makeRewardModel({ schema, database, weights: weighing, analyse }),
      seed: 3,
    });
    for (let step = 0; step < 3; step++) {
      const { groups } = await trainer.runStep([{ id: 'q', question: 'how many boats', split: 'train' }]);
      expect(groups[0]?.completions.map(({ origin }) => origin?.model)).toEqual(Array(4).fill('Random llama'));
    }
    expect(trainer.getTrainingSummary().hintsCreated).toBeGreaterThan(0);

    expect(await weightsInMemory(weights, before.found)).toEqual(before);
  } finally {
    database.close();
    await model.close();
  }
});
