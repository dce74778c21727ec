/** What live pages have in common: parts that the board replaces, and a line that says whether the page is live. */

/** @import { Parts } from '../src/live/live-message.ts' */

import { Idiomorph } from 'idiomorph';
import { showAges } from './ages.js';

/** What the reader has opened stays open. */
const KEEP_OPEN = {
  /** @param {string} attribute */
  beforeAttributeUpdated: (attribute) => attribute !== 'open',
};

/**
 * Changes only what differs, so that the focus, the selection and the position of a screen reader are kept.
 *
 * @param {Parts} parts
 */
export function replaceParts(parts) {
  for (const [id, markup] of Object.entries(parts)) {
    const element = document.getElementById(id);
    const focused = document.activeElement;
    if (element) void Idiomorph.morph(element, markup, { morphStyle: 'outerHTML', callbacks: KEEP_OPEN });
    // The pressed button may have been removed with its row: move the focus to the heading of its section.
    if (focused && !focused.isConnected) headingOf(id)?.focus();
  }
  showAges();
}

/**
 * @param {string} id
 * @returns {HTMLElement | null}
 */
const headingOf = (id) => document.querySelector(`#${id} h2`);

/** @param {string} text */
export function showConnection(text) {
  const live = document.getElementById('live');
  if (live && live.textContent !== text) live.textContent = text;
}
