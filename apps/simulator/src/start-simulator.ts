import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Catalogue } from './catalogue/catalogue.ts';
import { MadeUpCatalogue } from './catalogue/made-up-catalogue.ts';
import { RecordedCatalogue } from './catalogue/recorded-catalogue.ts';
import { TAG_NAMES } from './catalogue/tag-names.ts';
import { createControlApi } from './control/control-api.ts';
import { Faults } from './faults/faults.ts';
import { keepReleasing } from './pics/keep-releasing.ts';
import { Pics } from './pics/pics.ts';
import { ProductEntries } from './pics/product-entries.ts';
import { makeCertificate } from './server/certificate.ts';
import { CmServer } from './server/cm-server.ts';
import { LogonGate } from './server/logon-gate.ts';
import { Simulator } from './simulator.ts';
import { simulatorOptionsSchema, type SimulatorInput, type SimulatorOptions } from './simulator-options.ts';
import { Tally } from './tally.ts';

function openCatalogue({ seed, apps = 0, catalog, replay, replayStart }: SimulatorOptions): Catalogue {
  if (catalog === undefined) return new MadeUpCatalogue(seed, apps);
  return new RecordedCatalogue(catalog, replay ? replayStart : Infinity);
}

async function listen(server: Server, port: number, host: string): Promise<number> {
  server.listen(port, host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function closeHttp(server: HttpServer): Promise<void> {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}

/**
 * Starts a Steam CM on this machine and resolves when clients can connect and its control port answers.
 *
 * Servers listen before they are told what to do, for what they say contains their ports; nobody knows these yet.
 *
 * @throws ZodError naming what is wrong with the options, or the error of a port, a folder or a recording that cannot be used.
 */
export async function startSimulator(input: SimulatorInput): Promise<Simulator> {
  const options = simulatorOptionsSchema.parse(input);
  const { host, seed, certDir } = options;
  const catalogue = openCatalogue(options);
  const window = options.window ?? (options.replay ? Infinity : 5_000);
  const pics = new Pics(catalogue, window, options.packageWindow ?? window);
  const entries = new ProductEntries(options.cacheBytes);
  if (options.warm) entries.warm(pics);
  const faults = new Faults(seed);
  for (const fault of options.faults) faults.arm(fault);
  if (options.maxRequestsPerSecond) faults.arm({ kind: 'throttle', limit: options.maxRequestsPerSecond });
  const tally = new Tally();

  const certificate = await makeCertificate();
  const tls = createHttpsServer(certificate);
  const control = createHttpServer();
  const cmServer = `localhost:${await listen(tls, options.port, host)}`;
  const controlHost = host === '::1' ? '[::1]' : '127.0.0.1';
  const controlUrl = `http://${controlHost}:${await listen(control, options.controlPort, host)}`;

  const directory = certDir ?? mkdtempSync(path.join(tmpdir(), 'pics-simulator-'));
  mkdirSync(directory, { recursive: true });
  const caFile = path.resolve(directory, 'ca.pem');
  writeFileSync(caFile, certificate.cert);

  const { partBytes, partEntries, heartbeatSeconds, logonDeadlineMs, latencyMs } = options;
  const server = new CmServer(tls, {
    faults,
    tally,
    gate: new LogonGate(faults),
    productInfo: { pics, entries, faults, partBytes, partEntries, httpHost: cmServer },
    tagNames: TAG_NAMES,
    heartbeatSeconds,
    logonDeadlineMs,
    latencyMs,
  });
  const stopReleasing = keepReleasing(pics, options.changesPerMinute / 60 + options.replayPerSecond);
  const close = async () => {
    stopReleasing();
    await Promise.all([server.close(), closeHttp(control)]);
    if (certDir === undefined) rmSync(directory, { recursive: true, force: true });
  };
  const simulator = new Simulator({ cmServer, controlUrl, caFile }, { pics, faults, tally, server, close });
  control.on('request', createControlApi(simulator));
  return simulator;
}
