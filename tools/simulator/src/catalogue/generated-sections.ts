import type { KeyValuesText } from './key-values-text.ts';
import type { AppRevisions } from './app-revisions.ts';
import type { AppTraits } from './app-traits.ts';
import { generateCompanyName } from './generated-names.ts';
import type { SeededRandom } from './seeded-random.ts';
import { LANGUAGES } from './store-words.ts';

/** A 64-bit id, too large for a JavaScript number, is text from two halves. */
const manifestId = (random: SeededRandom) =>
  `${random.between(1, 9_222)}${String(random.uint32()).padStart(10, '0')}00000`.slice(0, 19);

/** Depots times branches of the largest app: at 150 bytes each they are 400 kB, as in the largest apps on Steam. */
const MAX_MANIFESTS = 2_600;

/** Writes `extended`: companies in the old form, DLC, pages, whether the app is free. */
export function writeExtended(
  text: KeyValuesText,
  traits: AppTraits,
  lasting: SeededRandom,
  revisions: AppRevisions,
): void {
  if (lasting.chance(0.1)) return;
  text.open('extended');
  text.freePair('developer', generateCompanyName(lasting));
  text.freePair('publisher', generateCompanyName(lasting));
  if (lasting.chance(0.6)) {
    const site = `generated-${traits.appid}.example`;
    text.pair('homepage', lasting.pick([`https://${site}`, `http://${site}/`, site, '']));
  }
  if (lasting.chance(0.05)) text.pair('developer_url', `https://developer-${traits.appid}.example`);
  if (lasting.chance(0.15))
    text.pair('state', lasting.pick(['eStateAvailable', 'eStateComingSoon', 'eStateUnAvailable']));
  if (traits.isMain && lasting.chance(0.2)) text.pair('isfreeapp', lasting.pick(['1', '1', '0']));
  if (traits.isMain && lasting.chance(0.35)) {
    const dlc: (number | string)[] = [];
    for (let count = Math.ceil(lasting.spread(2, 0.8) * Math.min(traits.scale, 30)); count > 0; count -= 1) {
      dlc.push(traits.appid + lasting.between(1, 9) + 10 * lasting.between(0, 40));
    }
    for (const revision of revisions.of('dlc')) {
      dlc.push(traits.appid + 10 * revisions.random('dlc', revision).between(41, 90));
    }
    if (lasting.chance(0.1)) dlc.push('');
    text.pair('listofdlc', dlc.join(','));
  }
  text.close();
}

/** Writes `config`: how the app is started. */
export function writeConfig(text: KeyValuesText, traits: AppTraits, random: SeededRandom): void {
  if (traits.type === 'DLC' || traits.type === 'Video') return;
  text.open('config');
  text.pair('installdir', `Generated ${traits.appid}`);
  text.open('launch');
  for (let index = 0, count = random.between(1, 3); index < count; index += 1) {
    text.open(index);
    text.freePair('executable', random.pick(['game.exe', 'bin\\win64\\start.exe', './run.sh', 'Game.app']));
    if (random.chance(0.3)) text.freePair('arguments', '-window "1280 x 720"');
    text.open('config');
    text.pair('oslist', random.pick(['windows', 'macos', 'linux']));
    text.close();
    text.close();
  }
  text.close();
  text.close();
}

/**
 * Writes `depots`: the longest section, whose length varies most. A giant has hundreds of depots with a manifest for
 * every branch.
 */
export function writeDepots(
  text: KeyValuesText,
  traits: AppTraits,
  lasting: SeededRandom,
  revisions: AppRevisions,
): void {
  if (lasting.chance(0.06)) return;
  const depotCount = Math.min(
    Math.ceil((traits.isMain ? 2.4 : 1) * lasting.spread(1, 0.5) * traits.scale),
    120,
  );
  const mostBranches = Math.floor(Math.min(60, MAX_MANIFESTS / depotCount));
  const betas = traits.isMain ? Math.round(lasting.spread(1.2, 0.7) * traits.scale) : 0;
  const branches = Array.from({ length: Math.min(1 + betas, mostBranches) }, (_, index) =>
    drawBranch(index, revisions),
  );
  text.open('depots');
  if (lasting.chance(0.35)) {
    text.open(228_990);
    text.pair('depotfromapp', 228_980);
    text.pair('sharedinstall', '1');
    text.close();
  }
  for (let index = 1; index <= depotCount; index += 1) {
    text.open(traits.appid + index);
    text.open('config');
    text.pair('oslist', lasting.pick(['windows', 'macos', 'linux']));
    if (lasting.chance(0.2)) text.pair('language', lasting.pick(LANGUAGES));
    text.close();
    text.open('manifests');
    for (const { name, random } of branches) {
      text.open(name);
      const size = random.uint32();
      text.pair('gid', manifestId(random));
      text.pair('size', size);
      text.pair('download', Math.floor(size / 2));
      text.close();
    }
    text.close();
    text.close();
  }
  text.open('branches');
  for (const { name, buildId, timeUpdated } of branches) {
    text.open(name);
    text.pair('buildid', buildId);
    text.pair('timeupdated', timeUpdated);
    text.close();
  }
  text.close();
  text.close();
}

interface GeneratedBranch {
  name: string;
  buildId: number;
  timeUpdated: number;
  /** The sequence for its manifests. */
  random: SeededRandom;
}

/** A branch with its latest build: not every revision of the builds makes one for each branch. Ids and times ascend. */
function drawBranch(index: number, revisions: AppRevisions): GeneratedBranch {
  const share = index === 0 ? 0.8 : 0.4;
  const revision =
    revisions.of('builds').findLast((one) => revisions.random('builds', one, index).chance(share)) ?? 0;
  const random = revisions.random('builds', revision, index);
  const timeUpdated =
    revision === 0 ? random.between(1_400_000_000, 1_790_000_000) : revisions.secondsAt(revision);
  return {
    name: index === 0 ? 'public' : `beta_${index}`,
    buildId: Math.round((timeUpdated - 1_380_000_000) / 18) + random.between(0, 999),
    timeUpdated,
    random,
  };
}

/** Writes `ufs`: the location of saved games. */
export function writeUserFiles(text: KeyValuesText, traits: AppTraits, random: SeededRandom): void {
  if (!traits.isMain || random.chance(0.3)) return;
  text.open('ufs');
  text.pair('quota', '1000000000');
  text.pair('maxnumfiles', random.between(10, 1_000));
  text.open('savefiles');
  for (let index = 0, count = random.between(0, 3); index < count; index += 1) {
    text.open(index);
    text.freePair('path', random.pick(['Saves', 'My Games\\{64BitSteamID}', '.config/generated']));
    text.pair('root', random.pick(['WinAppDataLocal', 'MacHome', 'LinuxHome']));
    text.close();
  }
  text.close();
  text.close();
}
