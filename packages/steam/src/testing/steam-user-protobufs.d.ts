/** The protobuf schemas that steam-user generated from Valve's files: an independent encoder for the tests. */
declare module 'steam-user/protobufs/generated/_load.js' {
  interface MessageType {
    encode(message: object): { finish(): Uint8Array };
    decode(bytes: Uint8Array): object;
    toObject(message: object, options: { longs: StringConstructor }): Record<string, unknown>;
  }
  const schema: Record<
    | 'CMsgProtoBufHeader'
    | 'CMsgMulti'
    | 'CMsgClientLogon'
    | 'CMsgClientLogonResponse'
    | 'CMsgClientLoggedOff'
    | 'CMsgClientPICSChangesSinceRequest'
    | 'CMsgClientPICSChangesSinceResponse'
    | 'CMsgClientPICSProductInfoRequest'
    | 'CMsgClientPICSProductInfoResponse'
    | 'CMsgClientPICSAccessTokenRequest'
    | 'CMsgClientPICSAccessTokenResponse'
    | 'CStore_GetLocalizedNameForTags_Request'
    | 'CStore_GetLocalizedNameForTags_Response',
    MessageType
  >;
  export default schema;
}
