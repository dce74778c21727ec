import type { AppVersion, Catalogue, Change, PackageVersion } from './catalogue.ts';
import { AppTable } from './app-table.ts';
import { digestBuffer, type Digest } from './digest.ts';
import { Access, makeAppBody, needsToken } from './made-up-app.ts';
import { makePackageBuffer } from './made-up-package.ts';
import { SeededRandom } from './seeded-random.ts';

/** Where Steam's change numbers stand in 2026; the made-up history lies below. */
const PRESENT = 36_000_000;

/** What an anonymous session is shown: package 0, and the one it owns. */
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

/** The ids that follow on Steam: multiples of ten, with some between for what belongs to the app before. */
function nextAppid(appid: number, random: SeededRandom): number {
  if (random.chance(0.22)) return appid + random.between(1, 3);
  const gap = Math.floor(Math.log(1 - random.fraction()) / Math.log(0.46));
  return appid - (appid % 10) + 10 + 10 * gap;
}

/**
 * A catalogue made up from a seed: as many apps as wanted, with ids spread as on Steam's and bodies made when they are
 * asked for, always the same for the same seed and the same course of changes.
 */
export class MadeUpCatalogue implements Catalogue {
  readonly startChangeNumber = PRESENT;
  readonly isFinite = false;
  readonly #seed: number;
  readonly #apps: AppTable;
  readonly #packageChangeNumbers = new Map<number, number>();
  /** Decides what changes; one sequence for all changes, so that the same changes come in the same order. */
  readonly #course: SeededRandom;

  constructor(seed: number, count: number) {
    this.#seed = seed;
    this.#course = new SeededRandom(seed, 0, 1);
    this.#apps = new AppTable(count);
    const random = new SeededRandom(seed, 0, 0);
    for (let appid = 10, made = 0; made < count; made += 1, appid = nextAppid(appid, random)) {
      // The square puts more changes into the last years, as is the case.
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

  findTokenApp(appid: number): { token: string; version: AppVersion } | undefined {
    const row = this.#apps.find(appid);
    if (row === undefined || !needsToken(this.#apps.access(row))) return undefined;
    const random = new SeededRandom(this.#seed, appid, 0xffff_ffff);
    if (!random.chance(0.1)) return undefined;
    const token = String((BigInt(random.uint32()) << 32n) | BigInt(random.uint32()));
    const version = this.#version(
      appid,
      this.#apps.revision(row),
      Access.public,
      this.#apps.changeNumber(row),
    );
    return version && { token, version };
  }

  findPackage(packageid: number): PackageVersion | undefined {
    const changeNumber = this.#packageChangeNumbers.get(packageid);
    if (changeNumber === undefined) return undefined;
    const isShown = SHOWN_PACKAGES.has(packageid);
    return {
      packageid,
      changeNumber,
      missingToken: !isShown,
      readBuffer: () =>
        isShown ? makePackageBuffer(packageid, this.appids().slice(0, 50)) : Buffer.alloc(0),
    };
  }

  release(count: number, after: number): Change[] {
    const changes: Change[] = [];
    let changeNumber = after;
    for (let released = 0; released < count;) {
      changeNumber += this.#course.chance(0.8) ? 1 : this.#course.between(2, 4);
      const together = this.#course.chance(0.85) ? 1 : Math.min(this.#course.between(2, 5), count - released);
      for (let index = 0; index < together; index += 1) {
        changes.push({ kind: 'app', id: this.#changeSomeApp(changeNumber), changeNumber });
      }
      released += together;
      if (this.#course.chance(0.25)) {
        const id = this.#course.between(0, this.#packageChangeNumbers.size);
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

  /** Mostly a new revision of an app; sometimes a new app, and now and then one comes, goes or is closed. */
  #changeSomeApp(changeNumber: number): number {
    const last = this.#apps.length - 1;
    if (this.#course.chance(0.05)) {
      const appid = nextAppid(this.#apps.appid(last), this.#course);
      this.#apps.append(
        appid,
        this.#course.chance(0.5) ? Access.public : drawAccess(this.#course),
        changeNumber,
      );
      return appid;
    }
    const row = this.#course.between(0, last);
    const redrawn = this.#course.chance(0.1) ? drawAccess(this.#course) : this.#apps.access(row);
    this.#apps.revise(row, redrawn, changeNumber);
    return this.#apps.appid(row);
  }

  /** Made once for every revision: scans ask for nothing else, and ask for all apps. */
  #readDigest(row: number, version: AppVersion): Digest {
    // The app may have changed since its version was taken.
    if (this.#apps.changeNumber(row) !== version.changeNumber) return version.readDigest();
    const known = this.#apps.digest(row);
    if (known) return known;
    const digest = version.readDigest();
    this.#apps.keepDigest(row, digest);
    return digest;
  }

  #version(appid: number, revision: number, access: Access, changeNumber: number): AppVersion | undefined {
    if (access === Access.removed) return undefined;
    const readBuffer = () => makeAppBody(this.#seed, appid, revision, access);
    return {
      appid,
      changeNumber,
      missingToken: needsToken(access),
      onlyPublic: access === Access.stub || access === Access.publicPart,
      readBuffer,
      readDigest: () => digestBuffer(readBuffer()),
    };
  }
}
