import { findUnnamedTagIds, upsertTagNames } from '@pics/database';
import { requestUnlessPaused } from '@pics/queue';
import { repeat } from '@pics/service';
import { TAG_NAMES_AGAIN_MS, TAG_NAMES_INTERVAL_MS } from './config.ts';
import type { Producer } from './producer.ts';

export interface NameTagsDependencies {
  findUnnamedTagIds: () => Promise<number[]>;
  getTagNames: (tagIds: readonly number[]) => Promise<Map<number, string>>;
  upsertTagNames: (names: ReadonlyMap<number, string>) => Promise<number>;
}

/**
 * Gets the names of the tags that have none yet from Steam.
 *
 * @param requested the tags that were requested before, to which this adds. Some tags have no name at all, and would be
 *   requested every time.
 * @returns how many got a name.
 */
export async function nameTags(dependencies: NameTagsDependencies, requested: Set<number>): Promise<number> {
  const tagIds = (await dependencies.findUnnamedTagIds()).filter((tagId) => !requested.has(tagId));
  if (tagIds.length === 0) return 0;
  const names = await dependencies.getTagNames(tagIds);
  for (const tagId of tagIds) requested.add(tagId);
  return dependencies.upsertTagNames(names);
}

/** Names new tags until the signal; a tag that Steam has no name for is requested again after an hour. */
export function keepNamingTags(
  { settings, database, queues, steam, log }: Producer,
  signal: AbortSignal,
): Promise<void> {
  const dependencies = {
    findUnnamedTagIds: () => findUnnamedTagIds(database),
    getTagNames: (tagIds: readonly number[]) =>
      requestUnlessPaused(queues.redis, 'products', () => steam.getTagNames(tagIds)),
    upsertTagNames: (names: ReadonlyMap<number, string>) =>
      upsertTagNames(database, names, settings.KEEP_COLUMNS),
  };
  const requested = new Set<number>();
  let forgetAt = Date.now() + TAG_NAMES_AGAIN_MS;
  const iterate = async () => {
    if (Date.now() > forgetAt) {
      requested.clear();
      forgetAt = Date.now() + TAG_NAMES_AGAIN_MS;
    }
    const named = await nameTags(dependencies, requested);
    if (named > 0) log.info({ tags: named }, 'tags named');
  };
  return repeat(iterate, {
    intervalMs: TAG_NAMES_INTERVAL_MS,
    signal,
    onError: (err, retryInMs) => log.warn({ err, retryInMs }, 'naming tags failed'),
  });
}
