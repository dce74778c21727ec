import type { Generated, GeneratedAlways } from 'kysely';

/**
 * The tables, as `migrations/` creates them. Columns are snake_case in SQL and camelCase here; the connection converts,
 * and leaves the keys inside jsonb alone. bigint columns hold change numbers, which fit a JavaScript number.
 */
export interface Schema {
  apps: AppsTable;
  steamTags: { tagId: number; name: string | null };
  steamGenres: { genreId: number; name: string | null };
  steamCategories: { categoryId: number; name: string | null };
  franchises: NamesTable;
  developers: NamesTable;
  publishers: NamesTable;
  appSteamTags: { appid: number; tagId: number; rank: number | null };
  appGenres: { appid: number; genreId: number; isPrimary: Generated<boolean | null> };
  appCategories: { appid: number; categoryId: number };
  appFranchises: { appid: number; franchiseId: number };
  appDevelopers: { appid: number; developerId: number };
  appPublishers: { appid: number; publisherId: number };
  appDlc: { appid: number; dlcAppid: number };
  /** A view. */
  appAllDlc: { appid: number; dlcAppid: number };
  appSteamDeck: AppSteamDeckTable;
  syncStatus: { appid: number; lastPicsSync: Date | null; picsChangeNumber: number | null };
  picsAppLedger: LedgerTable;
  picsPackageLedger: LedgerTable;
  picsChanges: PicsChangesTable;
  picsState: PicsStateTable;
  picsScans: PicsScansTable;
  picsScanRequests: PicsScanRequestsTable;
  picsThroughput: PicsThroughputTable;
}

export interface AppsTable {
  appid: number;
  name: string | null;
  type: string | null;
  isFree: boolean | null;
  controllerSupport: string | null;
  picsReviewScore: number | null;
  picsReviewPercentage: number | null;
  metacriticScore: number | null;
  metacriticUrl: string | null;
  platforms: string | null;
  releaseState: string | null;
  parentAppid: number | null;
  homepageUrl: string | null;
  appState: string | null;
  lastContentUpdate: Date | null;
  currentBuildId: string | null;
  contentDescriptors: number[] | null;
  languages: Record<string, { supported: boolean; full_audio: boolean; subtitles: boolean }> | null;
  steamReleaseDate: Date | null;
  originalReleaseDate: Date | null;
  /** Null for an existing row that has not been fetched yet. */
  picsAccess: 'public' | 'restricted' | 'removed' | null;
  createdAt: Generated<Date | null>;
  updatedAt: Generated<Date | null>;
}

interface NamesTable {
  id: Generated<number>;
  name: string;
}

export interface AppSteamDeckTable {
  appid: number;
  category: number | null;
  status: 'unknown' | 'unsupported' | 'playable' | 'verified' | null;
  testTimestamp: Date | null;
  testedBuildId: string | null;
  steamosCompatibility: number | null;
  tests: { display: string | null; token: string | null }[] | null;
  configuration: Record<string, unknown> | null;
}

/** What needs fetching and what is done, of apps or of packages. */
export interface LedgerTable {
  id: number;
  wantedChangeNumber: number | null;
  settledChangeNumber: number | null;
  storedChangeNumber: number | null;
  /** Of the body that the rows show; null unless all of it is stored. */
  storedSha1: Buffer | null;
  batchId: string | null;
  dispatchedAt: Date | null;
  attempts: Generated<number>;
  staleAnswers: Generated<number>;
  notBefore: Date | null;
  failedAt: Date | null;
  lastError: string | null;
  /** An unsigned 64-bit number. */
  accessToken: string | null;
  tokenAskedAt: Date | null;
}

interface PicsChangesTable {
  changeNumber: number;
  kind: 'app' | 'package';
  id: number;
  needsToken: boolean;
  seenAt: Generated<Date>;
}

interface PicsStateTable {
  id: Generated<boolean>;
  lastChangeNumber: number | null;
  backlogChangeNumber: number;
  source: 'steam' | 'simulator' | null;
  fetchRate: number | null;
  pausedAt: Date | null;
  /** When Steam last left packages out of the feed. */
  packagesGapAt: Date | null;
  updatedAt: Generated<Date>;
  polledAt: Date | null;
}

export interface PicsScansTable {
  id: GeneratedAlways<number>;
  reason: 'discovery' | 'gap' | 'sweep';
  knownOnly: boolean;
  nextAppid: Generated<number>;
  startedAt: Generated<Date>;
  finishedAt: Date | null;
  requests: Generated<number>;
  seen: Generated<number>;
  marked: Generated<number>;
  unchanged: Generated<number>;
  gone: Generated<number>;
  unanswered: Generated<number>;
}

interface PicsScanRequestsTable {
  id: GeneratedAlways<number>;
  scanId: number;
  appids: number[];
  batchId: string | null;
  attempts: Generated<number>;
  settledAt: Date | null;
}

interface PicsThroughputTable {
  minute: Date;
  apps: Generated<number>;
  requests: Generated<number>;
}
