import { type KeyValue, serializeKeyValues } from '../../keyvalues/parse-key-values.ts';

/** The entries of a block in order; keys may repeat. */
export type Entries = readonly (readonly [key: string, value: string | Block])[];

/** A block: an object where keys are plain names, else entries. */
export type Block = Entries | { readonly [key: string]: string | Block };

/** The body of an app as Steam would write it. */
export function appBody(block: Block, root = 'appinfo'): Buffer {
  return serializeKeyValues({ key: root, value: entriesOf(block).map(keyValue) });
}

/** A list as Steam keeps it: "0", "1", … */
export function numbered(values: readonly (string | Block)[]): Block {
  return values.map((value, i) => [String(i), value] as const);
}

export function entriesOf(block: Block): Entries {
  return Array.isArray(block) ? block : Object.entries(block);
}

function keyValue([key, value]: Entries[number]): KeyValue {
  return { key, value: typeof value === 'string' ? value : entriesOf(value).map(keyValue) };
}
