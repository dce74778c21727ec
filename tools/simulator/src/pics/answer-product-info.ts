import type { Faults } from '../faults/faults.ts';
import { messages, type ProductInfoRequest, type ProductInfoResponse } from '../protocol/messages.ts';
import { damageBuffer } from './damage-buffer.ts';
import { encodeApp, encodePackage } from './encode-entry.ts';
import type { Pics } from './pics.ts';
import type { ProductEntries } from './product-entries.ts';

/** Below this a real CM would rather send a body inline; recorded in its answers, and of no effect here. */
const HTTP_MIN_SIZE = 1_024;

export interface ProductInfoSource {
  pics: Pics;
  entries: ProductEntries;
  faults: Faults;
  /** A part is closed when it has grown to this. */
  partBytes: number;
  /** Or when it holds this many entries. */
  partEntries: number;
  /** Where bodies are to be read over HTTP. */
  httpHost: string;
}

/** One part of an answer in the making. */
class Part {
  readonly pieces: Uint8Array[] = [];
  readonly unknownAppids: number[] = [];
  readonly unknownPackageids: number[] = [];
  bytes = 0;
  /** Whether some of its bodies are to be read over HTTP. */
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
 * Answers a product info request (8903) as the parts of its answer (8904), each in pieces that concatenate to a message.
 *
 * Parts are made when they are asked for, so that an answer of any size costs the memory of one part; every part but the
 * last says `response_pending`. Each id is answered once, however often it was asked for.
 */
export function* answerProductInfo(
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
  const unlocked = token === undefined || token === '0' ? undefined : pics.findTokenApp(appid);
  const special = stale ?? (unlocked?.token === token ? unlocked?.version : undefined);
  const version = special ?? pics.findApp(appid);
  if (!version) {
    part.unknownAppids.push(appid);
    return;
  }
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
  else part.add(special ? encodeApp(special, 'full') : entries.encode(version));
}
