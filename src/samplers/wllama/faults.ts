/** Turns what llama.cpp and the package say into faults a reader can act upon. */
import { messageOf } from '../../grpo/message-of.ts';
import { ModelError } from '../language/model.ts';

const RELOAD = 'Load the model again; if it happens again, choose a smaller one.';

/** The runtime ran out of memory, by any of the names that has. */
const OUT_OF_MEMORY =
  /out of memory|\bOOM\b|bad_alloc|failed to allocate|unable to allocate|cannot allocate|cannot enlarge memory|could not allocate/i;

function outOfMemory(cause: unknown): ModelError {
  return new ModelError(
    'out-of-memory',
    'The memory of this browser is not enough for the model.',
    'Close other tabs, or choose a smaller model.',
    { cause },
  );
}

/** Loading `name` failed. `log` is what the runtime wrote as warnings and errors, oldest first. */
export function loadFault(error: unknown, log: readonly string[], name: string): ModelError {
  const said = [...log, messageOf(error)].join('\n');
  if (OUT_OF_MEMORY.test(said)) return outOfMemory(error);
  if (/prepare wasm|worker could not be started/i.test(said)) {
    return new ModelError(
      'failed',
      `The language model runtime did not start: ${messageOf(error).slice(0, 300)}`,
      'Reload the page; a current Chrome, Edge or Firefox runs it.',
      { cause: error },
    );
  }
  const unknown = /unknown model architecture: '([^']*)'/.exec(said);
  if (unknown !== null) {
    return new ModelError(
      'unsupported',
      `${name} holds a model of the kind "${unknown[1] ?? ''}", which this version of llama.cpp does not know.`,
      'Choose another model.',
      { cause: error },
    );
  }
  const reason =
    log.filter((line) => /error|fail|corrupt|missing|invalid|bounds/i.test(line)).at(-1) ?? messageOf(error);
  return new ModelError(
    'bad-file',
    `${name} could not be loaded: ${reason.trim().slice(0, 300)}`,
    'The file may be cut off or damaged: download it again, or choose another.',
    { cause: error },
  );
}

/** A generation failed. `log` as above. */
export function generateFault(error: unknown, log: readonly string[]): ModelError {
  const message = messageOf(error);
  const overflow = /request \((\d+) tokens\) exceeds the available context size \((\d+) tokens\)/.exec(message);
  if (overflow !== null) {
    return new ModelError(
      'context-overflow',
      `The prompt has ${overflow[1] ?? ''} tokens; the model was loaded for ${overflow[2] ?? ''} of prompt and answer together.`,
      'Lower the budget of the prompt in the settings, or choose a schema with fewer tables.',
      { cause: error },
    );
  }
  const said = [...log, message].join('\n');
  if (OUT_OF_MEMORY.test(said)) return outOfMemory(error);
  if (/grammar/i.test(message)) {
    return new ModelError(
      'unsupported',
      `llama.cpp does not accept the grammar: ${(log.find((line) => line.includes('parsing grammar')) ?? message).trim().slice(0, 300)}`,
      'Switch off the grammar in the settings.',
      { cause: error },
    );
  }
  if (/jinja|template/i.test(said)) {
    return new ModelError(
      'unsupported',
      `The model's own chat template does not take this prompt: ${(log.at(-1) ?? message).trim().slice(0, 300)}`,
      'Choose another model.',
      { cause: error },
    );
  }
  return new ModelError(
    'failed',
    `The language model runtime failed: ${(log.at(-1) ?? message).trim().slice(0, 300)}`,
    RELOAD,
    { cause: error },
  );
}

/** Nothing more comes from a model that was closed. */
export function closedFault(): ModelError {
  return new ModelError('failed', 'The model was closed.', 'Load it again.');
}
