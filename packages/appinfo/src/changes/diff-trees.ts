import type { ExactText } from '../keyvalues/key-values-reader.ts';
import type { KeyValue } from '../keyvalues/parse-key-values.ts';

/** A value that is text, or a block that is empty; null where there is nothing. */
type Leaf = string | Record<string, never> | null;

export interface PathChange {
  /**
   * The keys from the root to the value. A number after a key says how many entries of that block with the same key come before
   * this one, where there are any: `["appinfo", "common", "name", 1]` is the second `name`.
   */
  path: (string | number)[];
  old: Leaf;
  new: Leaf;
}

/**
 * What differs between two trees, value by value, in the order of the old tree and then of what is new. A block that comes or goes
 * is told by its values. Entries belong together by their keys, and equal keys of one block in their order; another order of
 * different keys is no difference. Invalid UTF-8 shows as U+FFFD.
 */
export function diffTrees(old: KeyValue, next: KeyValue): PathChange[] {
  const [before, after] = [leavesOf(old), leavesOf(next)];
  const changes: PathChange[] = [];
  for (const [id, { path, value }] of before) {
    const other = after.get(id);
    if (other === undefined || !isSame(value, other.value)) {
      changes.push({ path, old: shown(value), new: other ? shown(other.value) : null });
    }
  }
  for (const [id, { path, value }] of after) {
    if (!before.has(id)) changes.push({ path, old: null, new: shown(value) });
  }
  return changes;
}

interface PathValue {
  path: (string | number)[];
  /** Undefined for an empty block. */
  value: ExactText | undefined;
}

/** Every text and empty block of a tree, by its path. */
function leavesOf(root: KeyValue): Map<string, PathValue> {
  const leaves = new Map<string, PathValue>();
  collect([root], [], leaves);
  return leaves;
}

function collect(
  entries: readonly KeyValue[],
  parent: PathValue['path'],
  leaves: Map<string, PathValue>,
): void {
  const counts = new Map<string, number>();
  for (const { key, value } of entries) {
    const name = textOf(key);
    const earlier = counts.get(name) ?? 0;
    counts.set(name, earlier + 1);
    const path = earlier === 0 ? [...parent, name] : [...parent, name, earlier];
    if (!Array.isArray(value)) leaves.set(JSON.stringify(path), { path, value });
    else if (value.length === 0) leaves.set(JSON.stringify(path), { path, value: undefined });
    else collect(value, path, leaves);
  }
}

function isSame(a: ExactText | undefined, b: ExactText | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && Buffer.from(a).equals(Buffer.from(b)));
}

function shown(value: ExactText | undefined): Leaf {
  return value === undefined ? {} : textOf(value);
}

function textOf(text: ExactText): string {
  return typeof text === 'string' ? text : Buffer.from(text).toString();
}
