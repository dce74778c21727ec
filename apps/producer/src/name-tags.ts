export interface NameTagsDependencies {
  findUnnamedTagIds: () => Promise<number[]>;
  getTagNames: (tagIds: readonly number[]) => Promise<Map<number, string>>;
  upsertTagNames: (names: ReadonlyMap<number, string>) => Promise<number>;
}

/**
 * Asks Steam for the names of the tags that have none yet.
 *
 * @param asked the tags that were asked for before; those of this turn are added. Some tags have no name at all, and would
 * be asked for with every turn.
 * @returns how many got a name.
 */
export async function nameTags(dependencies: NameTagsDependencies, asked: Set<number>): Promise<number> {
  const tagIds = (await dependencies.findUnnamedTagIds()).filter((tagId) => !asked.has(tagId));
  if (tagIds.length === 0) return 0;
  const names = await dependencies.getTagNames(tagIds);
  for (const tagId of tagIds) asked.add(tagId);
  return dependencies.upsertTagNames(names);
}
