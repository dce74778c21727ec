import manifest from '../package.json' with { type: 'json' };

/** The version of this project; all of its parts carry the same. */
export const version: string = manifest.version;
