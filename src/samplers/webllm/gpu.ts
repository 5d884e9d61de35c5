/**
 * What the GPU of this machine can do, asked before a byte is downloaded, by the rules the package itself goes by
 * (`detectGPUDevice` of @mlc-ai/web-llm 0.2.86).
 */
import { messageOf } from '../../grpo/message-of.ts';
import { ModelError, type ModelFault } from '../language/model.ts';

/** `navigator.gpu`, as far as it is needed. */
export type Gpu = Pick<GPU, 'requestAdapter'>;

/** Why a model cannot run: cause and way out, as sentences. */
export interface Refusal {
  readonly fault: ModelFault;
  readonly message: string;
  readonly remedy: string;
}

export interface GpuReport {
  /** As shown, e.g. "nvidia ampere"; '' without an adapter. */
  readonly name: string;
  /** True when the "GPU" is a program on the CPU (SwiftShader, WARP, llvmpipe). */
  readonly software: boolean;
  /** True when it computes in 16 bits (`shader-f16`). */
  readonly f16: boolean;
  /** Largest piece of a buffer a program can see, in bytes: what the package will ask the device for. */
  readonly bindingBytes: number;
  /** Largest buffer, in bytes: what the package will ask the device for. */
  readonly bufferBytes: number;
  /** Why no model of this kind can run here; null when they can. */
  readonly refusal: Refusal | null;
}

const MIB = 1 << 20;
const GIB = 1 << 30;
/** What the package asks for, and what it makes do with where that is not offered: nothing in between. */
const BUFFER = { wanted: GIB, least: 256 * MIB };
const BINDING = { wanted: GIB, least: 128 * MIB };
/** What it insists on. */
const WORKGROUP_BYTES = 32 << 10;
const STORAGE_BUFFERS = 10;

const ELSEWHERE = 'wllama runs a model on the processor instead, without WebGPU.';
const BROWSERS =
  'WebGPU is in Chrome and Edge from 113 on (Android from 121), Safari from 26 and Firefox from 141 (Windows) or 145 (Mac).';
const SWITCHED_OFF =
  'Switch on graphics acceleration in the browser’s settings and look at chrome://gpu for the reason; Chrome on Linux may need --enable-unsafe-webgpu --enable-features=Vulkan.';
const OLD_DRIVER = 'A newer browser or graphics driver may offer more.';

/**
 * Asks for the adapter that the package will ask for. Never rejects.
 * @param gpu `navigator.gpu` of a page or worker; undefined where there is none
 * @param secure `isSecureContext`: browsers hide WebGPU from pages that came over plain http
 */
export async function examineGpu(gpu: Gpu | undefined, secure: boolean): Promise<GpuReport> {
  if (gpu === undefined) {
    return without(
      secure
        ? { fault: 'no-webgpu', message: 'This browser has no WebGPU.', remedy: `${BROWSERS} ${ELSEWHERE}` }
        : {
            fault: 'no-webgpu',
            message: 'Browsers offer WebGPU only to pages from https or localhost.',
            remedy: `Open this page over https. ${ELSEWHERE}`,
          },
    );
  }
  let adapter: GPUAdapter | null;
  try {
    adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  } catch (error) {
    return without({
      fault: 'no-webgpu',
      message: `This browser has WebGPU but failed to open the GPU: ${messageOf(error)}.`,
      remedy: `${SWITCHED_OFF} ${ELSEWHERE}`,
    });
  }
  if (adapter === null) {
    return without({
      fault: 'no-webgpu',
      message: 'This browser has WebGPU but found no GPU that it may use.',
      remedy: `${SWITCHED_OFF} ${ELSEWHERE}`,
    });
  }
  const { info, limits } = adapter;
  return {
    name: info.description || [info.vendor, info.architecture].filter((part) => part !== '').join(' ') || 'GPU',
    software:
      info.isFallbackAdapter ||
      /swiftshader|llvmpipe|basic render|warp/i.test(`${info.architecture} ${info.description} ${info.device}`),
    f16: adapter.features.has('shader-f16'),
    bindingBytes: limits.maxStorageBufferBindingSize >= BINDING.wanted ? BINDING.wanted : BINDING.least,
    bufferBytes: limits.maxBufferSize >= BUFFER.wanted ? BUFFER.wanted : BUFFER.least,
    refusal: limitRefusal(limits),
  };
}

function without(refusal: Refusal): GpuReport {
  return { name: '', software: false, f16: false, bindingBytes: 0, bufferBytes: 0, refusal };
}

function limitRefusal(limits: GPUSupportedLimits): Refusal | null {
  const short =
    limits.maxBufferSize < BUFFER.least
      ? `buffers of ${megabytes(limits.maxBufferSize)}, and ${megabytes(BUFFER.least)} are needed`
      : limits.maxStorageBufferBindingSize < BINDING.least
        ? `bindings of ${megabytes(limits.maxStorageBufferBindingSize)}, and ${megabytes(BINDING.least)} are needed`
        : limits.maxComputeWorkgroupStorageSize < WORKGROUP_BYTES
          ? `${limits.maxComputeWorkgroupStorageSize} bytes of workgroup memory, and ${WORKGROUP_BYTES} are needed`
          : limits.maxStorageBuffersPerShaderStage < STORAGE_BUFFERS
            ? `${limits.maxStorageBuffersPerShaderStage} storage buffers a program, and ${STORAGE_BUFFERS} are needed`
            : null;
  return short === null
    ? null
    : { fault: 'gpu-limits', message: `This GPU offers ${short}.`, remedy: `${OLD_DRIVER} ${ELSEWHERE}` };
}

/** What a model asks of the GPU. */
export interface Needs {
  readonly label: string;
  readonly f16: boolean;
  /** Its largest tensor, in bytes; 0 when unknown. */
  readonly largestTensorBytes: number;
}

/** Why this model cannot run on this GPU; null when it can. */
export function refusalOf(report: GpuReport, needs: Needs): Refusal | null {
  if (report.refusal !== null) return report.refusal;
  if (needs.f16 && !report.f16) {
    return {
      fault: 'no-f16',
      message: `${needs.label} computes in 16 bits, which this GPU or browser does not offer (shader-f16).`,
      remedy: `Choose the variant in 32 bits (q4f32), which is larger and slower. ${OLD_DRIVER}`,
    };
  }
  const most = Math.min(report.bindingBytes, report.bufferBytes);
  if (needs.largestTensorBytes > most) {
    return {
      fault: 'gpu-limits',
      message: `The largest table of ${needs.label} is ${megabytes(needs.largestTensorBytes)}, and at most ${megabytes(most)} fit into one binding of this GPU.`,
      remedy: 'Choose a smaller model.',
    };
  }
  return null;
}

/** The refusal as the error that a load ends with. */
export function refusalError(refusal: Refusal): ModelError {
  return new ModelError(refusal.fault, refusal.message, refusal.remedy);
}

/**
 * Tells of every device that somebody else opens through this `gpu` until the returned function is called.
 *
 * The package opens its device itself and keeps it to itself. Whoever wants to know why it was lost, or to free
 * its memory when a load is given up halfway, has to see it pass.
 */
export function watchDevices(gpu: Gpu, onDevice: (device: GPUDevice) => void): () => void {
  const requestAdapter = gpu.requestAdapter.bind(gpu);
  const watched: Gpu['requestAdapter'] = async (options) => {
    const adapter = await requestAdapter(options);
    if (adapter === null) return null;
    const requestDevice = adapter.requestDevice.bind(adapter);
    shadow(adapter, 'requestDevice', async (descriptor?: GPUDeviceDescriptor) => {
      const device = await requestDevice(descriptor);
      onDevice(device);
      return device;
    });
    return adapter;
  };
  const before = Object.getOwnPropertyDescriptor(gpu, 'requestAdapter');
  shadow(gpu, 'requestAdapter', watched);
  return () => {
    if (before === undefined) Reflect.deleteProperty(gpu, 'requestAdapter');
    else Object.defineProperty(gpu, 'requestAdapter', before);
  };
}

function shadow(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, configurable: true, writable: true });
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / MIB)} MB`;
}
