import { CHANGE_FIELDS, isChangeField } from '@pics/core';
import type { AppEvent, EventPosition } from '@pics/database';
import { z } from 'zod';

export const EVENT_TYPES = [
  'app.added',
  'app.changed',
  'app.removed',
  'app.restored',
  'build.published',
] as const satisfies AppEvent['type'][];

/** A parameter that a form may leave empty. */
const optional = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => value || undefined, schema.optional());

const field = optional(
  z
    .string()
    .trim()
    .max(200, 'must have at most 200 characters')
    .refine(
      isChangeField,
      `must be one of ${CHANGE_FIELDS.join(', ')}, or like branches.beta and languages.german`,
    ),
);

const bigNumber = (error: string) =>
  z
    .string()
    .regex(/^\d{1,15}$/, error)
    .transform(Number);

/** A change number that may be left out. */
export const changeParameter = optional(bigNumber('must be a change number'));

/** Which events of one app. */
export const historyQuery = z.object({
  field,
  before: optional(bigNumber('must be the next of a response')),
  change: changeParameter,
});

export type HistoryQuery = z.output<typeof historyQuery>;

/** A position among the events of all apps, as in `next` of a response. */
const position = z
  .string()
  .regex(/^\d{1,19}:\d{1,15}$/, 'must be the next of a response')
  .transform((text): EventPosition => {
    const [transactionId = '0', id] = text.split(':');
    return { transactionId, id: Number(id) };
  });

/** Which events of all apps. */
export const eventQuery = z.object({
  type: optional(z.enum(EVENT_TYPES, `must be one of ${EVENT_TYPES.join(', ')}`)),
  field,
  before: optional(position),
});

export type EventQuery = z.output<typeof eventQuery>;

/** A position as text, as `before` of a query has it. */
export function formatPosition({ transactionId, id }: EventPosition): string {
  return `${transactionId}:${id}`;
}
