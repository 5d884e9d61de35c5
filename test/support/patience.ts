/**
 * Read before every file of tests: `vi.waitFor` and `vi.waitUntil` wait long enough for a busy machine. A worker that
 * has several files reads it again for each, which changes nothing more.
 */
import { vi } from 'vitest';

const { waitFor, waitUntil } = vi;
const PATIENCE = { timeout: 20_000, interval: 20 };

vi.waitFor = (callback, options) =>
  waitFor(callback, typeof options === 'number' ? options : { ...PATIENCE, ...options });
vi.waitUntil = (callback, options) =>
  waitUntil(callback, typeof options === 'number' ? options : { ...PATIENCE, ...options });
