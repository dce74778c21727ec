import { sql, type Selectable } from 'kysely';
import type { Database } from '../connection/connect-database.ts';
import type { AppsTable, AppSteamDeckTable, LedgerTable } from '../schema.ts';

interface Named {
  id: number;
  /** Null while it is not known. */
  name: string | null;
}

/** An app's row in the ledger, but for its access token, and when Steam last described the app. */
export interface AppLedger extends Omit<
  Selectable<LedgerTable>,
  | 'id'
  | 'announcedChangeNumber'
  | 'storedChangeNumber'
  | 'storedSha1'
  | 'lacksText'
  | 'accessToken'
  | 'tokenAskedAt'
  | 'tokenWantedAt'
  | 'tokenRefusals'
> {
  appid: number;
  /** Change number of the stored response. */
  picsChangeNumber: number | null;
  lastPicsSync: Date | null;
}

/** Everything that is known of one app. */
export interface AppDetails {
  appid: number;
  /** Undefined when nothing of it is stored, yet or at all. */
  app: Selectable<AppsTable> | undefined;
  /** Undefined when the ledger does not know it. */
  ledger: AppLedger | undefined;
  parent: Named | undefined;
  developers: string[];
  publishers: string[];
  franchises: string[];
  /** The same with their ids. */
  nameIds: Record<'developers' | 'publishers' | 'franchises', Named[]>;
  /** The first tag first. */
  tags: Named[];
  /** The primary one first. */
  genres: (Named & { isPrimary: boolean | null })[];
  categories: Named[];
  dlc: Named[];
  deck: Selectable<AppSteamDeckTable> | undefined;
  /** What Valve noted on Steam Deck, in the words of the store. */
  deckTests: string[];
  /** Their names. */
  contentDescriptors: string[];
  /** The latest, the newest first. */
  changes: { changeNumber: number; needsToken: boolean; seenAt: Date }[];
}

/** How many changes and how many DLC of an app are listed. */
const CHANGES = 20;
const DLC = 500;

/** The join table of each table of names. */
const NAMES = {
  developers: { table: 'appDevelopers', column: 'developerId' },
  publishers: { table: 'appPublishers', column: 'publisherId' },
  franchises: { table: 'appFranchises', column: 'franchiseId' },
} as const;

/** Finds all that is stored of an app, its row in the ledger and its latest changes; undefined when there is none of it. */
export async function findApp(db: Database, appid: number): Promise<AppDetails | undefined> {
  const namesOf = async (names: 'developers' | 'publishers' | 'franchises') => {
    const join = NAMES[names];
    return db
      .selectFrom(names)
      .where(
        'id',
        'in',
        db.selectFrom(join.table).select(sql.ref<number>(join.column).as('id')).where('appid', '=', appid),
      )
      .select(['id', 'name'])
      .orderBy('name')
      .execute();
  };
  const [
    app,
    ledger,
    changes,
    developers,
    publishers,
    franchises,
    tags,
    genres,
    categories,
    dlc,
    deck,
    named,
  ] = await Promise.all([
    db.selectFrom('apps').selectAll().where('appid', '=', appid).executeTakeFirst(),
    findLedger(db, appid),
    db
      .selectFrom('picsChanges')
      .select(['changeNumber', 'needsToken', 'seenAt'])
      .where('id', '=', appid)
      .where('kind', '=', 'app')
      .orderBy('changeNumber', 'desc')
      .limit(CHANGES)
      .execute(),
    namesOf('developers'),
    namesOf('publishers'),
    namesOf('franchises'),
    db
      .selectFrom('appSteamTags')
      .innerJoin('steamTags', 'steamTags.tagId', 'appSteamTags.tagId')
      .select(['steamTags.tagId as id', 'name'])
      .where('appid', '=', appid)
      .orderBy('rank')
      .execute(),
    db
      .selectFrom('appGenres')
      .innerJoin('steamGenres', 'steamGenres.genreId', 'appGenres.genreId')
      .select(['steamGenres.genreId as id', 'name', 'isPrimary'])
      .where('appid', '=', appid)
      .orderBy('isPrimary', 'desc')
      .orderBy('name')
      .execute(),
    db
      .selectFrom('appCategories')
      .innerJoin('steamCategories', 'steamCategories.categoryId', 'appCategories.categoryId')
      .select(['steamCategories.categoryId as id', 'name'])
      .where('appid', '=', appid)
      .orderBy('name')
      .execute(),
    db
      .selectFrom('appAllDlc')
      .leftJoin('apps', 'apps.appid', 'appAllDlc.dlcAppid')
      .select(['appAllDlc.dlcAppid as id', 'name'])
      .where('appAllDlc.appid', '=', appid)
      .orderBy('appAllDlc.dlcAppid')
      .limit(DLC)
      .execute(),
    db.selectFrom('appSteamDeck').selectAll().where('appid', '=', appid).executeTakeFirst(),
    db
      .selectFrom('appDetails')
      .select(['deckTests', 'contentDescriptors'])
      .where('appid', '=', appid)
      .executeTakeFirst(),
  ]);
  if (!app && !ledger && changes.length === 0) return undefined;
  return {
    appid,
    app,
    ledger,
    parent: app?.parentAppid ? await findNamed(db, app.parentAppid) : undefined,
    developers: developers.map(({ name }) => name),
    publishers: publishers.map(({ name }) => name),
    franchises: franchises.map(({ name }) => name),
    nameIds: { developers, publishers, franchises },
    tags,
    genres,
    categories,
    dlc,
    deck,
    deckTests: named?.deckTests ?? [],
    contentDescriptors: named?.contentDescriptors ?? [],
    changes,
  };
}

async function findLedger(db: Database, appid: number): Promise<AppLedger | undefined> {
  return db
    .selectFrom('picsAppLedger')
    .leftJoin('syncStatus', 'appid', 'id')
    .select([
      'id as appid',
      'wantedChangeNumber',
      'settledChangeNumber',
      'storedChangeNumber as picsChangeNumber',
      'lastPicsSync',
      'batchId',
      'dispatchedAt',
      'attempts',
      'staleAnswers',
      'notBefore',
      'failedAt',
      'lastError',
      'tokenState',
    ])
    .where('id', '=', appid)
    .executeTakeFirst();
}

async function findNamed(db: Database, appid: number): Promise<Named> {
  const app = await db.selectFrom('apps').select('name').where('appid', '=', appid).executeTakeFirst();
  return { id: appid, name: app?.name ?? null };
}
