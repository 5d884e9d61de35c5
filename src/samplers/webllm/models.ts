/**
 * The models that the picker offers for WebLLM: those of the package's own list that write SQL worth looking at.
 *
 * The package weighs 2.3 MB, gzipped, and is only loaded once a model is chosen, so what the picker shows is written
 * down here; a test compares it with the list of the installed version (`prebuiltAppConfig`).
 */

/** How the weights are stored and computed: four bits each, arithmetic in 16 or in 32 bits. */
export type Precision = 'f16' | 'f32';

export interface CatalogueModel {
  /** Name without the precision, as in the package's ids. */
  readonly name: string;
  readonly label: string;
  /** Weights, embeddings included. */
  readonly parameters: number;
  readonly licence: string;
  /**
   * What the package's list says that it needs of GPU memory (`vram_required_MB`); taken as 2^20 bytes each, the larger
   * reading.
   */
  readonly vramMB: Readonly<Record<Precision, number>>;
  /**
   * Its largest tensor, the embedding table: vocabulary × width, four bits each. It has to fit into one GPU binding.
   */
  readonly largestTensorBytes: number;
  /** True when it thinks aloud unless told not to. */
  readonly thinks: boolean;
  readonly note: string | null;
}

/** Bytes of an embedding table with four bits a weight. */
const table = (vocabulary: number, width: number): number => (vocabulary * width) / 2;

const APACHE = 'Apache-2.0';
const LLAMA = 'Llama 3.2 Community License';

/** Best first: the one to suggest is the first that is small enough. */
export const CATALOGUE: readonly CatalogueModel[] = [
  {
    name: 'Qwen2.5-Coder-1.5B-Instruct',
    label: 'Qwen2.5-Coder 1.5B',
    parameters: 1_543_714_304,
    licence: APACHE,
    vramMB: { f16: 1629.75, f32: 1888.97 },
    largestTensorBytes: table(151_936, 1536),
    thinks: false,
    note: null,
  },
  {
    name: 'Qwen2.5-Coder-0.5B-Instruct',
    label: 'Qwen2.5-Coder 0.5B',
    parameters: 494_032_768,
    licence: APACHE,
    vramMB: { f16: 944.62, f32: 1060.2 },
    largestTensorBytes: table(151_936, 896),
    thinks: false,
    note: null,
  },
  {
    name: 'Qwen2.5-Coder-3B-Instruct',
    label: 'Qwen2.5-Coder 3B',
    parameters: 3_085_938_688,
    licence: 'Qwen Research License',
    vramMB: { f16: 2504.76, f32: 2893.64 },
    largestTensorBytes: table(151_936, 2048),
    thinks: false,
    note: 'Its licence allows research and evaluation only.',
  },
  {
    name: 'Qwen2.5-Coder-7B-Instruct',
    label: 'Qwen2.5-Coder 7B',
    parameters: 7_615_616_512,
    licence: APACHE,
    vramMB: { f16: 5106.67, f32: 5900.09 },
    largestTensorBytes: table(152_064, 3584),
    thinks: false,
    note: null,
  },
  {
    name: 'Qwen3-0.6B',
    label: 'Qwen3 0.6B',
    parameters: 596_049_920,
    licence: APACHE,
    vramMB: { f16: 1403.34, f32: 1924.98 },
    largestTensorBytes: table(151_936, 1024),
    thinks: true,
    note: null,
  },
  {
    name: 'Qwen3-1.7B',
    label: 'Qwen3 1.7B',
    parameters: 1_720_574_976,
    licence: APACHE,
    vramMB: { f16: 2036.66, f32: 2635.44 },
    largestTensorBytes: table(151_936, 2048),
    thinks: true,
    note: null,
  },
  {
    name: 'Qwen3-4B',
    label: 'Qwen3 4B',
    parameters: 4_022_468_096,
    licence: APACHE,
    vramMB: { f16: 3431.59, f32: 4327.71 },
    largestTensorBytes: table(151_936, 2560),
    thinks: true,
    note: null,
  },
  {
    name: 'Llama-3.2-1B-Instruct',
    label: 'Llama 3.2 1B',
    parameters: 1_235_814_400,
    licence: LLAMA,
    vramMB: { f16: 879.04, f32: 1128.82 },
    largestTensorBytes: table(128_256, 2048),
    thinks: false,
    note: null,
  },
  {
    name: 'Llama-3.2-3B-Instruct',
    label: 'Llama 3.2 3B',
    parameters: 3_212_749_824,
    licence: LLAMA,
    vramMB: { f16: 2263.69, f32: 2951.51 },
    largestTensorBytes: table(128_256, 3072),
    thinks: false,
    note: null,
  },
  {
    name: 'SmolLM2-360M-Instruct',
    label: 'SmolLM2 360M',
    parameters: 361_821_120,
    licence: APACHE,
    vramMB: { f16: 376.06, f32: 579.61 },
    largestTensorBytes: table(49_152, 960),
    thinks: false,
    note: 'Small enough for almost any GPU, and seldom right: to try things out.',
  },
];

/** Where the package's list gets weights from, and the compiled programs that run them. */
export const DOWNLOAD_HOSTS = 'huggingface.co, raw.githubusercontent.com';
/** Tokens of prompt and answer together: the list sets it for every model offered here. */
export const CONTEXT_TOKENS = 4096;

/** The package's id of a model at a precision. */
export function modelId(model: CatalogueModel, precision: Precision): string {
  return `${model.name}-q4${precision}_1-MLC`;
}

/** The catalogue's entry of a package id; null when it has none. */
export function findModel(id: string): { readonly model: CatalogueModel; readonly precision: Precision } | null {
  for (const model of CATALOGUE) {
    for (const precision of ['f16', 'f32'] as const) {
      if (modelId(model, precision) === id) return { model, precision };
    }
  }
  return null;
}

/**
 * Size of the weights, worked out: q4f16_1 and q4f32_1 store four bits a weight and one scale for 32 weights, of 16 or
 * 32 bits, hence 4.5 or 5 bits a weight. Norms, tokenizer and program come on top and are small.
 */
export function estimatedDownload(model: CatalogueModel, precision: Precision): number {
  return Math.round((model.parameters * (precision === 'f16' ? 4.5 : 5)) / 8);
}
