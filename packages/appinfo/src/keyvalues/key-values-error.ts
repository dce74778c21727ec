import { PermanentError } from '@pics/core';

/** The bytes are no KeyValues text: where it shows (`offset`, in bytes from the start) and why (`reason`). */
export class KeyValuesError extends PermanentError {
  override name = 'KeyValuesError';
  readonly offset: number;
  readonly reason: string;

  constructor(reason: string, offset: number) {
    super(`${reason} at byte ${offset}`);
    this.offset = offset;
    this.reason = reason;
  }
}
