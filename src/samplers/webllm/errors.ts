/** What the package and the browser throw, said so that a reader knows the cause and the way out. */
import { messageOf } from '../../grpo/message-of.ts';
import { TRY_AGAIN } from '../downloads/connection.ts';
import { ModelError } from '../language/model.ts';

/** What was being done when it happened. */
export interface Circumstance {
  readonly label: string;
  readonly doing: 'load' | 'generate';
}

const MEMORY = 'Close other tabs and programs that use the GPU, or choose a smaller model.';
export const FREE_SPACE =
  'Delete a stored model, or free space on the disk, and load it again: what is already here is kept.';

/** An error for whoever aborted. */
export function abortError(): DOMException {
  return new DOMException('The model was told to stop.', 'AbortError');
}

/** The GPU device went away. `reason` is the device's own: the package destroys it when an allocation fails. */
export function deviceLost(label: string, reason: GPUDeviceLostReason, detail: string, cause?: unknown): ModelError {
  const said = detail.trim() === '' ? '' : ` The browser says: ${detail.trim()}`;
  return reason === 'destroyed'
    ? new ModelError(
        'out-of-memory',
        `The GPU has no room for ${label}: it could not allocate a buffer.${said}`,
        MEMORY,
        { cause },
      )
    : new ModelError(
        'device-lost',
        `The GPU was lost while ${label} was using it: its driver restarted, the machine slept, or memory ran out.${said}`,
        `Load the model again. If it happens again: ${MEMORY.charAt(0).toLowerCase()}${MEMORY.slice(1)}`,
        { cause },
      );
}

/** A file that could not be had from a server that answered. */
export function answerError(status: number, url: string): ModelError {
  const file = fileName(url);
  const host = new URL(url).host;
  if (status === 404 || status === 410) {
    return new ModelError(
      'not-found',
      `${host} has no ${file} (${status}): the model has moved or was withdrawn.`,
      'Choose another model.',
    );
  }
  if (status === 401 || status === 403) {
    return new ModelError(
      'refused',
      `${host} refused to hand out ${file} (${status}).`,
      'Choose another model: this one wants an account.',
    );
  }
  if (status === 429)
    return new ModelError('rate-limit', `${host} is being asked too often (429).`, `Wait a minute. ${TRY_AGAIN}`);
  return new ModelError(status >= 500 ? 'server' : 'failed', `${host} answered ${status} for ${file}.`, TRY_AGAIN);
}

/** A request that got no answer, or whose answer broke off. Browsers do not tell why. */
export function networkError(url: string, cause: unknown): ModelError {
  const { host } = new URL(url);
  return new ModelError(
    'network',
    `${fileName(url)} could not be downloaded from ${host}: the connection failed, or something on the way (a firewall, an extension) blocks it.`,
    TRY_AGAIN,
    { cause },
  );
}

/** The last part of an address, and the folder before it. */
export function fileName(url: string): string {
  return new URL(url).pathname.split('/').at(-1) ?? url;
}

/** Anything that was thrown, as a ModelError; a ModelError as it is. */
export function toModelError(error: unknown, { label, doing }: Circumstance): ModelError {
  if (error instanceof ModelError) return error;
  const name = error instanceof Error || error instanceof DOMException ? error.name : '';
  const message = messageOf(error);
  const as = (fault: ModelError['fault'], text: string, remedy: string): ModelError =>
    new ModelError(fault, text, remedy, { cause: error });

  switch (name) {
    case 'WebGPUNotAvailableError':
    case 'WebGPUNotFoundError':
      return as(
        'no-webgpu',
        'This browser has no WebGPU.',
        'Use Chrome, Edge, or a recent Safari or Firefox; wllama runs a model on the processor instead.',
      );
    case 'ShaderF16SupportError':
      return as(
        'no-f16',
        `${label} computes in 16 bits, which this GPU or browser does not offer (shader-f16).`,
        'Choose the variant in 32 bits (q4f32).',
      );
    case 'FeatureSupportError':
      return as(
        'gpu-limits',
        `${label} needs a feature that this GPU or browser does not offer: ${message}`,
        'Choose another model.',
      );
    case 'DeviceLostError':
      return deviceLost(label, 'destroyed', '', error);
    // After a loss the package unloads in silence; the next call finds nothing loaded.
    case 'ModelNotLoadedError':
      return deviceLost(label, 'unknown', '', error);
    case 'ModelNotFoundError':
      return as('not-found', `This version of WebLLM has no model named ${label}.`, 'Choose another model.');
    case 'MissingModelWasmError':
      return as('not-found', `The entry of ${label} names no compiled program (model_lib).`, 'Choose another model.');
    case 'ContextWindowSizeExceededError': {
      const [prompt, room] = [...message.matchAll(/: (\d+)/g)].map((match) => match[1]);
      const figures = prompt !== undefined && room !== undefined ? ` (${prompt} tokens, of which ${room} fit)` : '';
      return as(
        'context-overflow',
        `The prompt is longer than ${label} can read${figures}.`,
        'Lower the prompt budget, or show it fewer tables or hints.',
      );
    }
    case 'GrammarMatcherInitError':
    case 'InvalidResponseFormatGrammarError':
      return as(
        'unsupported',
        `The grammar of this schema could not be used: ${firstLine(message)}`,
        'Switch constrained decoding off.',
      );
    case 'IntegrityError':
      return as(
        'bad-file',
        `A file of ${label} is not what it should be: ${firstLine(message)}`,
        'Delete the stored model and load it again.',
      );
    case 'ArtifactManifestError':
    case 'UnsupportedTokenizerFilesError':
    case 'CompileError':
    case 'LinkError':
      return as(
        'bad-file',
        `The files of ${label} do not fit this version of WebLLM: ${firstLine(message)}`,
        'Delete the stored model and load it again, or choose another one.',
      );
    case 'QuotaExceededError':
      return as('disk-full', `This browser has no room left to store ${label}.`, FREE_SPACE);
  }
  // The package's own checks of what it reads from the cache have no class.
  if (error instanceof SyntaxError || /^Tensor-cache record range|^Invalid tensor-cache|^Packed BF16/.test(message)) {
    return as(
      'bad-file',
      `A stored file of ${label} is damaged: ${firstLine(message)}`,
      'Delete the stored model and load it again.',
    );
  }
  if (/Requested? maxBufferSize|requested max|exceeds limit/i.test(message)) {
    return as(
      'gpu-limits',
      `This GPU offers less than WebLLM needs: ${firstLine(message)}`,
      'A newer browser or driver may offer more; wllama runs a model on the processor instead.',
    );
  }
  if (/out of memory|allocat|device (?:is|was) lost|destroyed/i.test(message))
    return deviceLost(label, 'destroyed', firstLine(message), error);
  if (error instanceof TypeError && /fetch|network|Cache/i.test(message)) {
    return as(
      'network',
      `A file of ${label} could not be downloaded: the connection failed, or something on the way blocks it.`,
      TRY_AGAIN,
    );
  }
  return as(
    'failed',
    doing === 'load'
      ? `${label} could not be loaded: ${firstLine(message)}`
      : `${label} failed while it was writing: ${firstLine(message)}`,
    doing === 'load' ? 'Load it again, or choose another model.' : 'Try again; if it fails again, load the model anew.',
  );
}

function firstLine(text: string): string {
  const line = text.split('\n', 1)[0] ?? '';
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}
