export type * from './pics-client.ts';
export type * from './product-info.ts';
