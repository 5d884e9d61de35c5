/** What this browser lacks to run wllama, and what it has for it. */
import { memoryBytes, type WllamaModel } from './models.ts';

/** What is known of the machine; a test gives its own. */
export interface Machine {
  /** What is missing, as a sentence; null when nothing is. */
  readonly missing: string | null;
  /** Main memory in GiB as the browser tells it, rounded by it and never above 32; null when it does not. */
  readonly memoryGiB: number | null;
  /** Threads a model would run on. */
  readonly threads: number;
}

/** The most a WebAssembly memory of this build can hold, in bytes. */
export const MEMORY_LIMIT_BYTES = 4 * 1024 ** 3;

const WASM_START = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
/** A function that returns a 128-bit vector filled with zeros. */
const SIMD_MODULE = [...WASM_START, 1, 5, 1, 0x60, 0, 1, 0x7b, 3, 2, 1, 0, 10, 8, 1, 6, 0, 0x41, 0, 0xfd, 0x0f, 0x0b];
/** A function with an empty try and an empty catch_all. */
const EXCEPTIONS_MODULE = [
  ...WASM_START,
  1,
  4,
  1,
  0x60,
  0,
  0,
  3,
  2,
  1,
  0,
  10,
  8,
  1,
  6,
  0,
  0x06,
  0x40,
  0x19,
  0x0b,
  0x0b,
];

function accepts(module: readonly number[]): boolean {
  return WebAssembly.validate(Uint8Array.from(module));
}

/** A shared memory with 64-bit addresses, as the package's build has it. */
function hasMemory64(): boolean {
  try {
    Reflect.construct(WebAssembly.Memory, [{ address: 'i64', initial: 1n, maximum: 1n, shared: true }]);
    return true;
  } catch {
    return false;
  }
}

function missingFeature(): string | null {
  if (typeof WebAssembly === 'undefined') return 'This browser does not run WebAssembly.';
  if (!accepts(SIMD_MODULE)) return 'The WebAssembly of this browser has no vector instructions (SIMD).';
  if (!accepts(EXCEPTIONS_MODULE)) return 'The WebAssembly of this browser has no exceptions.';
  if (!hasMemory64())
    return 'The WebAssembly of this browser has no 64-bit memory (Chrome and Edge have it from version 133, Firefox from 134).';
  return null;
}

/** This machine, as far as the browser tells. */
export function inspectMachine(): Machine {
  const memory: unknown = 'deviceMemory' in navigator ? navigator.deviceMemory : undefined;
  return {
    missing: missingFeature(),
    memoryGiB: typeof memory === 'number' ? memory : null,
    // The package's own choice: half of the logical processors, and only where memory can be shared between threads.
    threads: globalThis.crossOriginIsolated ? Math.max(1, Math.floor((navigator.hardwareConcurrency || 1) / 2)) : 1,
  };
}

/** Why the model cannot run on the machine, as a sentence; null when it can. */
export function whyBlocked(model: WllamaModel, machine: Machine): string | null {
  if (machine.missing !== null) return machine.missing;
  const needed = memoryBytes(model);
  if (needed > MEMORY_LIMIT_BYTES) return 'It needs more than the 4 GiB that a WebAssembly memory holds.';
  if (machine.memoryGiB !== null && needed > machine.memoryGiB * 1024 ** 3) {
    return `It needs about ${(needed / 1e9).toFixed(1)} GB of memory; this machine has ${machine.memoryGiB} GiB.`;
  }
  return null;
}

/** How fast to expect it, as a sentence. */
export function speedNote(machine: Machine): string {
  return machine.threads > 1
    ? `Runs on ${machine.threads} processor threads, without the GPU.`
    : 'Runs on one processor thread, without the GPU: a group takes minutes, not seconds. Served with the headers for cross-origin isolation, the page would use several threads.';
}
