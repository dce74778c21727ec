/** @import { Plots, Series } from '../src/live/live-message.ts' */

import uPlot from 'uplot';

const HEIGHT = 150;

const count = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 3 });
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

/** @param {number} seconds */
const timeOf = (seconds) => clock.format(seconds * 1_000);

/** @param {string} name */
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/**
 * One chart: a line with a filled area, and a dashed line at the limit if there is one. The caption shows the current and
 * the highest value, or the value under the pointer.
 */
class Plot {
  /** @type {uPlot.AlignedData} */
  #data = [[], []];
  #summary = '';
  /** @type {uPlot | undefined} */
  #plot;

  /** @param {'apps' | 'requests'} name */
  constructor(name) {
    this.name = name;
    this.container = /** @type {HTMLElement} */ (document.getElementById(`${name}-plot`));
    this.caption = /** @type {HTMLElement} */ (document.getElementById(`${name}-now`));
    new ResizeObserver(() =>
      this.#plot?.setSize({ width: this.container.clientWidth, height: HEIGHT }),
    ).observe(this.container);
  }

  /**
   * @param {Series} series
   * @param {number | null} limit
   * @param {string} span
   */
  show(series, limit, span) {
    const values = series[this.name];
    this.#data = [series.at, values, ...(limit === null ? [] : [series.at.map(() => limit)])];
    const hasValues = values.some((value) => value > 0);
    this.#summary = hasValues
      ? `now ${count.format(values.at(-1) ?? 0)}, peak ${count.format(Math.max(...values))}`
      : 'no data yet';
    this.caption.textContent = this.#summary;
    const title = this.name === 'apps' ? 'Apps a second' : 'Requests a second';
    this.container.setAttribute('aria-label', `${title} in the ${span}: ${this.#summary}`);
    if (this.#plot && this.#plot.series.length === this.#data.length) this.#plot.setData(this.#data);
    else this.draw();
  }

  /** Redraws in the current colours. */
  draw() {
    this.#plot?.destroy();
    const [line, quiet, faint] = [colour('--accent'), colour('--quiet'), colour('--line')];
    const axis = {
      stroke: quiet,
      font: '11px system-ui, sans-serif',
      grid: { stroke: faint, width: 1 },
      ticks: { show: false },
    };
    /** @type {uPlot.Options} */
    const options = {
      width: this.container.clientWidth,
      height: HEIGHT,
      padding: [8, 20, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { setScale: false, x: false, y: false }, points: { size: 6 } },
      scales: { y: { range: (_, __, most) => [0, Math.max(most * 1.1, 1)] } },
      axes: [
        { ...axis, grid: { show: false }, size: 26, space: 60, values: (_, times) => times.map(timeOf) },
        { ...axis, size: 44, space: 28, values: (_, values) => values.map((value) => count.format(value)) },
      ],
      series: [
        {},
        {
          stroke: line,
          width: 1.5,
          fill: `color-mix(in srgb, ${line} 14%, transparent)`,
          points: { show: false },
        },
        ...(this.#data.length > 2
          ? [{ stroke: quiet, width: 1, dash: [4, 4], points: { show: false } }]
          : []),
      ],
      hooks: {
        setCursor: [
          ({ cursor: { idx } }) => {
            const [at, value] = [this.#data[0][idx ?? -1], this.#data[1]?.[idx ?? -1]];
            this.caption.textContent =
              at === undefined || value === undefined || value === null
                ? this.#summary
                : `${timeOf(at)}: ${count.format(value)}`;
          },
        ],
      },
    };
    this.#plot = new uPlot(options, this.#data, this.container);
  }
}

/** Both charts, and the choice of their time span. */
export class Throughput {
  #apps = new Plot('apps');
  #requests = new Plot('requests');
  /** @type {Plots | undefined} */
  #latest;

  constructor() {
    for (const choice of document.querySelectorAll('input[name=span]')) {
      choice.addEventListener('change', () => this.#draw());
    }
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
      this.#apps.draw();
      this.#requests.draw();
    });
  }

  /** @param {Plots} plots */
  show(plots) {
    this.#latest = plots;
    this.#draw();
  }

  #draw() {
    if (!this.#latest) return;
    const chosen = document.querySelector('input[name=span]:checked')?.getAttribute('value');
    const [series, span] =
      chosen === 'day' ? [this.#latest.day, 'last day'] : [this.#latest.hour, 'last hour'];
    this.#apps.show(series, null, span);
    this.#requests.show(series, this.#latest.fetchRate, span);
  }
}
