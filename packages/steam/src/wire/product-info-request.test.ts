import { expect, test } from 'vitest';
import { findMessageType } from '../session/lazy-protobufs.ts';
import { encodeProductInfoRequest } from './product-info-request.ts';

test.each([
  { appids: [], metadataOnly: false },
  {
    appids: [0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152, 268_435_455, 268_435_456],
    metadataOnly: true,
  },
  { appids: [440, 2_147_483_647, 2_147_483_648, 4_294_967_295], metadataOnly: false },
  { appids: Array.from({ length: 5_000 }, (_, index) => index * 10), metadataOnly: true },
])('is encoded as steam-user encodes it: %#', ({ appids, metadataOnly }) => {
  const theirs = { apps: appids.map((appid) => ({ appid })), packages: [], meta_data_only: metadataOnly };
  const type = findMessageType('CMsgClientPICSProductInfoRequest');
  expect(encodeProductInfoRequest({ appids, metadataOnly })).toEqual(
    Buffer.from(type.encode(theirs).finish()),
  );
});
