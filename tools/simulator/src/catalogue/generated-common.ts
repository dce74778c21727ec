import type { KeyValuesText } from './key-values-text.ts';
import type { AppRevisions } from './app-revisions.ts';
import type { AppTraits } from './app-traits.ts';
import { generateAppName, generateCompanyName, generateFranchiseName } from './generated-names.ts';
import { SeededRandom } from './seeded-random.ts';
import { CATEGORIES, DECK_TESTS, GENRES, LANGUAGES, PLATFORMS, TAGS } from './store-words.ts';

/** Hex digits to cut hashes from; to generate them digit by digit would be a seventh of the cost of a body. */
const HEX_DIGITS = (() => {
  const random = new SeededRandom(0);
  return Array.from({ length: 8_192 }, () => random.uint32().toString(16).padStart(8, '0')).join('');
})();

const contentHash = (random: SeededRandom) => {
  const start = random.between(0, HEX_DIGITS.length - 40);
  return HEX_DIGITS.slice(start, start + 40);
};

/** Up to `count` different items in random order. */
function pickSeveral<Item>(
  random: SeededRandom,
  items: readonly [Item, ...Item[]],
  count: number,
): Set<Item> {
  const picked = new Set<Item>();
  for (let drawn = 0; drawn < count; drawn += 1) picked.add(random.pick(items));
  return picked;
}

function writeArtwork(text: KeyValuesText, random: SeededRandom, isMain: boolean): void {
  text.pair('icon', contentHash(random));
  text.pair('clienticon', contentHash(random));
  text.pair('clienttga', contentHash(random));
  if (random.chance(0.6)) {
    const logo = contentHash(random);
    text.pair('logo', logo);
    text.pair('logo_small', `${logo}_thumb`);
  }
  text.list('small_capsule', []);
  text.open('header_image');
  text.pair('english', 'header.jpg');
  text.close();
  if (!isMain || random.chance(0.2)) return;
  text.open('library_assets_full');
  for (const [asset, file] of [
    ['library_capsule', 'library_600x900'],
    ['library_hero', 'library_hero'],
    ['library_logo', 'logo'],
  ] as const) {
    const folder = random.chance(0.6) ? `${contentHash(random)}/` : '';
    text.open(asset);
    for (const [size, ending] of [
      ['image', ''],
      ['image2x', '_2x'],
    ] as const) {
      text.open(size);
      text.pair('english', `${folder}${file}${ending}.jpg`);
      text.close();
    }
    text.close();
  }
  text.close();
}

function writeAssociations(text: KeyValuesText, random: SeededRandom): void {
  text.open('associations');
  const entries: [string, string][] = [];
  if (random.chance(0.93)) {
    entries.push(['developer', generateCompanyName(random)]);
    if (random.chance(0.12)) entries.push(['developer', generateCompanyName(random)]);
    entries.push(['publisher', random.chance(0.6) ? (entries[0]?.[1] ?? '') : generateCompanyName(random)]);
  }
  if (random.chance(0.15)) entries.push(['franchise', generateFranchiseName(random)]);
  if (entries.length > 0 && random.chance(0.02)) entries.push(entries[0] ?? ['developer', '']);
  for (const [index, [type, name]] of entries.entries()) {
    text.open(index);
    text.pair('type', type);
    text.freePair('name', name);
    text.close();
  }
  text.close();
}

function writeDeckReport(text: KeyValuesText, random: SeededRandom): void {
  text.open('steam_deck_compatibility');
  text.pair('category', random.between(0, 3));
  text.pair('steamos_compatibility', random.between(0, 2));
  text.pair('test_timestamp', 1_643_846_400 + 86_400 * random.between(0, 1_500));
  text.pair('tested_build_id', random.between(0, 23_000_000));
  text.open('tests');
  // From the last to the first: the key counts, not the position.
  for (let index = random.between(0, 5); index >= 0; index -= 1) {
    text.open(index);
    text.pair('display', random.between(1, 4));
    text.pair('token', random.pick(DECK_TESTS));
    text.close();
  }
  text.close();
  text.open('configuration');
  text.pair('supported_input', random.pick(['gamepad', 'keyboard', 'other']));
  text.pair('requires_manual_keyboard_invoke', random.between(0, 1));
  text.pair('small_text', random.between(0, 1));
  text.pair('requires_internet_for_setup', random.between(0, 1));
  text.pair('recommended_runtime', random.pick(['native', 'proton-stable', 'proton-experimental', '']));
  text.close();
  text.close();
}

function writeLanguages(
  text: KeyValuesText,
  traits: AppTraits,
  random: SeededRandom,
  revisions: AppRevisions,
): void {
  const spoken = new Set([
    'english',
    ...pickSeveral(random, LANGUAGES, Math.ceil(traits.scale * random.between(0, 9))),
  ]);
  const added = revisions
    .of('languages')
    .map((revision) => revisions.random('languages', revision).pick(LANGUAGES));
  if (random.chance(0.3)) {
    text.open('languages');
    for (const language of spoken) text.pair(language, '1');
    text.close();
  }
  if (random.chance(0.06)) return;
  const yes = random.chance(0.9) ? 'true' : '1';
  text.open('supported_languages');
  for (const language of spoken) {
    text.open(language);
    text.pair('supported', yes);
    if (random.chance(0.25)) text.pair('full_audio', yes);
    if (random.chance(0.4)) text.pair('subtitles', yes);
    text.close();
  }
  for (const language of new Set(added).difference(spoken)) {
    text.open(language);
    text.pair('supported', yes);
    text.close();
  }
  text.close();
}

/** Half of the changes are another order of the same tags, as on Steam; with others, one tag gives way to two. */
function drawTags(traits: AppTraits, revisions: AppRevisions): Set<number> {
  const first = revisions.random('tags', 0);
  const tags = [...pickSeveral(first, TAGS, traits.isMain ? first.between(5, 22) : first.between(0, 10))];
  if (revisions.of('tags').length === 0) return new Set(tags);
  const random = revisions.random('tags');
  const position = random.between(0, tags.length);
  if (random.chance(0.5)) return new Set([...tags.slice(position), ...tags.slice(0, position)]);
  return new Set(tags.toSpliced(position, 1, random.pick(TAGS), random.pick(TAGS)));
}

/** The share of positive reviews from which each score is given, from 9 down to 1. */
const SCORES = [95, 85, 80, 70, 40, 20, 10, 5, 0];

function writeReviews(text: KeyValuesText, revisions: AppRevisions): void {
  const first = revisions.random('reviews', 0);
  const share = first.chance(0.1) ? first.between(0, 40) : first.between(40, 98);
  const drift = revisions.of('reviews').length > 0 ? revisions.random('reviews').between(-3, 3) : 0;
  const percentage = Math.min(Math.max(share + drift, 0), 100);
  text.pair('review_score', first.chance(0.03) ? '' : 9 - SCORES.findIndex((from) => percentage >= from));
  text.pair('review_percentage', first.chance(0.03) ? '' : percentage);
}

function writeStoreFacts(
  text: KeyValuesText,
  traits: AppTraits,
  lasting: SeededRandom,
  revisions: AppRevisions,
): void {
  const genres = lasting.chance(0.07)
    ? new Set<number>()
    : pickSeveral(lasting, GENRES, lasting.between(1, 4));
  const [first = 0] = genres;
  text.pair('primary_genre', lasting.chance(0.1) ? lasting.pick([0, ...GENRES]) : first);
  if (genres.size > 0) text.list('genres', genres);
  text.open('category');
  for (const id of pickSeveral(lasting, CATEGORIES, lasting.between(0, traits.isMain ? 14 : 3)))
    text.pair(`category_${id}`, '1');
  text.close();
  text.list('store_tags', drawTags(traits, revisions));
  if (!traits.isMain) return;
  if (lasting.chance(0.25))
    text.list('content_descriptors', pickSeveral(lasting, [1, 2, 3, 4, 5], lasting.between(1, 3)));
  if (lasting.chance(0.65)) writeReviews(text, revisions);
  if (lasting.chance(0.1)) {
    text.pair('metacritic_score', lasting.between(20, 97));
    text.pair('metacritic_url', `pc/generated-game-${traits.appid}`);
    if (lasting.chance(0.8))
      text.pair('metacritic_fullurl', `https://www.metacritic.com/game/pc/generated-game-${traits.appid}`);
  }
  if (lasting.chance(0.45)) writeDeckReport(text, revisions.random('deck'));
}

/** Writes `common`: what an app is and how the store describes it. */
export function writeCommon(
  text: KeyValuesText,
  traits: AppTraits,
  lasting: SeededRandom,
  revisions: AppRevisions,
  isHidden: boolean,
): void {
  text.open('common');
  const name = generateAppName(lasting);
  const renamed = revisions.of('name').length;
  if (!isHidden) text.freePair('name', renamed > 0 ? `${name} (${renamed + 1}.0)` : name);
  if (traits.type !== '') text.pair('type', traits.type);
  if (traits.type === 'DLC' || traits.type === 'Demo' || traits.type === 'Music' || traits.type === 'Beta') {
    // Half of the parents are the previous app; the others may not exist, as on Steam.
    text.pair(
      'parent',
      lasting.chance(0.5)
        ? Math.max(10, traits.appid - (traits.appid % 10 || 10))
        : lasting.between(1, 400_000) * 10,
    );
  }
  if (lasting.chance(0.85)) {
    text.pair(
      lasting.chance(0.02) ? 'ReleaseState' : 'releasestate',
      revisions.of('release').length > 0
        ? 'released'
        : revisions.random('release').pick(['released', 'released', 'prerelease', 'Preloadonly']),
    );
  }
  text.pair('oslist', lasting.pick(PLATFORMS));
  text.pair('osarch', lasting.pick(['', '64']));
  if (lasting.chance(0.4)) text.pair('controller_support', lasting.pick(['full', 'partial', 'none', 'Full']));
  writeArtwork(text, lasting, traits.isMain);
  writeAssociations(text, lasting);
  writeStoreFacts(text, traits, lasting, revisions);
  if (traits.type !== 'Config' && traits.type !== 'Tool') writeLanguages(text, traits, lasting, revisions);
  if (lasting.chance(0.85))
    text.pair('steam_release_date', lasting.chance(0.01) ? 0 : lasting.between(1_100_000_000, 1_790_000_000));
  if (lasting.chance(0.15)) text.pair('original_release_date', lasting.between(500_000_000, 1_700_000_000));
  text.pair('gameid', traits.appid);
  text.pair('store_asset_mtime', revisions.secondsAt(revisions.count));
  if (lasting.chance(0.005)) text.freePair('name', `${name} (said twice)`);
  if (lasting.chance(0.005)) text.freePair('café_note', 'first line\nsecond\tline');
  text.close();
}
