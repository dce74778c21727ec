import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { z } from 'zod';
import { PermanentError } from './errors.ts';
import { fetchedAppsSchema, type DocumentBody, type FetchedApps } from './fetched-apps.ts';
import { JOB_VERSION, type WriteAppsJob } from './flow.ts';
import { appidSchema } from './whole-numbers.ts';

/** A response has at most 128 MiB of bodies, and their records are shorter. A larger frame would only exhaust the writer's memory. */
const MAX_FRAME_BYTES = 192 * 1024 * 1024;

/** The frame of 200 apps contains about 1 MB; smaller chunks would each be copied once more. */
const CHUNK_BYTES = 256 * 1024;

const LENGTH_BYTES = 4;

const contents = fetchedAppsSchema.extend({
  /** [appid, bytes] of each body, in the order in which they follow. */
  bodies: z.array(z.tuple([appidSchema, z.int().min(1)], z.unknown())),
});

/**
 * Packs the write job of a fetched batch. Records and bodies share one zstd frame (level 3), because they repeat each other: it is
 * smaller than the records alone as JSON.
 *
 * The frame contains a length (uint32, little-endian), that many bytes of JSON, and then the bodies one after the other. In the
 * job it is base64, because a job is JSON.
 */
export function packWriteJob({ batchId, changeNumber, bodies = [], ...fetched }: FetchedApps): WriteAppsJob {
  const json = Buffer.from(
    JSON.stringify({ ...fetched, bodies: bodies.map(({ appid, bytes }) => [appid, bytes.length]) }),
  );
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(json.length);
  const frame = zstdCompressSync(Buffer.concat([length, json, ...bodies.map(({ bytes }) => bytes)]), {
    // A frame that was changed in transit must not be unpacked to other bodies.
    params: { [constants.ZSTD_c_checksumFlag]: 1 },
  });
  return {
    version: JOB_VERSION,
    task: 'apps',
    batchId,
    changeNumber,
    counts: {
      records: fetched.records.length,
      bodies: bodies.length,
      unknown: fetched.unknown.length,
      failed: fetched.failed.length,
      unanswered: fetched.unanswered.length,
    },
    frame: frame.toString('base64'),
  };
}

/**
 * Unpacks a write job: the same records, and bodies byte for byte.
 *
 * @throws PermanentError when the frame is damaged, is larger than any response, or has unexpected contents. The job then
 *   fails, and its apps are fetched again.
 */
export function unpackWriteJob({ batchId, changeNumber, frame }: WriteAppsJob): FetchedApps {
  const bytes = decompress(frame);
  const bodiesAt = bytes.length < LENGTH_BYTES ? Infinity : LENGTH_BYTES + bytes.readUInt32LE();
  if (bodiesAt > bytes.length) throw new PermanentError('the frame of a write job ends within its JSON');
  const { bodies, ...fetched } = parse(bytes.toString('utf8', LENGTH_BYTES, bodiesAt));
  return { batchId, changeNumber, ...fetched, bodies: cut(bytes.subarray(bodiesAt), bodies) };
}

function decompress(frame: string): Buffer {
  try {
    return zstdDecompressSync(Buffer.from(frame, 'base64'), {
      maxOutputLength: MAX_FRAME_BYTES,
      chunkSize: CHUNK_BYTES,
    });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PermanentError(`the frame of a write job cannot be decompressed: ${reason}`, { cause });
  }
}

function parse(json: string): z.infer<typeof contents> {
  try {
    return contents.parse(JSON.parse(json));
  } catch (cause) {
    // Not with the words of the error: they may quote what the frame holds.
    throw new PermanentError('the frame of a write job does not contain the result of a batch', { cause });
  }
}

function cut(bytes: Buffer, lengths: readonly (readonly [number, number, ...unknown[]])[]): DocumentBody[] {
  let at = 0;
  const bodies = lengths.map(([appid, length]) => ({ appid, bytes: bytes.subarray(at, (at += length)) }));
  if (at !== bytes.length)
    throw new PermanentError('the frame of a write job has other bodies than it lists');
  return bodies;
}
