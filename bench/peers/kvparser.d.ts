/** kvparser has no types. */
declare module 'kvparser' {
  /** A block as an object; of equal keys the last one counts. */
  export interface KeyValuesObject {
    [key: string]: string | KeyValuesObject | undefined;
  }

  /** @throws Error when the text is not KeyValues. */
  export function parse(text: string | Buffer): KeyValuesObject;
}
