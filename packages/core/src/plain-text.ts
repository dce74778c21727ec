/** What moves the cursor, rings or colours, or changes the direction of writing. */
const CONTROL_CHARACTERS = /[\p{Cc}\u2028\u2029\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]+/gu;

/** Text from outside, such as a name that a publisher chose, as one line that a terminal shows and does not obey. */
export function plainText(text: string): string {
  return text.replaceAll(CONTROL_CHARACTERS, ' ');
}

/** The same for a text of several lines, such as an error with its stack or the end of a log. Line breaks and tabs stay. */
export function plainLines(text: string): string {
  return text.replaceAll(CONTROL_CHARACTERS, (controls) => controls.replaceAll(/[^\n\t]+/g, ' '));
}

/** JSON that a terminal does not obey either: `JSON.stringify` escapes only some of these characters. */
export function plainJson(value: unknown, indent?: number): string {
  const json = JSON.stringify(value, undefined, indent);
  return json.replaceAll(CONTROL_CHARACTERS, (controls) => controls.replaceAll(/[^\n]/g, escapeInJson));
}

function escapeInJson(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
