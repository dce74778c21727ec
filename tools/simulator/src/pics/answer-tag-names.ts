import { messages } from '../protocol/messages.ts';

/**
 * Answers `Store.GetLocalizedNameForTags#1`. Tags without a name are missing from the answer, and a language that Steam
 * does not know gets no names at all; here every other language reads as English.
 */
export function answerTagNames(body: Uint8Array, tagNames: ReadonlyMap<number, string>): Uint8Array {
  const { language = '', tagids = [] } = messages.tagNamesRequest.decode(body);
  const tags: { tagid: number; english_name: string; name: string }[] = [];
  for (const tagid of language === '' ? [] : tagids) {
    const name = tagNames.get(tagid);
    if (name !== undefined) tags.push({ tagid, english_name: name, name });
  }
  return messages.tagNamesResponse.encode({ tags });
}
