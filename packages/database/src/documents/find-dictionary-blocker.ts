import { randomBytes } from 'node:crypto';
import { encodeDocument } from './encode-document.ts';

/** Random bytes do not compress by themselves; as their own dictionary they become about 30 bytes. */
const PROBE_BYTES = 1_000;

/**
 * Why this Node can neither store nor read older texts, without a full stop; undefined when it can. Node 24.3 to 24.5 accept
 * the `dictionary` option of zstd and silently ignore it: no delta could be encoded or decoded.
 */
export function findDictionaryBlocker(encode = encodeDocument): string | undefined {
  const probe = randomBytes(PROBE_BYTES);
  if (encode(probe, probe).length < PROBE_BYTES / 2) return undefined;
  return (
    `Node ${process.versions.node} ignores zstd dictionaries, which older texts of apps are stored with; ` +
    'this needs Node 24.6 or newer'
  );
}
