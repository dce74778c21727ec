/** Keeps the overview live: replaces the parts of the page that the server sends. */

/** @import { Parts, Plots } from '../src/overview/live-message.ts' */

import { Idiomorph } from 'idiomorph';
import { Throughput } from './plots.js';
import { showResult } from './controls.js';

const throughput = new Throughput();
const health = () => document.getElementById('health')?.dataset['level'];

/**
 * Changes only what differs, so that the focus, the selection and the position of a screen reader are kept.
 *
 * @param {Parts} parts
 */
function replace(parts) {
  const before = health();
  for (const [id, markup] of Object.entries(parts)) {
    const element = document.getElementById(id);
    const focused = document.activeElement;
    if (element) void Idiomorph.morph(element, markup, { morphStyle: 'outerHTML' });
    // The pressed button may have been removed with its row: move the focus to the heading of its section.
    if (focused && !focused.isConnected) headingOf(id)?.focus();
  }
  if (health() !== before) showResult(document.getElementById('headline')?.textContent ?? '');
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

const events = new EventSource('api/events');
events.addEventListener('open', () => showConnection('Live'));
events.addEventListener('error', () => {
  // A browser reconnects by itself unless the server refused the connection.
  const refused = events.readyState === EventSource.CLOSED;
  showConnection(refused ? 'Not live, reload the page' : 'Connection lost, reconnecting');
});
events.addEventListener('parts', ({ data }) => replace(JSON.parse(data)));
events.addEventListener('plots', ({ data }) => {
  /** @type {Plots} */
  const plots = JSON.parse(data);
  throughput.show(plots);
});
