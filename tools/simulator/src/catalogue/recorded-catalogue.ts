import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import {
  digestBuffer,
  type AppVersion,
  type Catalogue,
  type Change,
  type PackageVersion,
} from './catalogue.ts';

/** The text of an id as of a change number. */
interface Recording {
  kind: 'app' | 'package';
  id: number;
  changeNumber: number;
  file: string;
}

/** The recording that an id shows, and its change number, which differs from the recorded one after a `touch`. */
interface Shown {
  recording: Recording;
  changeNumber: number;
}

/** The line that marks a text as the public part of an app, one level deep. */
const PUBLIC_ONLY = /^\t"public_only"\t\t"1"$/m;

/** The path of a file inside the folder. */
const RECORDING_PATH = /^(?:[\w-][\w.-]*\/)*[\w-][\w.-]*$/;

function readIndex(directory: string, kind: Recording['kind']): Recording[] {
  const name = kind === 'app' ? 'index.tsv' : 'packages.tsv';
  const index = path.join(directory, name);
  if (kind === 'package' && !existsSync(index)) return []; // Many recordings are of apps alone.
  const [header = '', ...lines] = readFileSync(index, 'utf8').split('\n');
  const columns = header.split('\t');
  const [idColumn, numberColumn, pathColumn] = [
    columns.indexOf(`${kind}id`),
    columns.indexOf('change_number'),
    columns.indexOf('path'),
  ];
  return lines
    .filter((line) => line !== '')
    .map((line) => {
      const fields = line.split('\t');
      const [id = '', changeNumber = '', file = ''] = [
        fields[idColumn],
        fields[numberColumn],
        fields[pathColumn],
      ];
      if (!/^\d+$/.test(id) || !/^\d+$/.test(changeNumber) || !RECORDING_PATH.test(file)) {
        throw new Error(`${name}: not a recording: "${line.slice(0, 80)}"`);
      }
      return { kind, id: Number(id), changeNumber: Number(changeNumber), file: path.join(directory, file) };
    });
}

/**
 * A recording of Steam's catalogue, served byte for byte with the recorded change numbers.
 *
 * `index.tsv` and `packages.tsv` are tables with a header that list appid or packageid, change number and path of each
 * text. The versions of all apps in the order of their change numbers are a real change feed, which is released from
 * `startVersions` on, one change number at a time. If an app has two texts with one number, the later row counts.
 */
export class RecordedCatalogue implements Catalogue {
  readonly startChangeNumber: number;
  readonly isFinite = true;
  /** By change number, oldest first. */
  readonly #history: Recording[];
  #released = 0;
  readonly #apps = new Map<number, { now: Shown; previous: Shown | undefined }>();
  readonly #packages = new Map<number, Shown>();
  readonly #publicOnly = new Map<string, boolean>();

  /** @param startVersions how many of the oldest versions exist at the start; Infinity for all of them. */
  constructor(directory: string, startVersions: number) {
    this.#history = [...readIndex(directory, 'app'), ...readIndex(directory, 'package')].sort(
      (one, other) => one.changeNumber - other.changeNumber,
    );
    this.startChangeNumber = this.release(startVersions, 0).at(-1)?.changeNumber ?? 0;
  }

  appids(): number[] {
    return [...this.#apps.keys()].sort((one, other) => one - other);
  }

  packageids(): number[] {
    return [...this.#packages.keys()];
  }

  findApp(appid: number): AppVersion | undefined {
    const app = this.#apps.get(appid);
    return app && this.#version(app.now);
  }

  findPreviousApp(appid: number): AppVersion | undefined {
    const previous = this.#apps.get(appid)?.previous;
    return previous && this.#version(previous);
  }

  findPackage(packageid: number): PackageVersion | undefined {
    const shown = this.#packages.get(packageid);
    if (!shown) return undefined;
    const { recording, changeNumber } = shown;
    return { packageid, changeNumber, missingToken: false, readBuffer: () => readFileSync(recording.file) };
  }

  release(count: number, after: number): Change[] {
    const changes: Change[] = [];
    let apps = 0;
    let changeNumber = after;
    let recorded = -1;
    for (let next = this.#history[this.#released]; next; next = this.#history[this.#released]) {
      if (next.changeNumber !== recorded) {
        if (apps >= count) break;
        recorded = next.changeNumber;
        // The recorded number, unless edits have moved the feed past it.
        changeNumber = Math.max(recorded, changeNumber + 1);
      }
      this.#show(next, changeNumber);
      this.#released += 1;
      apps += next.kind === 'app' ? 1 : 0;
      changes.push({ kind: next.kind, id: next.id, changeNumber });
    }
    return changes;
  }

  hasEverHeld(appid: number): boolean {
    return this.#apps.has(appid);
  }

  touch(appid: number, changeNumber: number): void {
    const app = this.#apps.get(appid);
    if (app) this.#show(app.now.recording, changeNumber);
  }

  #show(recording: Recording, changeNumber: number): void {
    const now = { recording, changeNumber };
    if (recording.kind === 'app')
      this.#apps.set(recording.id, { now, previous: this.#apps.get(recording.id)?.now });
    else this.#packages.set(recording.id, now);
  }

  #version({ recording, changeNumber }: Shown): AppVersion {
    const readText = () => readFileSync(recording.file);
    const readBuffer = () => Buffer.concat([readText(), Buffer.alloc(1)]);
    let isPublicOnly = this.#publicOnly.get(recording.file);
    if (isPublicOnly === undefined) {
      isPublicOnly = PUBLIC_ONLY.test(readText().toString('latin1'));
      this.#publicOnly.set(recording.file, isPublicOnly);
    }
    return {
      appid: recording.id,
      changeNumber,
      missingToken: isPublicOnly,
      onlyPublic: isPublicOnly,
      readBuffer,
      readDigest: () => digestBuffer(readBuffer()),
    };
  }
}
