import { connect } from 'node:net';
import type { Connection } from './connection-file.ts';

/** It is on loopback: what has not answered by then is busy, or somebody else. */
const TIMEOUT_MS = 500;

/**
 * Asks a Redis on loopback one thing and resolves with the line it answers, or with undefined when nothing that takes our
 * password answers. Enough to know whether it is there, without a client's reconnects and retries.
 */
export function askRedis(connection: Connection, command: 'PING' | 'SHUTDOWN'): Promise<string | undefined> {
  const { port, password } = connection;
  if (port === undefined) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: TIMEOUT_MS });
    let answer = '';
    const settle = () => {
      socket.destroy();
      const [login, line] = answer.split('\r\n');
      resolve(login === '+OK' && line ? line : undefined);
    };
    socket.on('connect', () => socket.write(`AUTH ${password}\r\n${command}\r\n`));
    socket.on('data', (chunk) => {
      answer += chunk.toString();
      if (answer.split('\r\n').length > 2) settle();
    });
    socket.on('error', settle).on('timeout', settle).on('close', settle);
  });
}
