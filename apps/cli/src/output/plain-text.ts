/** What moves the cursor, rings or colours, or turns the direction of writing around. */
const COMMANDING = /[\p{Cc}\u2028\u2029\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]+/gu;

/**
 * Text from outside, such as a name that a publisher chose, as one line that a terminal shows and does not obey.
 */
export function plainText(text: string): string {
  return text.replaceAll(COMMANDING, ' ');
}
