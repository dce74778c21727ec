import type { ExactText } from '../keyvalues/key-values-reader.ts';
import type { KeyValue } from '../keyvalues/parse-key-values.ts';

/** A text, or an empty block; null where there is nothing. */
type Leaf = string | Record<string, never> | null;

export interface PathChange {
  /**
   * The keys from the root to the value. For a repeated key, a number follows it, from 1 for the second entry:
   * `["appinfo", "common", "name", 1]` is the second `name`.
   */
  path: (string | number)[];
  old: Leaf;
  new: Leaf;
}

/**
 * What differs between two trees, value by value, in the order of the old tree, followed by what is new. An added or removed
 * block is listed by its values. Entries are matched by key, and equal keys in one block by their order; the order of different
 * keys does not matter. Invalid UTF-8 becomes U+FFFD.
 */
export function diffTrees(old: KeyValue, next: KeyValue): PathChange[] {
  const [before, after] = [leavesOf(old), leavesOf(next)];
  const changes: PathChange[] = [];
  for (const [id, { path, value }] of before) {
    const other = after.get(id);
    if (other === undefined || !isSame(value, other.value)) {
      changes.push({ path, old: toLeaf(value), new: other ? toLeaf(other.value) : null });
    }
  }
  for (const [id, { path, value }] of after) {
    if (!before.has(id)) changes.push({ path, old: null, new: toLeaf(value) });
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

function toLeaf(value: ExactText | undefined): Leaf {
  return value === undefined ? {} : textOf(value);
}

function textOf(text: ExactText): string {
  return typeof text === 'string' ? text : Buffer.from(text).toString();
}
