import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Catalogue } from './catalogue/catalogue.ts';
import { GeneratedCatalogue } from './catalogue/generated-catalogue.ts';
import { RecordedCatalogue } from './catalogue/recorded-catalogue.ts';
import { readTagNames } from './catalogue/recorded-tag-names.ts';
import { TAG_NAMES } from './catalogue/store-words.ts';
import { AccessTokens, rotateSteadily } from './pics/access-tokens.ts';
import { createControlApi } from './control-api.ts';
import { Faults } from './faults/faults.ts';
import { Pics, releaseSteadily } from './pics/pics.ts';
import { ProductEntries } from './pics/product-entries.ts';
import { Restrictions } from './pics/restrictions.ts';
import { KeptState } from './kept-state.ts';
import { makeCertificate } from './server/certificate.ts';
import { CmServer } from './server/cm-server.ts';
import { LogonGate } from './server/logon-gate.ts';
import { Simulator } from './simulator.ts';
import { simulatorOptionsSchema, type SimulatorInput, type SimulatorOptions } from './options.ts';
import { Counters } from './counters.ts';

function openCatalogue({ seed, apps = 0, catalog, replay, replayStart }: SimulatorOptions): Catalogue {
  if (catalog === undefined) return new GeneratedCatalogue(seed, apps);
  return new RecordedCatalogue(catalog, replay ? replayStart : Infinity);
}

/** Roughly what the real feed remembers; reports disagree. */
const DEFAULT_WINDOW = 5_000;

/** Listens on a port of a host, or of every address without one; returns the port. */
async function listen(server: Server, port: number, host: string | undefined): Promise<number> {
  server.listen(port, host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function closeServer(server: HttpServer): Promise<void> {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}

/** Writes the certificate to a file that clients can trust; returns its path, and how to remove it. */
function writeCertificate(cert: string, certDir: string | undefined): { caFile: string; remove: () => void } {
  const directory = path.resolve(certDir ?? mkdtempSync(path.join(tmpdir(), 'pics-simulator-')));
  mkdirSync(directory, { recursive: true });
  const caFile = path.join(directory, 'ca.pem');
  writeFileSync(caFile, cert);
  const remove = () => certDir ?? rmSync(directory, { recursive: true, force: true });
  return { caFile, remove };
}

/**
 * Starts a Steam CM and resolves when clients can connect and its control port responds.
 *
 * The servers listen before they get their handlers, because the responses contain the ports. Nobody connects yet.
 *
 * @throws ZodError for invalid options, or the error of a port, a folder or a recording that cannot be used; nothing stays
 * open then.
 */
export async function startSimulator(input: SimulatorInput): Promise<Simulator> {
  const options = simulatorOptionsSchema.parse(input);
  const { host, name, seed } = options;
  const window = options.window ?? (options.replay ? Infinity : DEFAULT_WINDOW);
  const tokens = new AccessTokens(seed, options.grantedTokens);
  const restrictions = new Restrictions(seed, options.tokenApps);
  const packageWindow = options.packageWindow ?? window;
  const pics = new Pics(openCatalogue(options), window, packageWindow, tokens, restrictions);
  const entries = new ProductEntries(options.cacheBytes);
  if (options.warm) entries.warm(pics);
  const faults = new Faults(seed);
  for (const fault of options.faults) faults.arm(fault);
  if (options.maxRequestsPerSecond) faults.arm({ kind: 'throttle', limit: options.maxRequestsPerSecond });
  const counters = new Counters();

  const opened: (() => unknown)[] = [];
  const close = async () => {
    for (const closeOne of opened.splice(0).toReversed()) await closeOne();
  };
  try {
    const state = options.stateDir === undefined ? undefined : new KeptState(options.stateDir);
    const certificate = state?.certificate ?? (await makeCertificate(name));
    state?.catchUp(pics);
    if (state) opened.push(state.keep(pics, certificate));
    const { caFile, remove } = writeCertificate(certificate.cert, options.certDir);
    opened.push(remove);
    const tls = createHttpsServer(certificate);
    const cmServer = `${name ?? 'localhost'}:${await listen(tls, options.port, name ? undefined : host)}`;
    const { partBytes, partEntries, heartbeatSeconds, logonDeadlineMs, latencyMs } = options;
    const server = new CmServer(tls, {
      faults,
      counters,
      gate: new LogonGate(faults),
      productInfo: { pics, entries, faults, partBytes, partEntries, httpHost: cmServer },
      tagNames: (options.catalog && readTagNames(options.catalog)) || TAG_NAMES,
      heartbeatSeconds,
      logonDeadlineMs,
      latencyMs,
    });
    opened.push(() => server.close());
    const control = createHttpServer();
    const controlPort = await listen(control, options.controlPort, host);
    opened.push(() => closeServer(control));
    const controlUrl = `http://${host === '::1' ? '[::1]' : '127.0.0.1'}:${controlPort}`;
    const simulator = new Simulator(
      { cmServer, controlUrl, caFile },
      { pics, faults, counters, server, close },
    );
    control.on('request', createControlApi(simulator));
    opened.push(rotateSteadily(tokens, options.rotateTokensSeconds));
    opened.push(releaseSteadily(pics, options.changesPerMinute / 60 + options.replayPerSecond));
    return simulator;
  } catch (error) {
    await close();
    throw error;
  }
}
