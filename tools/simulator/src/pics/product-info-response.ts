import { SeededRandom } from '../catalogue/seeded-random.ts';
import type { FaultOf } from '../faults/fault.ts';
import type { Faults } from '../faults/faults.ts';
import { messages, type ProductInfoRequest, type ProductInfoResponse } from '../protocol/messages.ts';
import type { Pics } from './pics.ts';
import { encodeApp, encodePackage, type ProductEntries } from './product-entries.ts';

/** The size below which a real CM sends a body inline; recorded from Steam, without effect here. */
const HTTP_MIN_SIZE = 1_024;

export interface ProductInfoSource {
  pics: Pics;
  entries: ProductEntries;
  faults: Faults;
  /** A new part begins when the current one has this size. */
  partBytes: number;
  /** Or this many entries. */
  partEntries: number;
  /** The host of bodies over HTTP. */
  httpHost: string;
}

/** A part of a response that is being built. */
class Part {
  readonly pieces: Uint8Array[] = [];
  readonly unknownAppids: number[] = [];
  readonly unknownPackageids: number[] = [];
  bytes = 0;
  /** Whether some of its bodies are available over HTTP only. */
  needsHttp = false;

  get entries(): number {
    return this.pieces.length + this.unknownAppids.length + this.unknownPackageids.length;
  }

  add(piece: Uint8Array): void {
    this.pieces.push(piece);
    this.bytes += piece.length;
  }

  /** The part as pieces of a message; the last piece says whether more parts follow. */
  close(isPending: boolean, isMetadata: boolean, httpHost: string): Uint8Array[] {
    const last: ProductInfoResponse = {
      unknown_appids: this.unknownAppids,
      unknown_packageids: this.unknownPackageids,
      meta_data_only: isMetadata,
      response_pending: isPending,
    };
    if (isMetadata || this.needsHttp) {
      last.http_min_size = HTTP_MIN_SIZE;
      last.http_host = httpHost;
    }
    return [...this.pieces, messages.productInfoResponse.encode(last)];
  }
}

/**
 * Builds the parts of the response (8904) to a product info request (8903), each in pieces that concatenate to a message.
 *
 * Parts are built on demand, so a response of any size takes the memory of one part; every part but the last has
 * `response_pending` set. Each id is in the response once, however often it was requested.
 */
export function* makeProductInfoParts(
  request: ProductInfoRequest,
  source: ProductInfoSource,
): Generator<Uint8Array[]> {
  const { pics, faults, partBytes, partEntries, httpHost } = source;
  const isMetadata = request.meta_data_only ?? false;
  let part = new Part();
  function* closeWhenFull(): Generator<Uint8Array[]> {
    if (part.bytes < partBytes && part.entries < partEntries) return;
    yield part.close(true, isMetadata, httpHost);
    part = new Part();
  }
  const tokens = new Map((request.apps ?? []).map(({ appid = 0, access_token: token }) => [appid, token]));
  for (const [appid, token] of tokens) {
    yield* closeWhenFull();
    if (faults.strike('leave-out', { appids: [appid] })) continue;
    addApp(part, appid, token, isMetadata, source);
  }
  for (const packageid of new Set((request.packages ?? []).map(({ packageid = 0 }) => packageid))) {
    yield* closeWhenFull();
    const version = pics.findPackage(packageid);
    if (version) part.add(encodePackage(version, isMetadata ? 'metadata' : 'full'));
    else part.unknownPackageids.push(packageid);
  }
  yield part.close(false, isMetadata, httpHost);
}

function addApp(
  part: Part,
  appid: number,
  token: string | undefined,
  isMetadata: boolean,
  source: ProductInfoSource,
): void {
  const { pics, entries, faults } = source;
  const target = { appids: [appid] };
  const previous = pics.findPreviousApp(appid);
  const stale = previous && faults.strike('stale', target) ? previous : undefined;
  const shown = stale ?? pics.findApp(appid);
  if (!shown) {
    part.unknownAppids.push(appid);
    return;
  }
  const complete = token !== undefined && token === pics.tokens.tokenOf(appid) ? shown.complete : undefined;
  const version = complete ?? shown;
  if (isMetadata) {
    part.add(encodeApp(version, 'metadata'));
    return;
  }
  if (faults.strike('withhold-body', target)) {
    part.needsHttp = true;
    part.add(encodeApp(version, 'metadata'));
    return;
  }
  const corrupt = faults.strike('corrupt-body', target);
  if (corrupt) part.add(encodeApp(version, 'full', (buffer) => damageBuffer(buffer, corrupt.damage)));
  else part.add(stale || complete ? encodeApp(version, 'full') : entries.encode(version));
}

/** A damaged body: one bit flipped, cut in half, or noise of the same length. */
export function damageBuffer(buffer: Buffer, damage: FaultOf<'corrupt-body'>['damage']): Buffer {
  const damaged = Buffer.from(buffer);
  switch (damage) {
    case 'flip': {
      const middle = damaged.length >>> 1;
      damaged[middle] = (damaged[middle] ?? 0) ^ 1;
      return damaged;
    }
    case 'cut':
      return damaged.subarray(0, damaged.length >>> 1);
    case 'garbage': {
      const random = new SeededRandom(damaged.length);
      return Buffer.from(damaged.map(() => random.between(0, 255)));
    }
  }
}
