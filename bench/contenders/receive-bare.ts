import { once } from 'node:events';
import { EMsg } from '../../apps/simulator/src/protocol/emsg.ts';
import { decodeEnvelope, encodeEnvelope } from '../../apps/simulator/src/protocol/envelope.ts';
import { messages } from '../../apps/simulator/src/protocol/messages.ts';
import { openSocket, receiveBytes } from './receive-bytes.ts';
import { serveFetcher } from './serve-fetcher.ts';

/** Any anonymous account: universe 1 (public), account type 10. */
const ANONYMOUS_STEAMID = String((1n << 56n) | (10n << 52n));
const PROTOCOL_VERSION = 65_580;

/**
 * The same bytes through `ws` and nothing else in the process: it logs on with one message made by hand, and sends no
 * heartbeat.
 */
await serveFetcher(async ({ cmServer, batches }) => {
  const socket = await openSocket(cmServer);
  const logon = messages.logon.encode({ protocol_version: PROTOCOL_VERSION });
  socket.send(encodeEnvelope(EMsg.ClientLogon, { steamid: ANONYMOUS_STEAMID }, [logon]));
  const [answer] = (await once(socket, 'message')) as [Buffer];
  const { steamid = '', client_sessionid = 0 } = decodeEnvelope(answer).header;
  return receiveBytes(socket, { steamid, client_sessionid }, batches);
});
