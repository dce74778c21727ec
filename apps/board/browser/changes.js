/** Keeps the first page of the changes live. */

import { setBoardTime, showAges } from './ages.js';
import { LiveStream } from './live-stream.js';
import { replaceParts, showConnection } from './replace-parts.js';

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
let isLive = false;

setInterval(() => isLive && showAges(), 1_000);

const stream = document.getElementById('latest')?.dataset['stream'] ?? '';

void new LiveStream(stream, {
  onUpdate: (boardTime) => {
    isLive = true;
    setBoardTime(boardTime);
    showAges();
    showConnection('Live');
  },
  onParts: replaceParts,
  onPlots: () => {},
  onDisconnect: () => showConnection('Connection lost, reconnecting'),
  onSilence: (lastUpdate) => {
    isLive = false;
    showConnection(`Not live, last update ${clock.format(lastUpdate)}`);
  },
});
