import type { Json, ValueChange } from '@pics/core';
import { isDeepStrictEqual } from 'node:util';

type Named<Value> = readonly (readonly [name: string, value: Value])[];

/** Both values of each name whose value differs, in the old order; null where there is none. */
export function diffByKey<Value extends Json>(
  old: Named<Value>,
  next: Named<Value>,
): Record<string, ValueChange<Value | null>> {
  const [before, after] = [new Map(old), new Map(next)];
  const names = [...new Set([...before.keys(), ...after.keys()])];
  return Object.fromEntries(
    names
      .map((name) => [name, { old: before.get(name) ?? null, new: after.get(name) ?? null }] as const)
      .filter(([, change]) => !isDeepStrictEqual(change.old, change.new)),
  );
}
