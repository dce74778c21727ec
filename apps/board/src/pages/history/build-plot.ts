import type { Build } from '@pics/database';
import { formatUtc } from '@pics/operations';
import { html, type Html } from '../html.ts';

/** The most branches in the plot; the table has the others. Some apps have a hundred. */
const MOST_LANES = 10;

/** The height of a lane and of the axis, and the size of a build in it, in pixels. */
const LANE = 22;
const AXIS = 18;
const RADIUS = 4;

const timeOf = ({ timeUpdated, firstSeenAt }: Build) => (timeUpdated ?? firstSeenAt).getTime();

/**
 * Draws the builds over time: a lane for each branch, a dot for each build, filled if it is the current one. The server draws
 * it with positions in percent, so it needs no script and fits any width. The table below has the same data.
 */
export function renderBuildPlot(builds: readonly Build[], at: Date): Html {
  const lanes = [...Map.groupBy(builds, ({ branch }) => branch)]
    // The builds come newest first, and so do their branches.
    .toSorted(([a], [b]) => Number(b === 'public') - Number(a === 'public'))
    .slice(0, MOST_LANES);
  const shown = lanes.flatMap(([, ofBranch]) => ofBranch).map(timeOf);
  const start = Math.min(...shown);
  const end = Math.max(at.getTime(), ...shown);
  const xOf = (time: number) =>
    `${(end === start ? 100 : ((time - start) / (end - start)) * 100).toFixed(2)}%`;
  const label = `Builds by branch from ${dayOf(start)} to ${dayOf(end)}: ${lanes.map(([branch, { length }]) => `${branch} ${length}`).join(', ')}`;
  return html`<div class="lanes" role="img" aria-label="${label}">
    ${lanes.map(([branch, ofBranch]) => renderLane(branch, ofBranch, xOf))}
    <span></span>
    <svg class="axis" width="100%" height="${AXIS}">
      <text x="0" y="13">${dayOf(start)}</text>
      <text x="50%" y="13" text-anchor="middle">${dayOf((start + end) / 2)}</text>
      <text x="100%" y="13" text-anchor="end">${dayOf(end)}</text>
    </svg>
  </div>`;
}

function renderLane(branch: string, builds: readonly Build[], xOf: (time: number) => string): Html {
  return html`<span class="lane">${branch}</span>
    <svg width="100%" height="${LANE}">
      <line x1="0" x2="100%" y1="${LANE / 2}" y2="${LANE / 2}" />
      ${builds.map(
        (build) =>
          html`<circle
            cx="${xOf(timeOf(build))}"
            cy="${LANE / 2}"
            r="${RADIUS}"
            class="${build.isCurrent ? 'current' : ''}"
          >
            <title>${branch} ${build.buildId}, ${formatUtc(new Date(timeOf(build)))}</title>
          </circle>`,
      )}
    </svg>`;
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
