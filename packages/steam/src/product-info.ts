import type { AppBody } from '@pics/core';

/** One change of the feed. */
export interface Change {
  id: number;
  changeNumber: number;
  /** An anonymous session will only get a stub of it. */
  needsToken: boolean;
}

/** Steam's answer to "what changed since N". Ids appear once each, with their newest change number. */
export interface ChangesSince {
  /** The number asked for, as Steam echoes it. */
  since: number;
  /** The newest change number there is. */
  current: number;
  apps: Change[];
  packages: Change[];
  /** The three flags by which Steam says "too long ago, take everything": with any of them the lists are incomplete. */
  forceFullUpdate: boolean;
  forceFullAppUpdate: boolean;
  forceFullPackageUpdate: boolean;
}

/** An id that got no usable answer, and why. */
export interface Unanswered {
  appid: number;
  reason: 'absent' | 'timeout' | 'disconnected' | 'corrupt' | 'unreadable';
}

/** What came of one product info request; every id asked for stands in exactly one list. */
export interface ProductInfo {
  apps: AppBody[];
  unknown: number[];
  unanswered: Unanswered[];
  /** How many messages the answer came in. */
  parts: number;
}

/** What came of one metadata-only request; every id asked for stands in exactly one list. */
export interface ProductMetadata {
  apps: { appid: number; changeNumber: number }[];
  unknown: number[];
  unanswered: Unanswered[];
  parts: number;
}
