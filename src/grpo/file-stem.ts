/** What files that a reader takes home are called. */
import { isOwn } from './own-data.ts';

/** Letters that every file system takes with an ending and a mark of the browser's own. */
const MOST_LETTERS = 60;

/** "North shop (2024)" → "North-shop-2024"; `otherwise` where no letter or digit is left. */
export function fileStem(title: string, otherwise = 'data'): string {
  const words = title.replace(/[^\p{L}\p{M}\p{N}]+/gu, '-').replace(/^-/, '');
  return [...words].slice(0, MOST_LETTERS).join('').replace(/-$/, '') || otherwise;
}

/** A dataset that a reader brought has a made-up name, so its files are called by its title. */
export function fileStemOf({ name, title }: { readonly name: string; readonly title: string }): string {
  return isOwn(name) ? fileStem(title) : name;
}
