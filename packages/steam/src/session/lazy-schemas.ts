import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** What steam-user uses of a message type of protobufjs. */
interface MessageType {
  encode(message: object): { finish(): Uint8Array };
  decode(bytes: Uint8Array): object;
  toObject(message: object, options: object): Record<string, unknown>;
}

interface Root {
  lookupType(name: string): MessageType & { toJSON(): object };
}

const require = createRequire(import.meta.url);

/** The module of steam-user that loads its schemas, 89 files, all at once. */
export const SCHEMA_LOADER = require.resolve('steam-user/protobufs/generated/_load.js');

/** Where several files define a name, the last one counts. */
const FILES = [...readFileSync(SCHEMA_LOADER, 'utf8').matchAll(/require\('(.+\.json)'\)/g)]
  .map(([, file = '']) => join(dirname(SCHEMA_LOADER), file))
  .toReversed();

/** steam-user's own copy: another version could encode differently. */
const { Root } = createRequire(SCHEMA_LOADER)('protobufjs') as { Root: { fromJSON(schema: unknown): Root } };

const loaded = new Map<string, Root>();

/**
 * Finds a message type in the schemas of steam-user and loads only the file that defines it.
 *
 * @throws Error when no file does.
 */
export function findMessageType(name: string): ReturnType<Root['lookupType']> {
  // Two levels deep: types of the file itself, not types nested in others.
  const definition = `\n    "${name}": {`;
  for (const file of FILES) {
    const schema = readFileSync(file);
    if (!schema.includes(definition)) continue;
    const root = loaded.get(file) ?? Root.fromJSON(JSON.parse(schema.toString()));
    loaded.set(file, root);
    return root.lookupType(name);
  }
  throw new Error(`steam-user has no schema of ${name}`);
}

/** A message type that is loaded when the first message of it is encoded or decoded. */
class LazyMessageType implements MessageType {
  readonly #name: string;
  #found: MessageType | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  get #type(): MessageType {
    return (this.#found ??= findMessageType(this.#name));
  }

  encode(message: object): { finish(): Uint8Array } {
    return this.#type.encode(message);
  }

  decode(bytes: Uint8Array): object {
    return this.#type.decode(bytes);
  }

  toObject(message: object, options: object): Record<string, unknown> {
    return this.#type.toObject(message, options);
  }
}

/** Every message type by its name, as steam-user's own loader exports them. */
const schemas = new Proxy<Record<string, LazyMessageType>>(
  {},
  {
    get: (types, name) =>
      typeof name === 'string' ? (types[name] ??= new LazyMessageType(name)) : undefined,
  },
);

// What `require` returns for this module, by Node's convention for ES modules.
export { schemas as 'module.exports' };
