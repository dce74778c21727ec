/** Small texts with every construct of the format. */
const VALID_TEXTS = [
  '"appinfo"\n{\n\t"appid"\t\t"10"\n\t"public_only"\t\t"1"\n}\n',
  '"appinfo"\n{\n\t"a"\t\t""\n\t"b"\n\t{\n\t}\n\t"A"\t\t"x\\\\y\\"z"\n\t"c"\n\t{\n\t\t"0"\n\t\t{\n\t\t\t"k"\t\t"v"\n\t\t}\n\t}\n}\n\0',
  '"appinfo"\n{\n\t"name"\t\t"Caf\u00e9 \u{1F3AE}\n\tline"\n\t"__proto__"\n\t{\n\t\t"polluted"\t\t"1"\n\t}\n}\n',
  '"r" { "list" { "0" "1" "0" "2" "x" { } } "n" { "m" { "o" { "p" "q" } } } }',
].map((text) => Buffer.from(text));

const MEANINGFUL = Buffer.from('"""""{}{}\\\\\t\t\n\n \r\0ab01\xff\xc3\xe2', 'latin1');

/** Uniform integers below a bound, the same for the same seed (mulberry32). */
export function randomIntegers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below) | 0;
  };
}

/** A text that may or may not be KeyValues: a valid one with changes, cuts and splices, or random bytes. */
export function randomText(
  random: (below: number) => number,
  valid: readonly Buffer[] = VALID_TEXTS,
): Buffer {
  if (random(8) === 0) return randomBytes(random);
  let text = Buffer.from(pick(random, valid));
  for (let edits = 1 + random(2); edits > 0; edits--) text = edited(random, text, valid);
  return text;
}

function edited(
  random: (below: number) => number,
  text: Buffer,
  valid: readonly Buffer[],
): Buffer<ArrayBuffer> {
  const at = random(text.length + 1);
  const length = random(1 + random(24));
  const [before, after] = [text.subarray(0, at), text.subarray(at)];
  switch (random(6)) {
    case 0:
      return Buffer.from(before);
    case 1:
      return Buffer.concat([before, after.subarray(length)]);
    case 2:
      return Buffer.concat([before, after.subarray(0, length), after]);
    case 3:
      return Buffer.concat([before, pick(random, valid).subarray(random(60))]);
    case 4:
      return Buffer.concat([before, MEANINGFUL.subarray(random(MEANINGFUL.length)).subarray(0, 1), after]);
    default:
      return Buffer.concat([before, Buffer.of(random(256)), after.subarray(1)]);
  }
}

function randomBytes(random: (below: number) => number): Buffer {
  const bytes = Buffer.alloc(random(40));
  const meaningful = random(2) === 0;
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = meaningful ? (MEANINGFUL[random(MEANINGFUL.length)] ?? 0) : random(256);
  }
  return bytes;
}

function pick<Value>(random: (below: number) => number, values: readonly Value[]): Value {
  const value = values[random(values.length)];
  if (value === undefined) throw new RangeError('nothing to pick from');
  return value;
}
