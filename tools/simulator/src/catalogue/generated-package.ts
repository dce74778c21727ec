const MAP = 0x00;
const INT32 = 0x02;
const END = 0x08;

const key = (type: number, name: string) => Buffer.concat([Buffer.of(type), Buffer.from(`${name}\0`)]);

function integer(name: string, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return Buffer.concat([key(INT32, name), bytes]);
}

function map(name: string, entries: Buffer[]): Buffer {
  return Buffer.concat([key(MAP, name), ...entries, Buffer.of(END)]);
}

/** Generates the buffer of a package: uint32 1, then binary KeyValues with its apps. */
export function generatePackage(packageid: number, appids: readonly number[]): Buffer {
  const prefix = Buffer.of(1, 0, 0, 0);
  const body = map(String(packageid), [
    integer('packageid', packageid),
    integer('billingtype', 0),
    integer('licensetype', 1),
    integer('status', 0),
    map('extended', []),
    map(
      'appids',
      appids.map((appid, index) => integer(String(index), appid)),
    ),
    map('depotids', []),
    map('appitems', []),
  ]);
  return Buffer.concat([prefix, body, Buffer.of(END)]);
}
