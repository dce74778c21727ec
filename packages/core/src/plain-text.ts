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
  return escapeJson(JSON.stringify(value, undefined, indent));
}

/** Written JSON, of one line or several, with these characters escaped in it: it says the same as before. */
export function escapeJson(json: string): string {
  return json.replaceAll(CONTROL_CHARACTERS, (controls) => controls.replaceAll(/[^\n]/g, escapeInJson));
}

/**
 * Written JSON of one line, with spaces in place of these characters, raw or escaped: for a program that prints the texts in it.
 * Line breaks and tabs in texts stay.
 */
export function flattenJson(json: string): string {
  const escapes = /\\(u00[01][\da-f]|u00[7-9][\da-f]|u2028|u2029|u061c|u20[0-6][\da-f]|[bfr]|.)/gi;
  return escapeJson(json).replaceAll(escapes, (escape: string) => {
    const character: unknown = JSON.parse(`"${escape}"`);
    return typeof character === 'string' && plainLines(character) === ' ' ? ' ' : escape;
  });
}

function escapeInJson(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
