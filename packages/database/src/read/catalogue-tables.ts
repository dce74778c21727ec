import type { Rows } from '@pics/schema';

/** What is for readers: the catalogue, and the changes that Steam announced or that were seen. No ledger, for it holds access tokens. */
export type CatalogueTable = Exclude<keyof Rows, `pics_${string}`> | 'pics_changes' | 'pics_events';

/** An object, so that the compiler names a table that is missing here. */
const NAMES: Record<CatalogueTable, true> = {
  apps: true,
  app_details: true,
  steam_tags: true,
  steam_genres: true,
  steam_categories: true,
  franchises: true,
  developers: true,
  publishers: true,
  app_steam_tags: true,
  app_genres: true,
  app_categories: true,
  app_franchises: true,
  app_developers: true,
  app_publishers: true,
  app_dlc: true,
  app_all_dlc: true,
  app_steam_deck: true,
  steam_deck_tests: true,
  steam_content_descriptors: true,
  app_documents: true,
  app_sections: true,
  sync_status: true,
  pics_changes: true,
  pics_events: true,
  app_versions: true,
  app_branches: true,
  app_builds: true,
  app_history: true,
};

/** The tables and views that readers get, and that can be exported. */
export const CATALOGUE_TABLES = Object.keys(NAMES) as readonly CatalogueTable[];
