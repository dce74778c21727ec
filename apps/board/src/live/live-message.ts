/**
 * Event `at`, first in every update: when the overview was read, in Unix milliseconds. A page without one for a while is no
 * longer live.
 */
export type At = number;

/** Event `parts`: the parts of the page that changed, as HTML by the id of the element each one replaces. */
export type Parts = Record<string, string>;

/** One value per point in time, oldest first. */
export interface Series {
  /** The start of each point, in Unix seconds. */
  at: number[];
  apps: number[];
  requests: number[];
}

/** Event `plots`: the data of the charts, in apps and requests a second. */
export interface Plots {
  hour: Series;
  day: Series;
  /** The limit of the fleet in requests a second; null while it is unknown. */
  fetchRate: number | null;
}
