import type { DocumentsStatus, Verification } from '@pics/database';
import { formatAgo, formatApps, formatCount } from '../words/format.ts';

type Counts = Omit<Verification, 'finishedAt'>;

/** Whether every document that could be compared is Steam's, and none was found damaged. */
export function isFaultless({ differing, damaged }: Counts): boolean {
  return differing === 0 && (damaged ?? 0) === 0;
}

/**
 * How many documents could not be compared: Steam has a newer text, shows this session another part, or did not respond. It says
 * nothing against them.
 */
export function countUncompared({ documents, verified, differing }: Counts): number {
  return Math.max(0, documents - verified - differing);
}

/** The result in one sentence: "282,630 of 282,630 documents are Steam's, byte for byte". */
export function describeVerification(counts: Counts): string {
  const { documents, verified, differing, damaged, sample } = counts;
  const good = formatCount(Math.max(0, verified - (damaged ?? 0)));
  const uncompared = countUncompared(counts);
  const notes = [
    ...(differing > 0 ? [`${formatCount(differing)} ${differing === 1 ? 'differs' : 'differ'}`] : []),
    ...(damaged ? [`${formatCount(damaged)} damaged in the database`] : []),
    ...(uncompared > 0 ? [`${formatCount(uncompared)} could not be compared`] : []),
  ];
  const ofSample = sample === null ? '' : `, in a sample of ${formatApps(sample)}`;
  const sentence = `${good} of ${formatCount(documents)} documents are Steam's, byte for byte${ofSample}`;
  return notes.length === 0 ? sentence : `${sentence}; ${notes.join(', ')}`;
}

/** The stored documents and when they were last compared; undefined when there are none to speak of. */
export function describeDocuments({ stored, verification }: DocumentsStatus, at: Date): string | undefined {
  if (stored === 0 && !verification) return undefined;
  const kept = `${formatCount(stored)} stored`;
  if (!verification) return `${kept}, not compared with Steam yet: pics verify`;
  return `${kept}; verified ${formatAgo(verification.finishedAt, at)}: ${describeVerification(verification)}`;
}
