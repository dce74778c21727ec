import type { SeededRandom } from './seeded-random.ts';

const ADJECTIVES: [string, ...string[]] = [
  'Silent',
  'Hollow',
  'Crimson',
  'Endless',
  'Tiny',
  'Broken',
  'Electric',
  'Frozen',
  'Golden',
  'Hidden',
  'Iron',
  'Lonely',
  'Lost',
  'Lucky',
  'Midnight',
  'Neon',
  'Painted',
  'Paper',
  'Quiet',
  'Rusty',
  'Sacred',
  'Sunken',
  'Wandering',
  'Wild',
  'Wooden',
  'Última',
  'Größte',
  'Забытый',
  '静かな',
];
const NOUNS: [string, ...string[]] = [
  'Harbor',
  'Orchard',
  'Citadel',
  'Lantern',
  'Garden',
  'Machine',
  'Meadow',
  'Mountain',
  'Ocean',
  'Railway',
  'Reactor',
  'River',
  'Signal',
  'Station',
  'Tower',
  'Valley',
  'Voyage',
  'Winter',
  'Workshop',
  'Kingdom',
  'Dungeon',
  'Café',
  'Straße',
  'Королевство',
  '物語',
  '왕국',
];
const ENDINGS: [string, ...string[]] = [
  'II',
  'III',
  '2049',
  'Chronicles',
  'Deluxe',
  'Online',
  'Origins',
  'Remastered',
  'Simulator',
  'Stories',
  'Tactics',
  'Tycoon',
  'VR',
  'Zero',
];
const COMPANY_FORMS: [string, ...string[]] = [
  'Games',
  'Interactive',
  'Studio',
  'Studios',
  'Entertainment',
  'Softworks',
  'Digital',
  'Arts',
  'Ltd.',
  'GmbH',
  'Inc.',
  'S.A.',
  '& Sons',
  '工作室',
];

/**
 * Generates a name like those on Steam: mostly plain, sometimes with spaces around it, quotes, backslashes, trademark
 * signs, tabs or characters outside the basic plane.
 */
export function generateAppName(random: SeededRandom): string {
  const plain = `${random.pick(ADJECTIVES)} ${random.pick(NOUNS)}`;
  const name = random.chance(0.35) ? `${plain} ${random.pick(ENDINGS)}` : plain;
  const oddity = random.fraction();
  if (oddity > 0.12) return name;
  if (oddity > 0.09) return `${name}™`;
  if (oddity > 0.07) return `${name} `;
  if (oddity > 0.05) return ` ${name}`;
  if (oddity > 0.03) return `"${name}": The Game`;
  if (oddity > 0.02) return `${name} \\ Prologue`;
  if (oddity > 0.01) return `${name} 🎮`;
  if (oddity > 0.005) return `\t${name}\tEdition`;
  return `${name}: ${'A Very Long Subtitle '.repeat(random.between(2, 12))}`;
}

/** Generates the name of a developer or publisher. There are few enough that companies have several apps. */
export function generateCompanyName(random: SeededRandom): string {
  const name = `${random.pick(ADJECTIVES)} ${random.pick(NOUNS)} ${random.pick(COMPANY_FORMS)}`;
  return random.chance(0.02) ? ` ${name}` : name;
}

export function generateFranchiseName(random: SeededRandom): string {
  return `${random.pick(NOUNS)} ${random.pick(['Saga', 'Universe', 'Series', 'Collection'])}`;
}
