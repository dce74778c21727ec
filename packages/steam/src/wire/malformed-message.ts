/** Bytes that are not what the protocol says should stand there. */
export class MalformedMessage extends Error {
  override name = 'MalformedMessage';
}
