// oxlint-disable no-underscore-dangle -- steam-user has no other way to be put on a socket of one's own
import { once } from 'node:events';
import { openSocket, receiveBytes } from './receive-bytes.ts';
import { serveFetcher } from './serve-fetcher.ts';
import { createSteamUser } from './steam-user-client.ts';

/** EMsg ClientPICSProductInfoResponse with the flag of protobuf messages, as it stands on the wire. */
const PICS_ANSWER = 0x8000_0000 + 8904;

/**
 * The same bytes through `ws` in a session that steam-user keeps, as it comes: logon, heartbeats and all other messages are
 * its own, PICS answers are taken before they reach it.
 */
await serveFetcher(async ({ cmServer, batches }) => {
  const socket = await openSocket(cmServer);
  const connection = {
    connectionType: 'WS',
    connectionId: 1,
    send: (message: Buffer) => socket.send(message),
    end: () => socket.terminate(),
  };
  const steam = createSteamUser();
  steam._doConnection = async () => {
    steam._connection = connection;
    await steam._sendLogOn();
  };
  socket.on('message', (message: Buffer) => {
    if (message.readUInt32LE(0) !== PICS_ANSWER) steam._handleNetMessage(message, connection);
  });
  steam.logOn({ anonymous: true });
  await once(steam, 'loggedOn');
  const identity = {
    steamid: steam.steamID.getSteamID64(),
    client_sessionid: steam._sessionID,
  };
  return receiveBytes(socket, identity, batches);
});
