import { hash } from 'node:crypto';

/** An app of a product info response as Steam sends it: the body with its trailing NUL, its SHA-1 without. */
export function appOnWire(
  appid: number,
  text = `"appinfo"\n{\n\t"appid"\t\t"${appid}"\n}\n`,
  changeNumber = 1,
) {
  const body = Buffer.from(`${text}\0`);
  return {
    appid,
    change_number: changeNumber,
    sha: hash('sha1', text, 'buffer'),
    buffer: body,
    size: body.length,
  };
}
