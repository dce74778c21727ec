import './lazy-modules.ts';
import './lazy-protobufs.ts';
import SteamUser from 'steam-user';

/** steam-user without the hundred megabytes of message types that nobody here uses. */
export { SteamUser };
