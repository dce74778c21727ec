import { html, type Html } from '../html.ts';

/** What an operator can tell the fleet; it stands outside the live parts, so that nothing is lost while one types. */
export function renderSteering({ readOnly }: { readOnly: boolean }): Html {
  if (readOnly) return html`<p class="note">This board is read only (BOARD_READ_ONLY).</p>`;
  return html` <form data-do="setRate" class="line">
      <label for="rate">Requests a second, for all fetchers together</label>
      <input
        id="rate"
        name="requestsPerSecond"
        type="number"
        min="0.01"
        max="10000"
        step="0.01"
        placeholder="2"
        required
      />
      <button>Set</button>
      <button name="reset" formnovalidate>Reset</button>
    </form>
    <form data-do="sync" class="line">
      <label for="sync">Sync now: appids</label>
      <input
        id="sync"
        name="appids"
        inputmode="numeric"
        placeholder="440, 570"
        pattern="[\\s,0-9]+"
        required
      />
      <button>Sync</button>
    </form>
    <form data-do="requeue" class="line">
      <label for="by">Requeue</label>
      <select id="by" name="by">
        <option value="failed">all that failed</option>
        <option value="appids">these appids</option>
        <option value="error">failed with this text</option>
        <option value="type">of this type</option>
        <option value="since">failed since</option>
        <option value="all">everything known</option>
      </select>
      <input name="value" aria-label="Which" placeholder="440, 570" />
      <button name="dryRun">Count</button>
      <button>Requeue</button>
    </form>
    <details>
      <summary>What these do</summary>
      <p>
        <strong>Pause</strong> stops dispatching: what the queues hold is still fetched and written, a few
        seconds' worth, and then nothing. Changes at Steam are recorded all along, so nothing is missed. To
        stop at once, pause the queue in <a href="/queues/queue/pics-fetch">its own page</a>.
      </p>
      <p>
        <strong>The rate</strong> holds for the whole fleet from the next request on, survives restarts, and
        stays until reset. 2 a second is what Steam is known to bear for good.
      </p>
      <p>
        <strong>Sync</strong> fetches apps now, known or not, whatever is stored of them.
        <strong>Requeue</strong> gives apps fresh attempts.
      </p>
    </details>`;
}
