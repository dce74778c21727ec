/** From 24.3 on, Node runs the TypeScript sources as they are without a warning on every start. */
export const OLDEST_NODE = '24.3';

/** Whether the running Node runs the sources. */
export function isNewEnough() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_NODE.split('.').map(Number);
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}
