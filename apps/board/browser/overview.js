/** Keeps the overview live: replaces the parts of the page that the board sends, and counts the seconds in between. */

/** @import { Parts } from '../src/live/live-message.ts' */

import { setBoardTime, showAges } from './ages.js';
import { showResult } from './controls.js';
import { LiveStream } from './live-stream.js';
import { Throughput } from './plots.js';
import { replaceParts, showConnection } from './replace-parts.js';

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const throughput = new Throughput();
let isLive = false;
let isSilent = false;

const levelOf = () => document.getElementById('health')?.dataset['level'];

/** @param {Parts} parts */
function replace(parts) {
  const before = levelOf();
  replaceParts(parts);
  if (levelOf() !== before) showResult(document.getElementById('headline')?.textContent ?? '');
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

void new LiveStream('api/events', {
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
