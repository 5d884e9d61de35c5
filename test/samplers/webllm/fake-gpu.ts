/** `navigator.gpu` for Node: adapters and devices with what the provider looks at. */
import type { Gpu } from '../../../src/samplers/webllm/gpu.ts';

const MIB = 1 << 20;

export interface FakeAdapter {
  readonly features?: readonly string[];
  readonly limits?: Readonly<Record<string, number>>;
  readonly info?: Readonly<Record<string, string | boolean>>;
}

export interface FakeGpu extends Gpu {
  /** Devices that were opened, with what happened to them. */
  readonly devices: {
    readonly device: GPUDevice;
    readonly lose: (reason: GPUDeviceLostReason, message: string) => void;
    destroyed: boolean;
  }[];
  /** What the package does when it loads. */
  readonly openDevice: () => Promise<GPUDevice>;
}

export const PLENTY = {
  maxBufferSize: 4096 * MIB,
  maxStorageBufferBindingSize: 2048 * MIB,
  maxComputeWorkgroupStorageSize: 32 * 1024,
  maxStorageBuffersPerShaderStage: 10,
  maxComputeInvocationsPerWorkgroup: 1024,
};

export function fakeGpu(adapter: FakeAdapter | null | Error): FakeGpu {
  const devices: FakeGpu['devices'] = [];
  const requestDevice = async (): Promise<GPUDevice> => {
    let lose: (reason: GPUDeviceLostReason, message: string) => void = () => undefined;
    const lost = new Promise<GPUDeviceLostInfo>((resolve) => {
      lose = (reason, message) => resolve({ reason, message });
    });
    const entry = {
      lose,
      destroyed: false,
      device: {
        lost,
        destroy: () => {
          entry.destroyed = true;
          lose('destroyed', 'Device was destroyed.');
        },
      } as unknown as GPUDevice,
    };
    devices.push(entry);
    return entry.device;
  };
  const gpu: FakeGpu = {
    devices,
    async requestAdapter() {
      if (adapter instanceof Error) throw adapter;
      if (adapter === null) return null;
      const info = {
        vendor: 'acme',
        architecture: 'fast',
        description: '',
        device: '',
        isFallbackAdapter: false,
        ...adapter.info,
      };
      return {
        info,
        features: new Set(adapter.features ?? ['shader-f16']),
        limits: { ...PLENTY, ...adapter.limits },
        requestDevice,
      } as unknown as GPUAdapter;
    },
    async openDevice() {
      const found = await gpu.requestAdapter();
      if (found === null) throw new Error('no adapter');
      return found.requestDevice();
    },
  };
  return gpu;
}
