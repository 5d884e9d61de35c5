/**
 * The rate of WebLLM used bare and behind the port, in one run: the same engine, prompts and seeds, in turns.
 * Opened in a browser with WebGPU: `npm run dev`, then /test/bench/webllm.html. Says so where there is no GPU.
 */
import { MLCEngine } from '@mlc-ai/web-llm';
import { ModelError, type GenerateRequest, type LanguageModel } from '../../src/samplers/language/model.ts';
import { examineGpu } from '../../src/samplers/webllm/gpu.ts';
import { findModel } from '../../src/samplers/webllm/models.ts';
import { chatRequest, makeWebllmModel } from '../../src/samplers/webllm/webllm-model.ts';
import { makeWebllmProvider } from '../../src/samplers/webllm/webllm-provider.ts';

/** What the port may cost: 3 %. */
const LEAST_RATIO = 0.97;

const MESSAGES: GenerateRequest['messages'] = [
  {
    role: 'system',
    content:
      'You write one SQLite SELECT for the question. Tables: author(id, name, born), book(id, title, author_id, year, price), sale(id, book_id, day, copies).',
  },
  {
    role: 'user',
    content:
      'For each author born after 1950, how many copies of their books were sold in 2024, and what did they earn? Most first.',
  },
];

interface Run {
  readonly tokens: number;
  readonly text: string;
  readonly perSecond: number;
}

function element<T extends HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found as T;
}

const say = (text: string): void => {
  element('status').textContent = text;
};

async function timed(write: () => Promise<{ readonly tokens: number; readonly text: string }>): Promise<Run> {
  const begin = performance.now();
  const { tokens, text } = await write();
  return { tokens, text, perSecond: (tokens * 1000) / (performance.now() - begin) };
}

async function bare(engine: MLCEngine, request: GenerateRequest, thinks: boolean): Promise<Run> {
  return timed(async () => {
    let text = '';
    let tokens = 0;
    for await (const chunk of await engine.chat.completions.create(
      chatRequest(request, { thinks, logProbabilities: false }),
    )) {
      text += chunk.choices[0]?.delta.content ?? '';
      tokens = chunk.usage?.completion_tokens ?? tokens;
    }
    return { tokens, text };
  });
}

async function behindThePort(model: LanguageModel, request: GenerateRequest): Promise<Run> {
  return timed(async () => {
    // As in the app: somebody listens to every token, and could stop it.
    let shown = '';
    const { text, tokens } = await model.generate({
      ...request,
      onText: (written) => (shown = written),
      stop: new AbortController().signal,
    });
    return { tokens: tokens ?? 0, text: text === '' ? shown : text };
  });
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

async function compare(id: string, pairs: number, maxTokens: number): Promise<void> {
  const body = element('table').querySelector('tbody');
  body?.replaceChildren();
  element('result').textContent = '';
  // Downloads and checks as in the app; the engine that is timed is loaded from what it stored.
  const provider = makeWebllmProvider();
  const first = await provider.load(id, {
    onProgress: ({ phase, share, bytesPerSecond }) =>
      say(
        `${phase} ${share === null ? '' : `${Math.round(share * 100)} %`} ${bytesPerSecond === null ? '' : `${(bytesPerSecond / 1e6).toFixed(1)} MB/s`}`,
      ),
    signal: new AbortController().signal,
  });
  await first.close();
  say('loading the engine …');
  const engine = new MLCEngine({ initProgressCallback: ({ text }) => say(text) });
  await engine.reload(id);
  const known = findModel(id);
  const thinks = known?.model.thinks ?? false;
  const model = makeWebllmModel({
    engine,
    modelId: id,
    label: known?.model.label ?? id,
    thinks,
    contextTokens: null,
    logProbabilities: false,
    lost: new Promise<ModelError>(() => undefined),
    onClose: () => undefined,
  });
  const ratios: number[] = [];
  try {
    // One of each that is not counted: the first compiles what the load did not.
    for (let pair = 0; pair <= pairs; pair++) {
      const request: GenerateRequest = { messages: MESSAGES, seed: 1000 + pair, temperature: 0.7, maxTokens };
      say(pair === 0 ? 'warming up …' : `pair ${pair} of ${pairs} …`);
      // Who goes first changes with every pair.
      const portFirst = pair % 2 === 1;
      const early = portFirst ? await behindThePort(model, request) : null;
      const direct = await bare(engine, request, thinks);
      const port = early ?? (await behindThePort(model, request));
      if (port.text !== direct.text) throw new Error(`Pair ${pair} wrote two different texts for one seed.`);
      if (pair === 0) continue;
      ratios.push(port.perSecond / direct.perSecond);
      const row = body?.insertRow();
      for (const cell of [
        String(pair),
        String(direct.tokens),
        direct.perSecond.toFixed(1),
        port.perSecond.toFixed(1),
        (port.perSecond / direct.perSecond).toFixed(3),
      ]) {
        row?.insertCell().append(cell);
      }
      element('table').hidden = false;
    }
    const ratio = median(ratios);
    element('result').textContent =
      `port / bare: ${ratio.toFixed(3)} (median of ${ratios.length} pairs); ${ratio >= LEAST_RATIO ? 'within' : 'NOT within'} 3 %.`;
    say('done');
  } finally {
    await model.close();
  }
}

async function main(): Promise<void> {
  const report = await examineGpu(navigator.gpu, isSecureContext);
  const gpu = element('gpu');
  if (report.refusal !== null) {
    gpu.textContent = `No measurement here. ${report.refusal.message} ${report.refusal.remedy}`;
    return;
  }
  gpu.textContent = `GPU: ${report.name}${report.software ? ' (a program on the processor: what it measures says little about a GPU)' : ''}, ${report.f16 ? 'with' : 'without'} 16-bit arithmetic.`;
  const select = element<HTMLSelectElement>('model');
  for (const card of await makeWebllmProvider().cards()) {
    if (card.blocked !== null) continue;
    const megabytes = card.downloadBytes === null ? '' : `, ${Math.round(card.downloadBytes / 1e6)} MB`;
    select.append(
      new Option(
        `${card.label}${megabytes}${card.stored === null ? '' : ', stored'}`,
        card.id,
        card.suggested,
        card.suggested,
      ),
    );
  }
  const form = element<HTMLFormElement>('form');
  form.hidden = false;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    for (const control of form.querySelectorAll<HTMLButtonElement>('button')) control.disabled = true;
    compare(
      select.value,
      element<HTMLInputElement>('pairs').valueAsNumber,
      element<HTMLInputElement>('tokens').valueAsNumber,
    )
      .catch((error: unknown) => say(error instanceof ModelError ? `${error.message} ${error.remedy}` : String(error)))
      .finally(() => {
        for (const control of form.querySelectorAll<HTMLButtonElement>('button')) control.disabled = false;
      });
  });
}

void main();
