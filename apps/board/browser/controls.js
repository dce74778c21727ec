/** Sends the requests of a page's buttons and shows their results. */

import { confirmAction } from './confirm-action.js';

/**
 * @typedef {{ method: 'POST' | 'PUT', path: string, body?: object }} Request
 * @typedef {{ message?: string, warning?: string, error?: string, apps?: number }} Result
 * @typedef {Record<string, string>} Fields the values of a form by field name.
 */

/**
 * The request of each form by its `data-action`; `button` is the name of the pressed button.
 *
 * @type {Record<string, (fields: Fields, button: string) => Request>}
 */
const REQUESTS = {
  pause: () => ({ method: 'POST', path: 'api/pause' }),
  resume: () => ({ method: 'POST', path: 'api/resume' }),
  setRate: ({ requestsPerSecond = '' }, button) => ({
    method: 'PUT',
    path: 'api/rate',
    body: {
      requestsPerSecond: button === 'reset' || requestsPerSecond === 'default' ? null : requestsPerSecond,
    },
  }),
  sync: ({ appids }) => ({ method: 'POST', path: 'api/sync', body: { appids: numbersIn(appids) } }),
  requeueGroup: ({ failureGroup }) => ({ method: 'POST', path: 'api/requeue', body: { failureGroup } }),
  requeue: (fields, button) => ({
    method: 'POST',
    path: 'api/requeue',
    body: { ...selectionOf(fields), dryRun: button === 'dryRun' },
  }),
};

/** @param {string | undefined} text */
function numbersIn(text = '') {
  return (text.match(/\d+/g) ?? []).map(Number);
}

/** @param {Fields} fields */
function selectionOf({ by = '', value = '' }) {
  if (by === 'failed' || by === 'all') return { [by]: true };
  if (by === 'appids') return { appids: numbersIn(value) };
  return { [by]: by === 'since' ? withZone(value.trim()) : value };
}

/**
 * Adds the time zone of this browser to a date or time without one: the board does not know where its user is.
 *
 * @param {string} text
 */
function withZone(text) {
  const [, day, time = '00:00'] = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?))?$/.exec(text) ?? [];
  const local = new Date(`${day}T${time}`);
  return Number.isNaN(local.getTime()) ? text : local.toISOString();
}

/** @param {HTMLFormElement} form */
function fieldsOf(form) {
  const texts = [...new FormData(form)].filter((entry) => typeof entry[1] === 'string');
  return /** @type {Fields} */ (Object.fromEntries(texts));
}

/** How long a result stays: an error needs more time to be read and acted on. */
const SHOWN_MS = { good: 8_000, warn: 20_000, bad: 20_000 };

/** @type {number | undefined} */
let leaving;

/**
 * Shows the result of an action in one line, which screen readers announce. It leaves after a while, or on a click.
 *
 * @param {string} text
 * @param {keyof typeof SHOWN_MS} level
 */
export function showResult(text, level = 'good') {
  const result = document.getElementById('result');
  if (!result) return;
  clearTimeout(leaving);
  result.textContent = text;
  result.dataset['level'] = level;
  leaving = setTimeout(() => (result.textContent = ''), SHOWN_MS[level]);
}

document.getElementById('result')?.addEventListener('click', ({ currentTarget }) => {
  if (currentTarget instanceof HTMLElement) currentTarget.textContent = '';
});

/**
 * Sends a request of the API, and shows the error when it fails.
 *
 * @param {Request} request
 * @returns {Promise<Result | undefined>} undefined when it failed.
 */
export async function request({ method, path, body }) {
  try {
    const response = await fetch(path, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body ?? {}),
    });
    /** @type {Result} */
    const result = await response.json();
    if (response.ok) return result;
    showResult(result.error ?? `Request failed with status ${response.status}.`, 'bad');
  } catch {
    showResult('The board is unreachable.', 'bad');
  }
  return undefined;
}

/**
 * Counts the apps that a requeue selects, and asks before it sends more than one of them to Steam again.
 *
 * @param {Request} requeue
 */
async function isConfirmed({ path, method, body }) {
  if (path !== 'api/requeue' || (body && 'dryRun' in body && body.dryRun)) return true;
  const { apps } = (await request({ path, method, body: { ...body, dryRun: true } })) ?? {};
  if (apps === undefined) return false;
  const count = `${apps.toLocaleString('en')} apps`;
  return apps <= 1 || confirmAction(`Requeue ${count}?`, `Requeue ${count}`);
}

/** @param {Request} wanted */
async function send(wanted) {
  if (!(await isConfirmed(wanted))) return;
  const result = await request(wanted);
  if (!result) return;
  const { message = '', warning } = result;
  if (warning === undefined) showResult(message);
  else showResult(`${message} ${warning}`, 'warn');
}

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement)) return;
  const requestOf = REQUESTS[form.dataset['action'] ?? ''];
  if (!requestOf) return;
  event.preventDefault();
  const button = event.submitter instanceof HTMLButtonElement ? event.submitter.name : '';
  void send(requestOf(fieldsOf(form), button));
});
