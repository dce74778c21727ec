/** Keeps the overview live: replaces the parts of the page that the board sends, and counts the seconds in between. */

/** @import { Parts } from '../src/overview/live-message.ts' */

import { Idiomorph } from 'idiomorph';
import { setBoardTime, showAges } from './ages.js';
import { showResult } from './controls.js';
import { LiveStream } from './live-stream.js';
import { Throughput } from './plots.js';

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const throughput = new Throughput();
let isLive = false;
let isSilent = false;

const levelOf = () => document.getElementById('health')?.dataset['level'];

/**
 * Changes only what differs, so that the focus, the selection and the position of a screen reader are kept.
 *
 * @param {Parts} parts
 */
function replace(parts) {
  const before = levelOf();
  for (const [id, markup] of Object.entries(parts)) {
    const element = document.getElementById(id);
    const focused = document.activeElement;
    if (element) void Idiomorph.morph(element, markup, { morphStyle: 'outerHTML' });
    // The pressed button may have been removed with its row: move the focus to the heading of its section.
    if (focused && !focused.isConnected) headingOf(id)?.focus();
  }
  showAges();
  if (levelOf() !== before) showResult(document.getElementById('headline')?.textContent ?? '');
}

/**
 * @param {string} id
 * @returns {HTMLElement | null}
 */
const headingOf = (id) => document.querySelector(`#${id} h2`);

/** @param {string} text */
function showConnection(text) {
  const live = document.getElementById('live');
  if (live && live.textContent !== text) live.textContent = text;
}

/** @param {Date} lastUpdate */
function showSilence(lastUpdate) {
  isLive = false;
  if (isSilent) return;
  isSilent = true;
  replace({
    health: `<section id="health" data-level="quiet" aria-labelledby="headline">
      <h1 id="headline">Not live, last update ${clock.format(lastUpdate)}</h1>
      <p>The board does not respond. Everything below is as it was then.</p>
    </section>`,
  });
}

setInterval(() => isLive && showAges(), 1_000);

void new LiveStream({
  onUpdate: (boardTime) => {
    isLive = true;
    isSilent = false;
    setBoardTime(boardTime);
    showAges();
    showConnection('Live');
  },
  onParts: replace,
  onPlots: (plots) => throughput.show(plots),
  onDisconnect: () => showConnection('Connection lost, reconnecting'),
  onSilence: showSilence,
});
