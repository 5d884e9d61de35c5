/** The GGUF files that the page offers for wllama. Any other can be opened from disk. */

/** Tokens of prompt and answer together that a model is loaded for, where it was trained for as many. */
export const CONTEXT_TOKENS = 4096;

/** The runtime, its buffers and the page around it, measured with a small model: an allowance, in bytes. */
const RUNTIME_BYTES = 200e6;

export interface WllamaModel {
  /** `wllama/` and the file's name without its ending. */
  readonly id: string;
  readonly label: string;
  /** Where the file is. Its last part names it in this browser's storage. */
  readonly url: string;
  readonly bytes: number;
  /** False when `bytes` is the size of the file itself. */
  readonly estimated: boolean;
  /** Keys and values of one token at 32 bits: 2 · layers · key-value heads · head width · 4 bytes. */
  readonly cacheBytesPerToken: number;
  readonly licence: string;
  /** What to know before choosing it; null for nothing. */
  readonly note: string | null;
  readonly suggested: boolean;
}

/** Main memory it needs, in bytes: an estimate. */
export function memoryBytes(model: WllamaModel): number {
  return model.bytes + CONTEXT_TOKENS * model.cacheBytesPerToken + RUNTIME_BYTES;
}

function onHuggingFace(repository: string, file: string): string {
  return `https://huggingface.co/${repository}/resolve/main/${file}.gguf`;
}

interface Entry extends Pick<WllamaModel, 'label' | 'bytes' | 'cacheBytesPerToken' | 'licence'> {
  readonly repository: string;
  /** Without `.gguf`. */
  readonly file: string;
  readonly note?: string;
  readonly suggested?: boolean;
}

const ENTRIES: readonly Entry[] = [
  {
    label: 'Qwen2.5 Coder 0.5B, 4 bits',
    repository: 'Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF',
    file: 'qwen2.5-coder-0.5b-instruct-q4_k_m',
    bytes: 491_400_064,
    cacheBytesPerToken: 24_576,
    licence: 'Apache-2.0',
    note: 'The smallest that knows SQL well.',
    suggested: true,
  },
  {
    label: 'Qwen2.5 Coder 0.5B, 8 bits',
    repository: 'Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF',
    file: 'qwen2.5-coder-0.5b-instruct-q8_0',
    bytes: 675_710_848,
    cacheBytesPerToken: 24_576,
    licence: 'Apache-2.0',
  },
  {
    label: 'Qwen2.5 Coder 1.5B, 4 bits',
    repository: 'Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF',
    file: 'qwen2.5-coder-1.5b-instruct-q4_k_m',
    bytes: 1_117_320_768,
    cacheBytesPerToken: 57_344,
    licence: 'Apache-2.0',
    note: 'Better SQL than 0.5B, at about a third of its speed.',
  },
  {
    label: 'Qwen3 0.6B, 8 bits',
    repository: 'Qwen/Qwen3-0.6B-GGUF',
    file: 'Qwen3-0.6B-Q8_0',
    bytes: 639_446_688,
    cacheBytesPerToken: 229_376,
    licence: 'Apache-2.0',
    note: 'A model that thinks before it answers; its thinking is switched off here.',
  },
  {
    label: 'SmolLM2 360M, 8 bits',
    repository: 'HuggingFaceTB/SmolLM2-360M-Instruct-GGUF',
    file: 'smollm2-360m-instruct-q8_0',
    bytes: 386_404_992,
    cacheBytesPerToken: 81_920,
    licence: 'Apache-2.0',
    note: 'The smallest download; not made for code.',
  },
  {
    label: 'Llama 3.2 1B, 4 bits',
    repository: 'bartowski/Llama-3.2-1B-Instruct-GGUF',
    file: 'Llama-3.2-1B-Instruct-Q4_K_M',
    bytes: 807_694_464,
    cacheBytesPerToken: 65_536,
    licence: 'Llama 3.2 Community License',
  },
];

/** Published files; the sizes are those of the files. */
export const WLLAMA_MODELS: readonly WllamaModel[] = ENTRIES.map(
  ({ repository, file, label, bytes, cacheBytesPerToken, licence, note = null, suggested = false }) => ({
    id: `wllama/${file.toLowerCase()}`,
    label,
    url: onHuggingFace(repository, file),
    bytes,
    estimated: false,
    cacheBytesPerToken,
    licence,
    note,
    suggested,
  }),
);
