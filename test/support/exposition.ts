/** One metric family of a `/metrics` response. */
export interface MetricFamily {
  name: string;
  type: string;
  help: string;
  samples: { name: string; labels: Record<string, string>; value: number }[];
}

const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"(?:,|$)/gy;

/**
 * Parses Prometheus' text format as strictly as Prometheus does: HELP and TYPE once per family and before its samples, no
 * series twice, only numbers as values.
 *
 * @throws Error with the invalid line.
 */
export function parseExposition(text: string): Map<string, MetricFamily> {
  const families = new Map<string, MetricFamily>();
  const series = new Set<string>();
  let family: MetricFamily | undefined;
  for (const line of text.split('\n').filter((line) => line !== '')) {
    const [, keyword, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (keyword === 'HELP') {
      if (families.has(name)) throw new Error(`a second family: ${line}`);
      family = { name, type: '', help: rest, samples: [] };
      families.set(name, family);
    } else if (keyword === 'TYPE') {
      if (family?.name !== name || family.type) throw new Error(`a type out of place: ${line}`);
      family.type = rest;
    } else {
      const sample = parseSample(line);
      const base =
        family?.type === 'histogram' ? sample.name.replace(/_(bucket|sum|count)$/, '') : sample.name;
      if (!family?.type || base !== family.name) throw new Error(`a sample out of place: ${line}`);
      const key = `${sample.name}${JSON.stringify(
        Object.entries(sample.labels)
          .map(([label, value]) => `${label}=${value}`)
          .sort(),
      )}`;
      if (series.has(key)) throw new Error(`a series twice: ${line}`);
      series.add(key);
      family.samples.push(sample);
    }
  }
  return families;
}

function parseSample(line: string): MetricFamily['samples'][number] {
  const [, name, labelText = '', valueText = ''] = SAMPLE.exec(line) ?? [];
  const value = readNumber(valueText);
  if (name === undefined || value === undefined) throw new Error(`no sample: ${line}`);
  const labels = [...labelText.matchAll(LABEL)];
  if (labels.map(([text]) => text).join('') !== labelText) throw new Error(`labels do not parse: ${line}`);
  return {
    name,
    labels: Object.fromEntries(labels.map(([, label = '', text = '']) => [label, text])),
    value,
  };
}

/** Prometheus reads numbers as Go does, where NaN and Inf may be written in any case. */
function readNumber(text: string): number | undefined {
  if (/^nan$/i.test(text)) return Number.NaN;
  const infinity = /^([+-]?)inf$/i.exec(text);
  if (infinity) return infinity[1] === '-' ? -Infinity : Infinity;
  const number = Number(text);
  return Number.isNaN(number) ? undefined : number;
}

/** The sum of a family's samples with these labels. */
export function sumOf(
  families: ReadonlyMap<string, MetricFamily>,
  name: string,
  labels: Record<string, string> = {},
): number {
  const samples = families.get(name)?.samples ?? [];
  return samples
    .filter((sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value))
    .reduce((sum, { value }) => sum + value, 0);
}
