import { keyValuesToJson, parseKeyValues, sectionsToJson, serializeKeyValues } from '@pics/appinfo';
import { escapeJson, plainText, UserError } from '@pics/core';
import { findApp, findDocuments, type Database, type StoredDocument } from '@pics/database';
import { explainNoDocument, openVersion } from '@pics/operations';
import { Option, type Command } from 'commander';
import { requireAppid, parseChangeNumber } from '../command-line/arguments.ts';
import { defineCommand, type CommonOptions } from '../command-line/define-command.ts';
import { describeDocument, describeVersion, openDocument } from '../output/documents.ts';
import { print, printBody, printNote } from '../output/print.ts';
import { useDatabase } from '../servers/use-database.ts';

interface Options extends CommonOptions {
  section?: string;
  part?: StoredDocument['part'];
  change?: number;
}

/** A text, and the notes to print about it. */
interface Opened {
  text: Buffer;
  notes: string[];
}

export const documentCommand = defineCommand(
  'document',
  'Print the product info of an app exactly as Steam sent it',
  [
    ['document 440 > 440.vdf', 'byte for byte: its SHA-1 is the one that Steam announces'],
    ['document 440 --json', 'as JSON'],
    ['document 440 --section depots --json', 'one section of it'],
    ['document 440 --change 36002074', 'as it was at that change'],
  ],
)
  .argument('<id>', 'the id of the app')
  .option('--section <name>', 'only this section, such as common, extended, config, depots or ufs')
  .addOption(
    new Option('--part <part>', 'default: full, if Steam has ever sent all of the app').choices([
      'full',
      'public',
    ]),
  )
  .addOption(
    new Option('--change <number>', 'the text as it was at this change number')
      .argParser(parseChangeNumber)
      .conflicts('part'),
  )
  .action(async (id: string, { section, part, change, json = false }: Options, command: Command) => {
    const appid = requireAppid(id, command);
    const { text, notes } = await useDatabase((database) =>
      change === undefined ? openPart(database, appid, part) : openChange(database, appid, change),
    );
    if (json) return print([escapeJson(writeJson(text, section, appid))]);
    const body = section === undefined ? text : cutSection(text, section, appid);
    for (const note of notes) printNote(note);
    printBody(body);
  });

async function openChange(database: Database, appid: number, change: number): Promise<Opened> {
  const version = await openVersion(database, appid, change);
  return { text: version.text, notes: [describeVersion(version)] };
}

/** @throws UserError when this part of the app is not stored. */
async function openPart(
  database: Database,
  appid: number,
  part: StoredDocument['part'] | undefined,
): Promise<Opened> {
  const documents = await findStored(database, appid);
  const document = choosePart(documents, appid, part);
  const newer = part === undefined ? noteNewer(documents) : [];
  return { text: openDocument(document), notes: [...newer, describeDocument(document)] };
}

/**
 * The documents of an app, the full one first.
 *
 * @throws UserError when there is none.
 */
async function findStored(database: Database, appid: number): Promise<StoredDocument[]> {
  const documents = await findDocuments(database, [appid]);
  if (documents.length > 0) return documents;
  throw new UserError(explainNoDocument(appid, await findApp(database, appid)));
}

/** @throws UserError when this part is not stored. */
function choosePart(
  documents: readonly StoredDocument[],
  appid: number,
  part: StoredDocument['part'] | undefined,
): StoredDocument {
  const chosen = documents.find((document) => part === undefined || document.part === part);
  if (chosen) return chosen;
  throw new UserError(
    part === 'full'
      ? `Steam has only sent the public part of app ${appid}; the rest needs an access token.`
      : `No public part of app ${appid} is stored, because Steam sends all of it.`,
  );
}

function noteNewer([, newer]: readonly StoredDocument[]): string[] {
  return newer ? [`Since change ${newer.changeNumber} Steam sends only a part of it: --part public.`] : [];
}

function writeJson(text: Buffer, section: string | undefined, appid: number): string {
  if (section === undefined) return keyValuesToJson(text, 2);
  const name = section.toLowerCase();
  const json = sectionsToJson(text, [name], 2).get(name);
  if (json === undefined) throw noSection(text, section, appid);
  return json;
}

/** The section byte for byte, except for its indentation, which starts at the left margin. */
function cutSection(text: Buffer, section: string, appid: number): Buffer {
  const name = section.toLowerCase();
  const sections = listEntries(text).filter(({ key }) => String(key).toLowerCase() === name);
  if (sections.length === 0) throw noSection(text, section, appid);
  return Buffer.concat(sections.map(serializeKeyValues));
}

function listEntries(text: Buffer) {
  const { value } = parseKeyValues(text);
  return Array.isArray(value) ? value : [];
}

function noSection(text: Buffer, section: string, appid: number): UserError {
  const names = listEntries(text).map(({ key }) => plainText(String(key)));
  return new UserError(
    `The document of app ${appid} has no section "${plainText(section)}". It has: ${names.join(', ')}.`,
  );
}
