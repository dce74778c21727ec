import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

/** A block of code of a page of documentation. */
export interface Block {
  /** The heading it is under, without its signs. */
  section: string;
  language: string;
  /** The name of the file that it is, if the page gives one. */
  title: string | undefined;
  text: string;
}

/** Reads all blocks of a page, such as `docs/supabase.md`, in their order. */
export function readBlocks(page: string): Block[] {
  const text = readFileSync(resolve(ROOT, page), 'utf8');
  let section = '';
  return [...text.matchAll(/^#+ ([^\n]*)$|^```(\w+)(?: title="([^"]*)")?\n(.*?)^```$/gms)].flatMap(
    ([, heading, language, title, code]) => {
      if (heading !== undefined) section = heading;
      return language === undefined ? [] : [{ section, language, title, text: code ?? '' }];
    },
  );
}

/** The block of a page that is this file. */
export function readBlock(page: string, title: string): string {
  const block = readBlocks(page).find((candidate) => candidate.title === title);
  if (!block) throw new Error(`${page} has no block ${title}`);
  return block.text;
}
