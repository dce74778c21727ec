/** Counts the ages and durations on the page: "4s ago" becomes "5s ago" without a message from the board. */

import { formatDuration } from './format-duration.js';

/** How far the clock of this browser is ahead of the board's, in milliseconds; undefined until the board has sent its time. */
let aheadMs = /** @type {number | undefined} */ (undefined);

/** @param {number} boardTime in Unix milliseconds, at this moment. */
export function setBoardTime(boardTime) {
  aheadMs = Date.now() - boardTime;
}

/** Writes the age of every `<time>` as of now. Until the board has sent its time, the text from the board stays. */
export function showAges() {
  if (aheadMs === undefined) return;
  const now = Date.now() - aheadMs;
  for (const time of document.querySelectorAll('time')) {
    const duration = formatDuration(now - Date.parse(time.dateTime));
    const text = time.dataset['form'] === 'duration' ? duration : `${duration} ago`;
    // An unchanged text is not written, because writing it would end a selection.
    if (time.textContent !== text) time.textContent = text;
  }
}
