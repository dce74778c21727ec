export interface NameTagsEdges {
  findUnnamedTagIds: () => Promise<number[]>;
  getTagNames: (tagIds: readonly number[]) => Promise<Map<number, string>>;
  upsertTagNames: (names: ReadonlyMap<number, string>) => Promise<number>;
}

/** Asks Steam for the names of the tags that have none yet. @returns how many got one; some tags never do. */
export async function nameTags(edges: NameTagsEdges): Promise<number> {
  const tagIds = await edges.findUnnamedTagIds();
  if (tagIds.length === 0) return 0;
  return edges.upsertTagNames(await edges.getTagNames(tagIds));
}
