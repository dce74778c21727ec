import { PermanentError } from '@pics/core';

/** The body is KeyValues text but cannot become a record of this app; the message says what is wrong with it. */
export class ExtractionError extends PermanentError {
  override name = 'ExtractionError';
}
