import { UserError } from '@pics/core';
import getPort, { portNumbers } from 'get-port';

/** The port of the board unless the user sets PORT. */
const USUAL_PORT = 3000;

/** Where to look when that is taken: 3001 to 3003 are those of services that are started by hand. */
const OTHER_PORTS = portNumbers(3010, 3099);

export interface BoardPort {
  port: number;
  /** A message for the user: it is not the usual port. */
  notice?: string;
}

/**
 * Chooses the port of the board: the one that the user has set, or else 3000, or else a free one.
 *
 * @param wanted the setting PORT; 0 for any free port.
 * @throws UserError when the port that the user has set cannot be used: whoever sets one has bookmarked or forwarded it.
 */
export async function chooseBoardPort(wanted: number | undefined): Promise<BoardPort> {
  if (wanted === undefined) {
    const port = await getPort({ port: [USUAL_PORT, ...OTHER_PORTS] });
    if (port === USUAL_PORT) return { port };
    return { port, notice: `Port ${USUAL_PORT} is taken, so the board is on port ${port}.` };
  }
  const port = await getPort({ port: wanted });
  if (wanted === 0 || port === wanted) return { port };
  const reserved = wanted < 1024 ? ', or the system reserves it' : '';
  throw new UserError(
    `PORT is ${wanted}, and another program uses that port${reserved}. Stop that program, or set another PORT.`,
  );
}
