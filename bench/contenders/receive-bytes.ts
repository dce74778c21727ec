import { once } from 'node:events';
import { WebSocket } from 'ws';
import { EMsg } from '../../apps/simulator/src/protocol/emsg.ts';
import { encodeEnvelope } from '../../apps/simulator/src/protocol/envelope.ts';
import { messages } from '../../apps/simulator/src/protocol/messages.ts';
import type { FetchBatch } from './serve-fetcher.ts';

/** Far more than an answer holds. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/** Who a session is, in the header of each of its messages. */
export interface SessionIdentity {
  steamid: string;
  client_sessionid: number;
}

/** A bare `ws` client of this CM (host:port), with TLS and without compression as every client has it. */
export async function openSocket(cmServer: string): Promise<WebSocket> {
  const socket = new WebSocket(`wss://${cmServer}/cmsocket/`, {
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
  });
  await once(socket, 'open');
  return socket;
}

/**
 * Asks for apps on a socket that is logged on, and drops the answers unread.
 *
 * All that is left is what no client on `ws` can go without: requests are encoded beforehand, and of an answer one byte is
 * looked at, the last. It says whether more parts follow, for `response_pending` is what the simulator writes last.
 */
export function receiveBytes(
  socket: WebSocket,
  identity: SessionIdentity,
  batches: readonly number[][],
): FetchBatch {
  const requests = new Map<readonly number[], Buffer>(
    batches.map((batch) => {
      const body = messages.productInfoRequest.encode({ apps: batch.map((appid) => ({ appid })) });
      const header = { ...identity, jobid_source: '1' };
      return [batch, encodeEnvelope(EMsg.ClientPICSProductInfoRequest, header, [body])];
    }),
  );
  let end = () => {};
  socket.on('message', (message: Buffer) => {
    if (message.at(-1) === 0) end();
  });
  return (appids) => {
    socket.send(requests.get(appids) ?? Buffer.alloc(0));
    return new Promise((resolve) => {
      end = resolve;
    });
  };
}
