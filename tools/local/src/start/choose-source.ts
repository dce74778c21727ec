import type { Source } from '@pics/database';

export interface SourceQuestion {
  /** What the user asked for, if anything. */
  asked: Source | undefined;
  /** The variables by which the user named servers of their own. */
  ownServers: readonly string[];
  /** Why Steam cannot be reached; undefined when it can. */
  findSteamBlocker: () => Promise<string | undefined>;
}

export interface SourceChoice {
  source: Source;
  /** What to tell the user about it. */
  notice: string | undefined;
}

/**
 * Decides where the apps come from. What was asked for holds. Otherwise it is Steam, and only when Steam cannot be reached
 * and nothing but our own servers is in use, the simulator: made-up apps never go where somebody keeps real ones.
 */
export async function chooseSource(question: SourceQuestion): Promise<SourceChoice> {
  const { asked, ownServers } = question;
  if (asked) return { source: asked, notice: undefined };
  const blocker = await question.findSteamBlocker();
  if (!blocker) return { source: 'steam', notice: undefined };
  if (ownServers.length > 0) {
    return {
      source: 'steam',
      notice: `Steam cannot be reached (${blocker}). Waiting for it, for ${ownServers.join(' and ')} must not get made-up apps.`,
    };
  }
  return {
    source: 'simulator',
    notice: `Steam cannot be reached (${blocker}): running against the simulator, with made-up apps and data of their own. Use --steam to wait for Steam instead.`,
  };
}
