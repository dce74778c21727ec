import {
  digestBuffer,
  type AppVersion,
  type Catalogue,
  type Change,
  type Digest,
  type PackageVersion,
} from './catalogue.ts';
import { AppTable } from './app-table.ts';
import { Access, generateAppBody, needsToken } from './generated-app.ts';
import { generatePackage } from './generated-package.ts';
import { SeededRandom } from './seeded-random.ts';

/** Steam's change number in 2026; the generated history is below it. */
const PRESENT = 36_000_000;

/** The packages that an anonymous session sees: package 0 and the one that it owns. */
const SHOWN_PACKAGES: ReadonlySet<number> = new Set([0, 17_906]);

function drawAccess(random: SeededRandom): Access {
  const share = random.fraction();
  if (share < 0.93) return Access.public;
  if (share < 0.94) return Access.hidden;
  if (share < 0.965) return Access.stub;
  if (share < 0.98) return Access.publicPart;
  if (share < 0.985) return Access.withheld;
  return Access.removed;
}

/** The next id in the pattern of Steam: multiples of ten, with some in between for what belongs to the previous app. */
function nextAppid(appid: number, random: SeededRandom): number {
  if (random.chance(0.22)) return appid + random.between(1, 3);
  const gap = Math.floor(Math.log(1 - random.fraction()) / Math.log(0.46));
  return appid - (appid % 10) + 10 + 10 * gap;
}

/**
 * A catalogue generated from a seed: any number of apps, with ids distributed as on Steam and bodies generated on demand,
 * always the same for the same seed and the same changes.
 */
export class GeneratedCatalogue implements Catalogue {
  readonly startChangeNumber = PRESENT;
  readonly isFinite = false;
  readonly #seed: number;
  readonly #apps: AppTable;
  readonly #packageChangeNumbers = new Map<number, number>();
  /** Decides what changes; one sequence for all, so that the same changes come in the same order. */
  readonly #changes: SeededRandom;

  constructor(seed: number, count: number) {
    this.#seed = seed;
    this.#changes = new SeededRandom(seed, 0, 1);
    this.#apps = new AppTable(count);
    const random = new SeededRandom(seed, 0, 0);
    for (let appid = 10, made = 0; made < count; made += 1, appid = nextAppid(appid, random)) {
      // The square root puts more changes into the last years, as on Steam.
      const changeNumber = Math.ceil(PRESENT * Math.sqrt(random.fraction()));
      this.#apps.append(appid, drawAccess(random), changeNumber);
    }
    for (const packageid of SHOWN_PACKAGES) this.#packageChangeNumbers.set(packageid, PRESENT - 90_000);
    for (let packageid = 1; packageid < count / 3; packageid += 1) {
      this.#packageChangeNumbers.set(packageid, random.between(1, PRESENT));
    }
  }

  appids(): number[] {
    const appids: number[] = [];
    for (let row = 0; row < this.#apps.length; row += 1) {
      if (this.#apps.access(row) !== Access.removed) appids.push(this.#apps.appid(row));
    }
    return appids;
  }

  packageids(): number[] {
    return [...this.#packageChangeNumbers.keys()];
  }

  findApp(appid: number): AppVersion | undefined {
    const row = this.#apps.find(appid);
    if (row === undefined) return undefined;
    const changeNumber = this.#apps.changeNumber(row);
    const version = this.#version(appid, this.#apps.revision(row), this.#apps.access(row), changeNumber);
    return version && { ...version, readDigest: () => this.#readDigest(row, version) };
  }

  findPreviousApp(appid: number): AppVersion | undefined {
    const row = this.#apps.find(appid);
    if (row === undefined || this.#apps.revision(row) === 0) return undefined;
    const revision = this.#apps.revision(row) - 1;
    return this.#version(
      appid,
      revision,
      this.#apps.previousAccess(row),
      this.#apps.previousChangeNumber(row),
    );
  }

  findPackage(packageid: number): PackageVersion | undefined {
    const changeNumber = this.#packageChangeNumbers.get(packageid);
    if (changeNumber === undefined) return undefined;
    const isShown = SHOWN_PACKAGES.has(packageid);
    return {
      packageid,
      changeNumber,
      missingToken: !isShown,
      readBuffer: () => (isShown ? generatePackage(packageid, this.appids().slice(0, 50)) : Buffer.alloc(0)),
    };
  }

  release(count: number, after: number): Change[] {
    const changes: Change[] = [];
    let changeNumber = after;
    for (let released = 0; released < count;) {
      changeNumber += this.#changes.chance(0.8) ? 1 : this.#changes.between(2, 4);
      const together = this.#changes.chance(0.85)
        ? 1
        : Math.min(this.#changes.between(2, 5), count - released);
      for (let index = 0; index < together; index += 1) {
        changes.push({ kind: 'app', id: this.#changeSomeApp(changeNumber), changeNumber });
      }
      released += together;
      if (this.#changes.chance(0.25)) {
        const id = this.#changes.between(0, this.#packageChangeNumbers.size);
        this.#packageChangeNumbers.set(id, changeNumber);
        changes.push({ kind: 'package', id, changeNumber });
      }
    }
    return changes;
  }

  hasEverHeld(appid: number): boolean {
    return this.#apps.find(appid) !== undefined;
  }

  touch(appid: number, changeNumber: number): void {
    const row = this.#apps.find(appid);
    if (row === undefined) return;
    const access = this.#apps.access(row);
    this.#apps.revise(row, access === Access.removed ? Access.public : access, changeNumber);
  }

  /** Mostly makes a new revision of an app; sometimes adds one, or removes, restores or restricts one. */
  #changeSomeApp(changeNumber: number): number {
    const last = this.#apps.length - 1;
    if (this.#changes.chance(0.05)) {
      const appid = nextAppid(this.#apps.appid(last), this.#changes);
      this.#apps.append(
        appid,
        this.#changes.chance(0.5) ? Access.public : drawAccess(this.#changes),
        changeNumber,
      );
      return appid;
    }
    const row = this.#changes.between(0, last);
    const redrawn = this.#changes.chance(0.1) ? drawAccess(this.#changes) : this.#apps.access(row);
    this.#apps.revise(row, redrawn, changeNumber);
    return this.#apps.appid(row);
  }

  /** Computed once for each revision: scans request nothing else, for all apps. */
  #readDigest(row: number, version: AppVersion): Digest {
    // The app may have changed since the version was created.
    if (this.#apps.changeNumber(row) !== version.changeNumber) return version.readDigest();
    const known = this.#apps.digest(row);
    if (known) return known;
    const digest = version.readDigest();
    this.#apps.keepDigest(row, digest);
    return digest;
  }

  #version(appid: number, revision: number, access: Access, changeNumber: number): AppVersion | undefined {
    if (access === Access.removed) return undefined;
    const readBuffer = () => generateAppBody(this.#seed, appid, revision, access);
    const complete = needsToken(access)
      ? this.#version(appid, revision, Access.public, changeNumber)
      : undefined;
    return {
      appid,
      changeNumber,
      missingToken: needsToken(access),
      onlyPublic: access === Access.stub || access === Access.publicPart,
      readBuffer,
      readDigest: () => digestBuffer(readBuffer()),
      ...(complete && { complete }),
    };
  }
}
