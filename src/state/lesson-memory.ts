/** Which lessons were read to their end, in this browser's local storage. Where that is forbidden, for this page. */
import type { LessonMemory } from './lessons.svelte.ts';

const KEY = 'grpo-sql-lab:lessons';

export function lessonMemory(storage: () => Storage = () => localStorage): LessonMemory {
  return {
    read: () => {
      try {
        const stored: unknown = JSON.parse(storage().getItem(KEY) ?? '[]');
        return Array.isArray(stored) ? stored.filter((id): id is string => typeof id === 'string') : [];
      } catch {
        return [];
      }
    },
    write: (ids) => {
      try {
        storage().setItem(KEY, JSON.stringify(ids));
      } catch {
        // see above
      }
    },
  };
}
