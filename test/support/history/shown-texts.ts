import type { Simulator } from '@pics/simulator';

/** Every text that a simulator has shown, so that a stored one that it never showed is found. */
export interface ShownTexts {
  /** Notes what has changed since the last time. */
  note: () => void;
  has: (appid: number, sha1: string) => boolean;
}

/** Starts with what the simulator shows now. */
export function watchTexts(simulator: Simulator): ShownTexts {
  const shown = new Set<string>();
  const noteApp = (appid: number) => {
    for (const withToken of [false, true]) {
      shown.add(`${appid} ${simulator.findApp(appid, { withToken })?.sha}`);
    }
  };
  for (const { appid } of simulator.apps()) noteApp(appid);
  let noted = simulator.currentChangeNumber;
  const note = () => {
    for (const { kind, id } of simulator.changes(noted)) if (kind === 'app') noteApp(id);
    noted = simulator.currentChangeNumber;
  };
  return {
    note,
    has: (appid, sha1) => {
      note();
      return shown.has(`${appid} ${sha1}`);
    },
  };
}
