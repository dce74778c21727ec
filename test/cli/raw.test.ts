import { beforeAll, expect, test } from 'vitest';
import type { Simulator } from '@pics/simulator';
import { runCli } from '../support/run-cli.ts';
import { environmentOf, startTestSimulator } from '../support/simulator.ts';

const NOBODYS_APPID = 2_000_000_000;

let simulator: Simulator;

beforeAll(async () => {
  simulator = await startTestSimulator({ apps: 50 });
});

test('app --raw prints the body that Steam sends, byte for byte, and logs off', async () => {
  const truth = simulator
    .apps()
    .map(({ appid }) => simulator.findApp(appid))
    .find((app) => app !== undefined && app.text.length > 0 && !app.missingToken);
  if (!truth) throw new Error('no app has a body');
  const { appid, changeNumber, text } = truth;
  const env = environmentOf(simulator);
  const { exitCode, stdout, stderr } = await runCli(['app', String(appid), '--raw'], env);
  expect([exitCode, stderr]).toEqual([0, `Change ${changeNumber}, ${text.length} bytes.\n`]);
  expect(stdout).toBe(text.toString());
  expect(simulator.requests(['product-info'])).toHaveLength(1);

  const json = await runCli(['app', String(appid), '--raw', '--json'], env);
  expect(JSON.parse(json.stdout)).toEqual({
    appid,
    changeNumber,
    missingToken: false,
    body: text.toString(),
  });
  await expect.poll(() => simulator.state().clients).toEqual({ connected: 0, loggedOn: 0 });
});

test('app --raw says when Steam knows no such app', async () => {
  const { exitCode, stdout, stderr } = await runCli(
    ['app', String(NOBODYS_APPID), '--raw'],
    environmentOf(simulator),
  );
  expect([exitCode, stdout]).toEqual([1, '']);
  expect(stderr).toBe(`Steam knows no app ${NOBODYS_APPID}, or shows it to nobody.\n`);
});
