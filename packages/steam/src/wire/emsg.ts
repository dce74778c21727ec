/** The kinds of message this package sends or takes itself, under Valve's names (enums/EMsg.js of steam-user). */
export const EMsg = {
  Multi: 1,
  DestJobFailed: 113,
  ClientLogOff: 706,
  ClientPICSChangesSinceRequest: 8901,
  ClientPICSChangesSinceResponse: 8902,
  ClientPICSProductInfoRequest: 8903,
  ClientPICSProductInfoResponse: 8904,
} as const;
