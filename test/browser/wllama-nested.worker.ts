/** Runs a language model from inside a worker, as the engine does, and reports. */
import { WLLAMA_WASM_URL } from '../../src/samplers/wllama/wasm-url.ts';
import { makeWllamaProvider } from '../../src/samplers/wllama/wllama-provider.ts';
import { makeGguf } from '../support/gguf.ts';

try {
  const provider = makeWllamaProvider({ wasmUrl: WLLAMA_WASM_URL });
  const model = await provider.loadFile(new Blob([makeGguf()]), 'random.gguf', {
    onProgress: () => undefined,
    signal: new AbortController().signal,
  });
  const { text } = await model.generate({
    messages: [{ role: 'user', content: 'How many?' }],
    seed: 5,
    temperature: 0.8,
    maxTokens: 12,
  });
  await model.close();
  postMessage({ text, cards: (await provider.cards()).length, document: typeof document });
} catch (error) {
  postMessage({ error: String(error) });
}
