import { zstdCompressSync } from 'node:zlib';
import type { Column, ColumnType, ColumnValue, TableRows } from '@pics/database';
import type { SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';

/** Readers skip and decode row groups as a whole; this many apps take about 30 MB here while they are encoded. */
const ROW_GROUP = 20_000;

/**
 * Encodes rows as Parquet, compressed with Zstandard: times with their time zone and microseconds, jsonb as JSON, arrays as
 * lists. One group of rows is in memory at a time.
 */
export async function* encodeParquet({ columns, chunks }: TableRows): AsyncGenerator<Uint8Array> {
  const output = new ByteWriter();
  /** Takes what was encoded since the last call. The writer itself counts on from there. */
  const take = () => {
    const bytes = output.getBytes().slice();
    output.index = 0;
    return bytes;
  };
  const writer = new ParquetWriter({
    writer: output,
    schema: [{ name: 'root', num_children: columns.length }, ...columns.flatMap(describeColumn)],
    codec: 'ZSTD',
    compressors: { ZSTD: (bytes) => zstdCompressSync(bytes) },
    createdBy: 'pics-mirror',
  });
  let group: ColumnValue[][] = [];
  const write = () =>
    writer.write({
      columnData: columns.map(({ name }, index) => ({ name, data: group.map((row) => row[index] ?? null) })),
      rowGroupSize: ROW_GROUP,
    });
  for await (const rows of chunks) {
    group.push(...rows);
    if (group.length < ROW_GROUP) continue;
    await write();
    group = [];
    yield take();
  }
  if (group.length > 0) await write();
  await writer.finish();
  yield take();
}

const ELEMENTS: Record<ColumnType, Omit<SchemaElement, 'name'>> = {
  boolean: { type: 'BOOLEAN' },
  int32: { type: 'INT32' },
  int64: { type: 'INT64' },
  double: { type: 'DOUBLE' },
  timestamp: {
    type: 'INT64',
    converted_type: 'TIMESTAMP_MICROS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
  },
  json: { type: 'BYTE_ARRAY', converted_type: 'JSON', logical_type: { type: 'JSON' } },
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
};

/** Every column may hold NULL: an older table may allow it where the pipeline does not. */
function describeColumn({ name, type, isList }: Column): SchemaElement[] {
  const element = { ...ELEMENTS[type], repetition_type: 'OPTIONAL' as const };
  if (!isList) return [{ ...element, name }];
  return [
    {
      name,
      num_children: 1,
      repetition_type: 'OPTIONAL',
      converted_type: 'LIST',
      logical_type: { type: 'LIST' },
    },
    { name: 'list', num_children: 1, repetition_type: 'REPEATED' },
    { ...element, name: 'element' },
  ];
}
