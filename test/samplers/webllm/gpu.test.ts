import { expect, test } from 'vitest';
import { examineGpu, refusalOf, watchDevices } from '../../../src/samplers/webllm/gpu.ts';
import { fakeGpu } from './fake-gpu.ts';

const MIB = 1 << 20;
const small = { label: 'Tiny', f16: false, largestTensorBytes: 100 * MIB };

test('no WebGPU: the cause and the way out differ for plain http and for a browser without it', async () => {
  const old = await examineGpu(undefined, true);
  expect(old.refusal).toMatchObject({ fault: 'no-webgpu', message: 'This browser has no WebGPU.' });
  expect(old.refusal?.remedy).toMatch(/Chrome.*Safari.*Firefox.*wllama/);
  const plain = await examineGpu(undefined, false);
  expect(plain.refusal?.remedy).toMatch(/https/);
});

test('WebGPU without an adapter, or with one that fails, says how to switch it on', async () => {
  for (const adapter of [null, new Error('context lost')]) {
    const { refusal } = await examineGpu(fakeGpu(adapter), true);
    expect(refusal?.fault).toBe('no-webgpu');
    expect(refusal?.remedy).toMatch(/chrome:\/\/gpu/);
  }
  expect((await examineGpu(fakeGpu(new Error('context lost')), true)).refusal?.message).toContain('context lost');
});

test('between what the package wants and what it makes do with there is nothing', async () => {
  const of = (megabytes: number) =>
    examineGpu(
      fakeGpu({ limits: { maxStorageBufferBindingSize: megabytes * MIB, maxBufferSize: megabytes * 2 * MIB } }),
      true,
    );
  expect(await of(1024)).toMatchObject({ bindingBytes: 1024 * MIB, bufferBytes: 1024 * MIB, refusal: null });
  expect(await of(1023)).toMatchObject({ bindingBytes: 128 * MIB, bufferBytes: 1024 * MIB });
  expect(await of(128)).toMatchObject({ bindingBytes: 128 * MIB, bufferBytes: 256 * MIB, refusal: null });
  expect((await of(127)).refusal).toMatchObject({ fault: 'gpu-limits' });
});

test.each([
  ['maxBufferSize', 255 * MIB, /buffers of 255 MB, and 256 MB/],
  ['maxStorageBufferBindingSize', 100 * MIB, /bindings of 100 MB, and 128 MB/],
  ['maxComputeWorkgroupStorageSize', 16384, /16384 bytes of workgroup memory, and 32768/],
  ['maxStorageBuffersPerShaderStage', 8, /8 storage buffers a program, and 10/],
])('a GPU with too little of %s is refused, with both figures', async (limit, value, message) => {
  const { refusal } = await examineGpu(fakeGpu({ limits: { [limit]: value } }), true);
  expect(refusal?.fault).toBe('gpu-limits');
  expect(refusal?.message).toMatch(message);
});

test('a model is refused for want of f16, and for a table that does not fit, but not without reason', async () => {
  const report = await examineGpu(fakeGpu({ features: [], limits: { maxStorageBufferBindingSize: 512 * MIB } }), true);
  expect(report.f16).toBe(false);
  expect(refusalOf(report, small)).toBeNull();
  expect(refusalOf(report, { ...small, f16: true })).toMatchObject({ fault: 'no-f16' });
  expect(refusalOf(report, { ...small, largestTensorBytes: 149 * MIB })).toMatchObject({
    fault: 'gpu-limits',
    message: 'The largest table of Tiny is 149 MB, and at most 128 MB fit into one binding of this GPU.',
  });
});

test.each([
  [{ architecture: 'swiftshader', vendor: 'google' }, true],
  [{ isFallbackAdapter: true }, true],
  [{ description: 'llvmpipe (LLVM 15)' }, true],
  [{ description: 'Microsoft Basic Render Driver' }, true],
  [{ vendor: 'nvidia', architecture: 'ampere' }, false],
])('%o is software: %s', async (info, software) => {
  expect((await examineGpu(fakeGpu({ info }), true)).software).toBe(software);
});

test('devices that others open are seen, until nobody looks', async () => {
  const gpu = fakeGpu({});
  const before = gpu.requestAdapter;
  const seen: GPUDevice[] = [];
  const unwatch = watchDevices(gpu, (device) => seen.push(device));
  const first = await gpu.openDevice();
  unwatch();
  await gpu.openDevice();
  expect(seen).toEqual([first]);
  expect(gpu.requestAdapter).toBe(before);
});
