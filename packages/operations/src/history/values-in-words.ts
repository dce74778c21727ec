import type { Json } from '@pics/core';

/** A value of a column in words: `none`, `yes`, `2024-01-01`, `2024-01-01 12:30 UTC`, `2, 5`. */
export function valueInWords(value: Json | undefined): string {
  if (value === null || value === undefined) return 'none';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return timeInWords(value) ?? value;
  if (Array.isArray(value)) return value.map((one: Json) => valueInWords(one)).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function timeInWords(text: string): string | undefined {
  const [, day, time] = /^(\d{4,6}-\d\d-\d\d)T(\d\d:\d\d):\d\d\+00:00$/.exec(text) ?? [];
  if (day === undefined) return undefined;
  return time === '00:00' ? day : `${day} ${time} UTC`;
}

/** A field of an object; null where there is no object. */
export function field(value: Json, name: string): Json {
  return isObject(value) ? (value[name] ?? null) : null;
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
