/** Sends what the buttons of a page ask for, and tells what came of it. */

/**
 * @typedef {{ method: 'POST' | 'PUT', path: string, body?: object }} Request
 * @typedef {Record<string, string>} Fields what stands in the fields of a form, by their names.
 */

/**
 * What each form asks for, by its `data-do`; `button` is the name of the button that was pressed.
 *
 * @type {Record<string, (fields: Fields, button: string) => Request>}
 */
const REQUESTS = {
  pause: () => ({ method: 'POST', path: '/api/pause' }),
  resume: () => ({ method: 'POST', path: '/api/resume' }),
  setRate: ({ requestsPerSecond }, button) => ({
    method: 'PUT',
    path: '/api/rate',
    body: { requestsPerSecond: button === 'reset' ? null : Number(requestsPerSecond) },
  }),
  sync: ({ appids }) => ({ method: 'POST', path: '/api/sync', body: { appids: numbersIn(appids) } }),
  requeueGroup: ({ failureGroup }) => ({ method: 'POST', path: '/api/requeue', body: { failureGroup } }),
  requeue: (fields, button) => ({
    method: 'POST',
    path: '/api/requeue',
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
 * Tells the outcome of something in one line, to eyes and to screen readers.
 *
 * @param {string} text
 * @param {'good' | 'bad'} level
 */
export function tell(text, level = 'good') {
  const outcome = document.getElementById('outcome');
  if (!outcome) return;
  outcome.textContent = text;
  outcome.dataset['level'] = level;
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
    if (response.ok) tell(message);
    else tell(error ?? `The board answered ${response.status}.`, 'bad');
  } catch {
    tell('The board does not answer.', 'bad');
  }
}

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement)) return;
  const request = REQUESTS[form.dataset['do'] ?? ''];
  if (!request) return;
  event.preventDefault();
  const button = event.submitter instanceof HTMLButtonElement ? event.submitter.name : '';
  void send(request(fieldsOf(form), button));
});
