import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { chooseBoardPort } from './choose-board-port.ts';

const servers: Server[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.close()));

/** Takes a port; resolves with its number, also when another program has it already. */
async function take(port: number): Promise<number> {
  const server = createServer().listen(port);
  servers.push(server);
  await Promise.race([once(server, 'listening'), once(server, 'error')]).catch(() => {});
  return port || (server.address() as AddressInfo).port;
}

test('says which port it chose instead of 3000 when that is taken and PORT is not set', async () => {
  await take(3000);
  const { port, notice } = await chooseBoardPort(undefined);
  expect(port).toBeGreaterThanOrEqual(3010);
  expect(notice).toBe(`Port 3000 is taken, so the board is on port ${port}.`);
});

test('takes the port that PORT names, without a word', async () => {
  const port = await take(0);
  servers.splice(0).forEach((server) => server.close());
  expect(await chooseBoardPort(port)).toEqual({ port });
  expect((await chooseBoardPort(0)).notice).toBeUndefined();
});

test('refuses a port that PORT names and another program uses', async () => {
  const port = await take(0);
  await expect(chooseBoardPort(port)).rejects.toThrow(
    `PORT is ${port}, and another program uses that port. Stop that program, or set another PORT.`,
  );
});
