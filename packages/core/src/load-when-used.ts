import { createRequire, Module } from 'node:module';

const require = createRequire(import.meta.url);

/**
 * Has a CommonJS package load some of what it depends on when it first uses it, and not along with itself: until then each
 * module stands for itself, and so does whatever is taken out of it. To be called before the package is imported.
 *
 * What is loaded stays in memory, sources included, whether anything calls it or not.
 *
 * @param requireOfPackage finds modules as the package does.
 */
export function loadWhenUsed(requireOfPackage: NodeJS.Require, names: readonly string[]): void {
  for (const name of names) {
    const file = requireOfPackage.resolve(name);
    if (require.cache[file]) continue;
    const lazy = new Module(file);
    const load = () => {
      if (require.cache[file] === lazy) delete require.cache[file];
      return require(file) as object;
    };
    const parts = new Map<PropertyKey, object>();
    const partOf = (key: PropertyKey) => {
      const part = parts.get(key) ?? standIn(() => Reflect.get(load(), key) as object);
      parts.set(key, part);
      return part;
    };
    require.cache[file] = Object.assign(lazy, { exports: standIn(load, partOf), loaded: true });
  }
}

/**
 * An object that is another one as soon as it is called, constructed or looked into.
 *
 * @param partOf what stands for its properties, if they are to be loaded later still.
 */
function standIn(load: () => object, partOf?: (key: PropertyKey) => object): object {
  // Whatever it stands for, it can be called and constructed; a function that is bound has no property that must stay.
  return new Proxy(Object.bind(undefined), {
    get: (_, key) => (partOf ? partOf(key) : Reflect.get(load(), key)),
    has: (_, key) => Reflect.has(load(), key),
    ownKeys: () => Reflect.ownKeys(load()),
    getOwnPropertyDescriptor(_, key) {
      const descriptor = Reflect.getOwnPropertyDescriptor(load(), key);
      return descriptor && { ...descriptor, configurable: true };
    },
    apply: (_, self, args) => Reflect.apply(load() as () => unknown, self, args) as unknown,
    construct: (_, args) => Reflect.construct(load() as new () => object, args) as object,
  });
}
