import type { AppRecord } from '@pics/core';
import { WRITE_CONCURRENCY } from '../apps/writer/src/config.ts';
import { createContest, type Contest, type Open } from './contenders/contest.ts';
import { countRows, openCopy, readRows } from './contenders/copy-rows.ts';
import { startDatabases, type Databases } from './contenders/databases.ts';
import { openPeer, openProject } from './contenders/write-records.ts';
import { changeALittle, readAppRecords } from './input/app-records.ts';
import { atLeast, type Benchmark, type Line } from './measure/benchmark.ts';
import { figureOf, type Figure } from './measure/figure.ts';
import { interleave } from './measure/interleave.ts';

const APPS = 10_000;

/** With so many apps it is found out how many connections suit the peer best. */
const TRIAL_APPS = 2_000;
const TRIED_CONNECTIONS = [1, 2, 4];

/** Records into all tables of an empty database, and once more into what is stored by then. */
export const recordsToPostgres: Benchmark = {
  name: 'records-to-postgres',
  measures: 'records → Postgres, all tables: new apps, and apps that are stored already',
  run: async ({ repetitions, tell }) => {
    const databases = await startDatabases();
    const { origin, records } = await readAppRecords(APPS);
    const changed = changeALittle(records);
    const { stored, rows, counts } = await store(databases, records);
    const connections = await findBestOfPeer(databases, records, tell);

    const { empty } = databases;
    const contest = (source: string, open: Open) =>
      createContest(databases, { source, open, apps: records.length, counts });
    const contests = {
      projectNew: contest(empty, (url) => openProject(url, records, WRITE_CONCURRENCY)),
      projectStored: contest(stored, (url) => openProject(url, changed, WRITE_CONCURRENCY)),
      checkedNew: contest(empty, (url) => openProject(url, records, WRITE_CONCURRENCY, { superuser: false })),
      peerNew: contest(empty, (url) => openPeer(url, records, connections)),
      peerStored: contest(stored, (url) => openPeer(url, changed, connections)),
      copyOn1: contest(empty, (url) => openCopy(url, rows, 1)),
      copyOn2: contest(empty, (url) => openCopy(url, rows, 2)),
    };
    const ofEach = <Result>(look: (contested: Contest) => Result): Record<keyof Figures, Result> => ({
      projectNew: look(contests.projectNew),
      projectStored: look(contests.projectStored),
      checkedNew: look(contests.checkedNew),
      peerNew: look(contests.peerNew),
      peerStored: look(contests.peerStored),
      copyOn1: look(contests.copyOn1),
      copyOn2: look(contests.copyOn2),
    });
    const perSecond = await interleave(
      ofEach(({ run }) => run),
      { repetitions, tell },
    );
    const rivals = { peer: `Kysely .values() on ${connections} connections`, note: origin };
    const lines = compare(perSecond, { ...rivals, unit: 'apps/s', goals: true });
    if (Number.isNaN(databases.cpuSeconds())) return lines;
    const perCpuSecond = ofEach((contested) => figureOf(contested.perCpuSecond.slice(-repetitions)));
    return [...lines, ...compare(perCpuSecond, { ...rivals, unit: 'apps/CPU-s', goals: false })];
  },
};

type Figures = Record<
  'projectNew' | 'projectStored' | 'checkedNew' | 'peerNew' | 'peerStored' | 'copyOn1' | 'copyOn2',
  Figure
>;

function compare(
  { projectNew, projectStored, checkedNew, peerNew, peerStored, copyOn1, copyOn2 }: Figures,
  { unit, peer, note, goals }: { unit: string; peer: string; note: string; goals: boolean },
): Line[] {
  const limit =
    copyOn1.median > copyOn2.median
      ? { name: 'COPY on 1 connection', ...copyOn1 }
      : { name: 'COPY on 2 connections', ...copyOn2 };
  const rival = { name: peer, ...peerNew };
  const copies = `COPY on 1 connection ${Math.round(copyOn1.median)}, on 2 ${Math.round(copyOn2.median)}`;
  return [
    {
      what: 'records → Postgres, new apps, all tables, foreign keys on',
      unit,
      project: projectNew,
      peer: rival,
      limit,
      goals: goals ? [atLeast(3, projectNew, rival), atLeast(0.9, projectNew, limit)] : [],
      note: `${note}; ${copies}`,
    },
    {
      what: 'the same as no superuser: Postgres checks foreign keys row by row',
      unit,
      project: checkedNew,
      peer: rival,
      limit,
      goals: [],
    },
    {
      what: 'records → Postgres, apps stored already, one in fifty changed',
      unit,
      project: projectStored,
      peer: { name: peer, ...peerStored },
      limit: { ...limit, name: `${limit.name}, new apps` },
      goals: goals ? [atLeast(2, projectStored, limit)] : [],
    },
  ];
}

async function store(databases: Databases, records: readonly AppRecord[]) {
  const stored = 'stored';
  await databases.copy(databases.empty, stored);
  const url = databases.urlOf(stored);
  const writer = await openProject(url, records, 1);
  await writer.run();
  await writer.close();
  await databases.tidy(stored);
  return { stored, rows: await readRows(url), counts: await countRows(url) };
}

async function findBestOfPeer(
  databases: Databases,
  records: readonly AppRecord[],
  tell: (progress: string) => void,
): Promise<number> {
  const few = records.slice(0, TRIAL_APPS);
  let best = { connections: 1, rate: 0 };
  for (const connections of TRIED_CONNECTIONS) {
    const open: Open = (url) => openPeer(url, few, connections);
    const rate = await createContest(databases, { source: databases.empty, open, apps: few.length }).run();
    tell(`trial of the peer on ${connections} connections: ${Math.round(rate)}`);
    if (rate > best.rate) best = { connections, rate };
  }
  return best.connections;
}
