import { expect, test } from 'vitest';
import { waitUntil } from '@pics/local';
import { findDifferences } from './faults/find-differences.ts';
import { startPipeline } from './support/pipeline.ts';
import { runCli } from './support/run-cli.ts';
import { startTestSimulator } from './support/simulator.ts';

const SETTLE_MS = 60_000;

test(
  'a cursor ahead of Steam is shown everywhere, asked for on another server, and repaired by a reset',
  { timeout: 180_000 },
  async () => {
    const simulator = await startTestSimulator({ apps: 500, seed: 31 });
    const pipeline = await startPipeline(simulator);
    const { database, env, services } = pipeline;
    await pipeline.settled(SETTLE_MS);

    await database
      .updateTable('picsState')
      .set({ lastChangeNumber: simulator.currentChangeNumber + 5_000 })
      .execute();
    await services.producer.waitForLine(/is behind the cursor/);
    await services.producer.waitForLine(
      /no session with Steam.*is behind the cursor|is behind the cursor.*no session with Steam/,
    );
    const readyz = async () => {
      const response = await fetch(`${services.producer.url}/readyz`);
      return { status: response.status, text: await response.text() };
    };
    expect(
      await waitUntil(
        async () => (await readyz()).text.includes('the change feed cannot be followed'),
        SETTLE_MS,
      ),
    ).toBe(true);
    expect((await readyz()).status).toBe(503);
    const metrics = await (await fetch(`${services.producer.url}/metrics`)).text();
    expect(metrics).toMatch(/^pics_feed_polls_total\{[^}]*result="implausible"[^}]*\} [1-9]/m);
    const isShown = async () => (await runCli(['status'], env)).stdout.includes('is behind the cursor');
    expect(await waitUntil(isShown, SETTLE_MS)).toBe(true);
    const { stdout: report, exitCode } = await runCli(['doctor', '--json'], env);
    expect(exitCode).toBe(1);
    const findings = (JSON.parse(report) as { findings: { level: string; advice?: string }[] }).findings;
    expect(findings.find(({ level }) => level === 'problem')?.advice).toContain('pics cursor --reset');

    const missed = simulator.release(30).length;
    expect(missed).toBeGreaterThan(0);
    expect(await runCli(['cursor', '--reset'], env, 'n\n')).toMatchObject({ exitCode: 1 });
    expect(await runCli(['cursor', '--reset', '--yes'], env)).toMatchObject({ exitCode: 0 });
    const isFollowing = async () => {
      const state = await database.selectFrom('picsState').select('lastChangeNumber').executeTakeFirst();
      return state?.lastChangeNumber === simulator.currentChangeNumber && (await readyz()).status === 200;
    };
    expect(await waitUntil(isFollowing, SETTLE_MS)).toBe(true);
    await pipeline.settled(SETTLE_MS);
    expect(await findDifferences({ database, simulator })).toEqual([]);
  },
);
