/** The message types this simulator speaks, under Steam's names and numbers. */
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
