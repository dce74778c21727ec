/** Keeps the overview live: what the server sends replaces the parts of the page that changed. */

/** @import { Parts, Plots } from '../src/overview/live-message.ts' */

import { Idiomorph } from 'idiomorph';
import { Throughput } from './plots.js';
import { tell } from './steering.js';

const throughput = new Throughput();
const verdict = () => document.getElementById('verdict')?.dataset['level'];

/**
 * Changes only what differs, so that focus, selection and a screen reader's place stay where they are.
 *
 * @param {Parts} parts
 */
function replace(parts) {
  const before = verdict();
  for (const [id, markup] of Object.entries(parts)) {
    const element = document.getElementById(id);
    const focused = document.activeElement;
    if (element) void Idiomorph.morph(element, markup, { morphStyle: 'outerHTML' });
    // The button that was pressed may be gone with its row: go on from the heading above it.
    if (focused && !focused.isConnected) headingOf(id)?.focus();
  }
  if (verdict() !== before) tell(document.getElementById('headline')?.textContent ?? '');
}

/**
 * @param {string} id
 * @returns {HTMLElement | null}
 */
const headingOf = (id) => document.querySelector(`#${id} h2`);

/** @param {string} text */
function showConnection(text) {
  const live = document.getElementById('live');
  if (live) live.textContent = text;
}

const events = new EventSource('/api/events');
events.addEventListener('open', () => showConnection('Live'));
events.addEventListener('error', () => {
  // A browser tries again by itself unless the server refused.
  const refused = events.readyState === EventSource.CLOSED;
  showConnection(refused ? 'Not live: reload the page' : 'Connection lost, trying again');
});
events.addEventListener('parts', ({ data }) => replace(JSON.parse(data)));
events.addEventListener('plots', ({ data }) => {
  /** @type {Plots} */
  const plots = JSON.parse(data);
  throughput.show(plots);
});
