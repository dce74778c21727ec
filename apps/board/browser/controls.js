/** Sends the requests of a page's buttons and shows their results. */

/**
 * @typedef {{ method: 'POST' | 'PUT', path: string, body?: object }} Request
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
  setRate: ({ requestsPerSecond }, button) => ({
    method: 'PUT',
    path: 'api/rate',
    body: { requestsPerSecond: button === 'reset' ? null : Number(requestsPerSecond) },
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
  return { [by]: by === 'appids' ? numbersIn(value) : value };
}

/** @param {HTMLFormElement} form */
function fieldsOf(form) {
  const texts = [...new FormData(form)].filter((entry) => typeof entry[1] === 'string');
  return /** @type {Fields} */ (Object.fromEntries(texts));
}

/**
 * Shows the result of an action in one line, which screen readers announce.
 *
 * @param {string} text
 * @param {'good' | 'bad'} level
 */
export function showResult(text, level = 'good') {
  const result = document.getElementById('result');
  if (!result) return;
  result.textContent = text;
  result.dataset['level'] = level;
}

/** @param {Request} request */
async function send({ method, path, body }) {
  try {
    const response = await fetch(path, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body ?? {}),
    });
    const { message, error } = await response.json();
    if (response.ok) showResult(message);
    else showResult(error ?? `Request failed with status ${response.status}.`, 'bad');
  } catch {
    showResult('The board is unreachable.', 'bad');
  }
}

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement)) return;
  const request = REQUESTS[form.dataset['action'] ?? ''];
  if (!request) return;
  event.preventDefault();
  const button = event.submitter instanceof HTMLButtonElement ? event.submitter.name : '';
  void send(request(fieldsOf(form), button));
});
