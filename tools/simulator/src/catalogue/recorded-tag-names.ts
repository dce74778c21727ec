import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

const tagsSchema = z.array(z.object({ tagid: z.int().min(0), name: z.string() }));

/** The names of the store's tags in a folder of recorded data (`names/store_tags.json`); undefined where it has none. */
export function readTagNames(catalog: string): ReadonlyMap<number, string> | undefined {
  const file = path.join(catalog, 'names', 'store_tags.json');
  if (!existsSync(file)) return undefined;
  const tags = tagsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  return new Map(tags.map(({ tagid, name }) => [tagid, name]));
}
