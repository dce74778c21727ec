import type { AppBody } from '@pics/core';
import { startSimulator } from '@pics/simulator';

import { hasRecordedPics, readRecordedVersions } from '../../test/support/recorded-apps.ts';

export interface AppEntries {
  /** What they are, for the table. */
  origin: string;
  entries: AppBody[];
}

/** How many apps are made up where nothing was recorded; as many as there are recorded texts, roughly. */
const MADE_UP = 6_000;

/** Bodies as Steam sends them: recorded PICS data, if present, else what the simulator makes up. */
export async function readAppEntries(): Promise<AppEntries> {
  if (hasRecordedPics) {
    const entries = readRecordedVersions().map((version) => ({ ...version, missingToken: false }));
    return { origin: `${entries.length} recorded bodies`, entries };
  }
  const simulator = await startSimulator({ apps: MADE_UP, cacheBytes: 0 });
  try {
    const entries = simulator.apps().flatMap(({ appid }) => {
      const app = simulator.findApp(appid);
      if (!app || app.text.length === 0) return [];
      return [{ appid, changeNumber: app.changeNumber, missingToken: app.missingToken, body: app.text }];
    });
    return { origin: `${entries.length} made-up bodies`, entries };
  } finally {
    await simulator.close();
  }
}
