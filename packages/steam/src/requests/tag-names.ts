/** Request {language=1, tagids=2}, answer {tags=1 {tagid, english_name, name}} (steammessages_store.steamclient.proto). */
export const TAG_NAMES_METHOD = 'Store.GetLocalizedNameForTags#1';

/** The names in a decoded answer of `Store.GetLocalizedNameForTags#1`, by tag id; tags without one are missing. */
export function readTagNames(answer: Record<string, unknown>): Map<number, string> {
  const names = new Map<number, string>();
  for (const tag of Array.isArray(answer['tags']) ? answer['tags'] : []) {
    const { tagid, name, english_name: englishName } = tag as Record<string, unknown>;
    const text = name || englishName;
    if (typeof tagid === 'number' && typeof text === 'string') names.set(tagid, text);
  }
  return names;
}
