/** A change in words: `label: text`. */
export interface ChangeInWords {
  /** The field that changed. */
  field: string;
  /** Such as `Name` or `Build of beta`. */
  label: string;
  /** Such as `A → B` or `+ Roguelike, − Casual`. */
  text: string;
}

/** Where the name of a field alone would not say it. */
const LABELS: Record<string, string> = {
  pics_access: 'Access',
  pics_review_score: 'Review score',
  pics_review_percentage: 'Positive reviews',
  parent_appid: 'Parent app',
  homepage_url: 'Home page',
  metacritic_url: 'Metacritic page',
  app_state: 'State',
  is_free: 'Free',
  current_build_id: 'Build',
  last_content_update: 'Content updated',
  steam_release_date: 'Release on Steam',
  original_release_date: 'First release',
  dlc: 'DLC',
  deck: 'Steam Deck',
};

/** The name of a field for people: `Release state` for `release_state`. */
export function labelOf(field: string): string {
  const words = field.replaceAll('_', ' ');
  return LABELS[field] ?? words.charAt(0).toUpperCase() + words.slice(1);
}
