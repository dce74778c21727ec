/** The message types that the simulator supports, with Steam's names and numbers. */
export const EMsg = {
  Multi: 1,
  ServiceMethodResponse: 147,
  ServiceMethodCallFromClient: 151,
  ClientHeartBeat: 703,
  ClientLogOff: 706,
  ClientLogOnResponse: 751,
  ClientLoggedOff: 757,
  ClientLogon: 5514,
  ClientPICSChangesSinceRequest: 8901,
  ClientPICSChangesSinceResponse: 8902,
  ClientPICSProductInfoRequest: 8903,
  ClientPICSProductInfoResponse: 8904,
  ClientPICSAccessTokenRequest: 8905,
  ClientPICSAccessTokenResponse: 8906,
  ClientHello: 9805,
} as const;

/** The results that the simulator returns, with Steam's names and numbers. */
export const EResult = {
  OK: 1,
  Fail: 2,
  InvalidPassword: 5,
  InvalidProtocolVer: 7,
  InvalidParam: 8,
  Busy: 10,
  ServiceUnavailable: 20,
  NotLoggedOn: 21,
  LimitExceeded: 25,
  NoMatch: 42,
  TryAnotherCM: 48,
  RateLimitExceeded: 84,
  AccountLoginDeniedThrottle: 87,
} as const;

export type EResultName = keyof typeof EResult;
