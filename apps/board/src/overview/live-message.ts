/** The parts of the page that changed, as HTML by the id of the element each replaces: event `parts`. */
export type Parts = Record<string, string>;

/** A span of time, point by point, oldest first. */
export interface Series {
  /** When each point begins, in Unix seconds. */
  at: number[];
  apps: number[];
  requests: number[];
}

/** What the plots show, in apps and requests a second: event `plots`. */
export interface Plots {
  hour: Series;
  day: Series;
  /** The most requests a second that the fleet may make; null as long as nobody knows. */
  fetchRate: number | null;
}
