import { UserError } from '@pics/core';
import { findRunningInstances, type RunningInstance } from '@pics/operations';
import { environment, SettingsError } from '@pics/service';

let chosenName: string | undefined;

/** Chooses the `npm start` that this command line works on, as `--instance` names it. */
export function chooseInstance(name: string): string {
  chosenName = name;
  return name;
}

/** The name that `--instance` gave; undefined without the option. */
export function getChosenName(): string | undefined {
  return chosenName;
}

/**
 * Finds the `npm start` that this command line works on: the chosen one, or else the only one that runs on this machine;
 * undefined when none runs and none was chosen.
 *
 * @param alternative what can be set instead of choosing: "DATABASE_URL".
 * @throws UserError when the chosen one does not run.
 * @throws SettingsError when several run and none was chosen.
 */
export function findInstance(alternative?: string): RunningInstance | undefined {
  const running = findRunningInstances(environment());
  if (chosenName !== undefined) {
    const chosen = running.find(({ name }) => name === chosenName);
    if (chosen) return chosen;
    throw new UserError(
      running.length === 0
        ? `No instance ${chosenName} runs here, nor any other. Start one with npm start.`
        : `No instance ${chosenName} runs here. These do:\n${listInstances(running)}`,
    );
  }
  const [first, second] = running;
  if (!second) return first;
  const otherwise = alternative ? `, or set ${alternative}` : '';
  throw new SettingsError(
    `Several instances run here. Name one with --instance${otherwise}:\n${listInstances(running)}`,
  );
}

function listInstances(instances: readonly RunningInstance[]): string {
  const width = Math.max(...instances.map(({ name }) => name.length));
  return instances
    .map(({ name, urls }) => `  --instance ${name.padEnd(width)}  board ${urls.boardUrl}`)
    .join('\n');
}
