/**
 * The first `count` of the items in the order of `compare`, in that order, as `[...items].sort(compare).slice(0,
 * count)` gives them where no two are equal: without sorting the rest, of which there is much more.
 */
export function firstOf<T>(items: Iterable<T>, count: number, compare: (a: T, b: T) => number): T[] {
  const first: T[] = [];
  if (count <= 0) return first;
  for (const item of items) {
    if (first.length === count) {
      if (compare(item, first[count - 1] as T) >= 0) continue;
      first.pop();
    }
    let [low, high] = [0, first.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compare(item, first[middle] as T) < 0) high = middle;
      else low = middle + 1;
    }
    first.splice(low, 0, item);
  }
  return first;
}
