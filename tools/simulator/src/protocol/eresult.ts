/** The results this simulator gives, under Steam's names and numbers. */
export const EResult = {
  OK: 1,
  Fail: 2,
  InvalidPassword: 5,
  InvalidProtocolVer: 7,
  InvalidParam: 8,
  ServiceUnavailable: 20,
  NotLoggedOn: 21,
  NoMatch: 42,
  TryAnotherCM: 48,
  RateLimitExceeded: 84,
  AccountLoginDeniedThrottle: 87,
} as const;

export type EResultName = keyof typeof EResult;
