/** Read before every file of tests: `vi.waitFor` and `vi.waitUntil` wait long enough for a busy machine. */
import { vi } from 'vitest';

const { waitFor, waitUntil } = vi;
const PATIENCE = { timeout: 20_000, interval: 20 };

vi.waitFor = (callback, options) =>
  waitFor(callback, typeof options === 'number' ? options : { ...PATIENCE, ...options });
vi.waitUntil = (callback, options) =>
  waitUntil(callback, typeof options === 'number' ? options : { ...PATIENCE, ...options });
