import { type Block, type Entries, entriesOf } from './app-body.ts';

const ODD_VALUES = [
  '|| |0|1|-1|3|4|9|10|100|101|32767|32768|2147483647|2147483648|8640000000000|8640000000001|99999999999999999999',
  '1.5|1e3|0x10|+1| 7 |\u00a08|007|--1|true|TRUE |false|full| Full|none|developer|Publisher|franchise',
  'windows,,linux,windows|492,19,,19, 5 ,-3,99999999999|a\0b|\0|\0 \0|\u{1F3AE}|\ud800|\u212a',
].flatMap((line) => line.split('|'));

const ODD_KEYS = [
  '0|1|2|00|-1|10|x|__proto__|constructor|English| french|name|NAME|common|extended|languages|public_only',
  'category_7|category_|Category_22|category_ 5',
].flatMap((line) => line.split('|'));

/** The block with up to a dozen entries somewhere in it changed, repeated, moved or removed. */
export function randomlyChanged(random: (below: number) => number, block: Block): Block {
  let result = block;
  for (let edits = random(13); edits > 0; edits--) result = edited(random, entriesOf(result));
  return result;
}

function edited(random: (below: number) => number, entries: Entries): Entries {
  const at = random(entries.length);
  const entry = entries[at];
  if (entry === undefined) return [[pick(random, ODD_KEYS), pick(random, ODD_VALUES)]];
  const [key, value] = entry;
  const [before, after] = [entries.slice(0, at), entries.slice(at + 1)];
  if (typeof value !== 'string' && random(8) > 0) {
    return [...before, [key, edited(random, entriesOf(value))], ...after];
  }
  switch (random(7)) {
    case 0:
      return [...before, ...after];
    case 1:
      return [...before, [key, pick(random, ODD_VALUES)], entry, ...after];
    case 2:
      return [...before, [pick(random, ODD_KEYS), value], ...after];
    case 3:
      return [...after, [key.toUpperCase(), value], ...before];
    case 4:
      return [...before, [key, [[pick(random, ODD_KEYS), pick(random, ODD_VALUES)]]], ...after];
    case 5:
      return [...before, entry, [pick(random, ODD_KEYS), value], ...after];
    default:
      return [...before, [key, pick(random, ODD_VALUES)], ...after];
  }
}

function pick(random: (below: number) => number, values: readonly string[]): string {
  return values[random(values.length)] ?? '';
}
