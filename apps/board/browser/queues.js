/**
 * Names what Bull Board leaves without a name: a screen reader reads its buttons with an icon as "button". A button whose icon
 * is not listed here is called after the icon.
 */

/** The name of a button by the class of its icon. */
const NAMES = new Map([
  ['lucide-chevron-left', 'Back'],
  ['lucide-circle-user', 'Links'],
  ['lucide-ellipsis-vertical', 'More actions'],
  ['lucide-maximize', 'Full screen'],
  ['lucide-refresh-cw', 'Retry'],
  ['lucide-trash-2', 'Remove'],
]);

/** @param {Element} button */
function nameOf(button) {
  if (button.querySelector('.rds-b1')) return 'Redis details';
  if (button.textContent?.trim()) return undefined;
  const icons = [...(button.querySelector('svg')?.classList ?? [])].filter((icon) =>
    icon.startsWith('lucide-'),
  );
  const known = icons.map((icon) => NAMES.get(icon)).find((name) => name !== undefined);
  return known ?? icons[0]?.replace('lucide-', '').replaceAll('-', ' ');
}

function nameEverything() {
  for (const button of document.querySelectorAll('#root button')) {
    const [text, label] = [button.textContent?.trim() ?? '', button.getAttribute('aria-label')];
    const name = label ? undefined : nameOf(button);
    if (name) button.setAttribute('aria-label', name);
    // A count, with a name that does not contain it.
    else if (label && !label.includes(text)) button.setAttribute('aria-label', `${text}, ${label}`);
  }
  for (const image of document.querySelectorAll('#root button svg[role=img]'))
    image.setAttribute('aria-hidden', 'true');
  // The text beside the logo says the same.
  for (const logo of document.querySelectorAll('#root header img[alt]:not([alt=""])'))
    logo.setAttribute('alt', '');
}

new MutationObserver(nameEverything).observe(document.body, { childList: true, subtree: true });
nameEverything();
