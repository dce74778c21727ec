import { KeyValuesReader } from './key-values-reader.ts';

/** The values of each key of a block, in the order in which the keys first occur. */
type Block = Map<string, (string | Block)[]>;

/**
 * A KeyValues text as JSON text that Postgres accepts as jsonb: blocks are objects, every other value is a string. Keys keep
 * their spelling and their order, even integer-like ones, which a JavaScript object would reorder. The values of a repeated key
 * become an array in the position of the first. U+0000, which jsonb refuses, is left out, and invalid UTF-8 becomes U+FFFD.
 *
 *     "appinfo" { "10" "b" "2" "a" "10" { } }    {"appinfo":{"10":["b",{}],"2":"a"}}
 *
 * @param indent the spaces a level is indented by; 0, the default, puts everything on one line.
 * @throws KeyValuesError when the bytes are not such a text, or exceed the reader's limits.
 */
export function keyValuesToJson(bytes: Uint8Array, indent = 0): string {
  const reader = new KeyValuesReader(bytes);
  reader.nextEntry();
  const key = cleanText(reader.key());
  const root: Block = new Map([[key, [readValue(reader)]]]);
  reader.finish();
  return writeValue(root, indent, '');
}

/**
 * The sections of a document with these names as JSON texts, each as `keyValuesToJson` writes it: entries of the root's block
 * (names are lower-case ASCII, found in any case). A section that the document lacks is not in the map; everything else is
 * scanned and never becomes a string.
 *
 * @throws KeyValuesError when the bytes are not such a text, or exceed the reader's limits.
 */
export function sectionsToJson(bytes: Uint8Array, names: readonly string[], indent = 0): Map<string, string> {
  const reader = new KeyValuesReader(bytes);
  const sections: Block = new Map();
  reader.nextEntry();
  if (reader.isBlock) {
    reader.enterBlock();
    while (reader.nextEntry()) {
      const name = names.find((candidate) => reader.keyIs(candidate));
      if (name === undefined) reader.skipValue();
      else add(sections, name, readValue(reader));
    }
  } else reader.skipValue();
  reader.finish();
  return new Map(Array.from(sections, ([name, values]) => [name, writeValues(values, indent, '')]));
}

/** The current entry's value. It recurses as deep as the reader's limits allow. */
function readValue(reader: KeyValuesReader): string | Block {
  if (!reader.isBlock) return cleanText(reader.readText());
  const block: Block = new Map();
  reader.enterBlock();
  while (reader.nextEntry()) add(block, cleanText(reader.key()), readValue(reader));
  return block;
}

function add(block: Block, key: string, value: string | Block): void {
  const values = block.get(key);
  if (values) values.push(value);
  else block.set(key, [value]);
}

function cleanText(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '') : text;
}

/** One value as it is, several as an array. */
function writeValues(values: readonly (string | Block)[], indent: number, margin: string): string {
  const [first = ''] = values;
  if (values.length === 1) return writeValue(first, indent, margin);
  const inner = margin + ' '.repeat(indent);
  const elements = values.map((value) => writeValue(value, indent, inner));
  return enclose('[', elements, ']', indent, margin);
}

function writeValue(value: string | Block, indent: number, margin: string): string {
  if (typeof value === 'string') return JSON.stringify(value);
  const inner = margin + ' '.repeat(indent);
  const colon = indent > 0 ? ': ' : ':';
  const members = Array.from(
    value,
    ([key, values]) => JSON.stringify(key) + colon + writeValues(values, indent, inner),
  );
  return enclose('{', members, '}', indent, margin);
}

function enclose(open: string, parts: string[], close: string, indent: number, margin: string): string {
  if (indent === 0 || parts.length === 0) return open + parts.join(',') + close;
  const line = `\n${margin}`;
  const inner = line + ' '.repeat(indent);
  return open + inner + parts.join(`,${inner}`) + line + close;
}
