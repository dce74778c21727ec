/** The page of failures: selects apps, requeues them after a confirmation, and shows how far a requeue has come. */

import { Idiomorph } from 'idiomorph';
import { confirmAction } from './confirm-action.js';
import { request, showResult } from './controls.js';

/**
 * How long to wait before looking at an unfinished requeue again: this long at least, and ten times as long as the last look
 * took. With 100,000 failed apps one takes 1.5 s.
 */
const FOLLOW_MS = 1_500;
const FOLLOW_FACTOR = 10;

const count = new Intl.NumberFormat('en');

/** @param {number} apps */
const formatApps = (apps) => `${count.format(apps)} ${apps === 1 ? 'app' : 'apps'}`;

/**
 * @template {HTMLElement} Type
 * @param {string} id
 * @param {new () => Type} type
 */
function find(id, type) {
  const element = document.getElementById(id);
  return element instanceof type ? element : undefined;
}

/** @returns {HTMLInputElement[]} */
const boxes = () =>
  [...document.querySelectorAll('input[name=appid]')].filter((box) => box instanceof HTMLInputElement);
const selected = () => boxes().filter((box) => box.checked);

/** Says on the button what it would requeue: the selected apps, or else all that the filter leaves. */
function showSelection() {
  const button = find('requeue', HTMLButtonElement);
  const selectPage = find('select-page', HTMLInputElement);
  if (!button || !selectPage) return;
  const total = Number(find('actions', HTMLElement)?.dataset['total'] ?? 0);
  const chosen = selected().length;
  button.textContent =
    chosen > 0 ? `Requeue ${count.format(chosen)} selected` : `Requeue ${formatApps(total)}`;
  button.disabled = chosen === 0 && total === 0;
  selectPage.disabled = boxes().length === 0;
  selectPage.checked = chosen > 0 && chosen === boxes().length;
  selectPage.indeterminate = chosen > 0 && chosen < boxes().length;
}

/** The apps that the button stands for, as the API takes them. */
function selection() {
  const appids = selected().map((box) => Number(box.value));
  if (appids.length > 0) return { appids };
  return { failures: JSON.parse(find('actions', HTMLElement)?.dataset['filter'] ?? '{}') };
}

/** @param {object} body */
async function requeue(body) {
  const result = await request({ method: 'POST', path: 'api/requeue', body });
  return result && { apps: 0, message: '', ...result };
}

async function requeueSelection() {
  const chosen = selection();
  const counted = await requeue({ ...chosen, dryRun: true });
  if (!counted) return;
  if (counted.apps === 0) showResult('These apps are no longer there: nothing to requeue.');
  else if (
    await confirmAction(`Requeue ${formatApps(counted.apps)}?`, `Requeue ${formatApps(counted.apps)}`)
  ) {
    const done = await requeue(chosen);
    if (!done) return;
    showResult(done.message);
    for (const box of selected()) box.checked = false;
    await refresh();
    // The rows are gone, and the button stands for other apps now.
    find('requeues-title', HTMLElement)?.focus();
    follow();
  }
}

/** Replaces what the server knows better by now; the filter form is left as it is. */
async function refresh() {
  const response = await fetch(location.href).catch(() => undefined);
  if (!response?.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  const kept = new Set(selected().map((box) => box.value));
  for (const id of ['requeues', 'states', 'actions', 'failing']) {
    const [before, after] = [document.getElementById(id), page.getElementById(id)];
    if (before && after) void Idiomorph.morph(before, after.outerHTML, { morphStyle: 'outerHTML' });
  }
  for (const box of boxes()) box.checked = kept.has(box.value);
  showSelection();
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/**
 * Refreshes while a requeue is unfinished and the page is seen.
 *
 * @param {number} waitMs
 */
function follow(waitMs = FOLLOW_MS) {
  clearTimeout(timer);
  if (document.hidden || !document.querySelector('#requeues [data-open]')) return;
  timer = setTimeout(async () => {
    const startedAt = performance.now();
    await refresh();
    follow(Math.max(FOLLOW_MS, FOLLOW_FACTOR * (performance.now() - startedAt)));
  }, waitMs);
}

document.addEventListener('change', ({ target }) => {
  if (!(target instanceof HTMLInputElement)) return;
  if (target.id === 'select-page') for (const box of boxes()) box.checked = target.checked;
  if (target.id === 'select-page' || target.name === 'appid') showSelection();
});
document.addEventListener('click', ({ target }) => {
  if (target instanceof HTMLElement && target.id === 'requeue') void requeueSelection();
});
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) void refresh().then(() => follow());
});

showSelection();
follow();
