/** Values that Node and docker compose read alike, each with the comment that may follow. */
const SAME_FOR_BOTH = [
  /^'([^']*[^'\\])?'(\s+#.*)?$/,
  /^"([^"\\$]|\\n)*"(\s+#.*)?$/,
  /^[^\s"'`#$]([^#$]*[^\s#$])?( +#.*)?$/,
];

/**
 * Finds the lines of an `.env` file that Node (`npm start`) and docker compose read differently, or of which one reads
 * nothing. Text in single quotes means the same to both.
 *
 * Without quotes, Node ends a value at any #, compose only at one after a space; compose replaces $NAME, and in double quotes
 * more escapes than \n. Only Node knows backticks, and only compose `NAME: value`.
 *
 * @param {string} text
 * @returns {{ number: number, name: string | undefined }[]} the number of each line, and the setting if it names one
 */
export function findAmbiguousLines(text) {
  return text.split('\n').flatMap((line, index) => {
    if (/^\s*(#.*)?$/.test(line)) return [];
    const [, name, value = ''] = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=(.*)$/.exec(line) ?? [];
    const isEmpty = /^\s*(\s#.*)?$/.test(value);
    const isSame = isEmpty || SAME_FOR_BOTH.some((form) => form.test(value.trim()));
    return name !== undefined && isSame ? [] : [{ number: index + 1, name }];
  });
}
