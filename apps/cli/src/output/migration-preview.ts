import { plainText } from '@pics/core';
import type { MigrationPreview, ObjectChange, RowChange } from '@pics/database';

/** The order of the kinds of objects. One that is not listed, because no migration has it yet, comes first. */
const ORDER = [
  'table',
  'view',
  'column',
  'constraint',
  'index',
  'enum',
  'sequence',
  'trigger',
  'function',
  'role',
];

/** Shows what a migration would do, a line for each object. What belongs to a new table or view is part of its line. */
export function formatPreview(preview: MigrationPreview, notices: readonly string[]): string[] {
  const { migrations, rows } = preview;
  const objects = preview.objects.toSorted(
    (a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) || a.name.localeCompare(b.name),
  );
  if (migrations.length === 0 && objects.length === 0)
    return ['The tables are up to date: nothing would change.'];
  const created = new Set(objects.filter(isNewRelation).map(({ name }) => name));
  const others = objects.filter(({ relation, ...object }) => {
    return isNewRelation(object) || relation === null || !created.has(relation);
  });
  const shown = (action: string) => others.filter((object) => object.action === action && !isMinor(object));
  const columnsOf = (table: string) =>
    objects.filter(({ kind, relation }) => kind === 'column' && relation === table).length;
  return [
    ...section(
      'Would be added',
      shown('added').map((object) => describeAdded(object, columnsOf)),
    ),
    ...section('Would be changed', shown('changed').map(describeChanged)),
    ...section(
      'Would be removed',
      shown('removed').map(({ kind, name }) => `${kind} ${name}`),
    ),
    ...section('Would get comments, grants or policies', countMinor(others.filter(isMinor))),
    ...section('Rows', rows.map(describeRows)),
    ...section('Notices', notices),
    `A dry run: ${count(migrations.length, 'migration')} ran, and all of it was rolled back.`,
  ].map(plainText);
}

function isNewRelation({ action, kind }: Pick<ObjectChange, 'action' | 'kind'>): boolean {
  return action === 'added' && (kind === 'table' || kind === 'view');
}

/** What changes neither how a table can be written nor what it holds. */
function isMinor({ kind, name, action }: ObjectChange): boolean {
  return (
    kind === 'comment' || kind === 'privileges' || (kind === 'policy' && action === 'added' && isOurs(name))
  );
}

function isOurs(policy: string): boolean {
  return policy.startsWith('pics_reader on ');
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length > 0 ? [`${title}:`, ...lines.map((line) => `  ${line}`)] : [];
}

function describeAdded(object: ObjectChange, columnsOf: (table: string) => number): string {
  const { kind, name, after = '' } = object;
  if (isNewRelation(object)) return `${kind} ${name} (${count(columnsOf(name), 'column')})`;
  if (kind === 'column') return `${kind} ${name} ${after}`;
  if (kind === 'index') return `${kind} ${name}: ${after.replace(/^CREATE (UNIQUE )?INDEX \S+ ON /, '$1')}`;
  return kind === 'constraint' ? `${kind} ${name}: ${after}` : `${kind} ${name}`;
}

function describeChanged({ kind, name, before = '', after = '' }: ObjectChange): string {
  if (kind !== 'enum') return `${kind} ${name}: ${before} → ${after}`;
  const had = new Set(before.split(', '));
  const added = after.split(', ').filter((value) => !had.has(value));
  return `${kind} ${name} gets the values ${added.join(', ')}`;
}

/** "apps: 21 comments, privileges, policy pics_reader" */
function countMinor(objects: readonly ObjectChange[]): string[] {
  const relations = Map.groupBy(objects, ({ relation, name }) => relation ?? name);
  return [...relations].map(([relation, changes]) => {
    const comments = changes.filter(({ kind }) => kind === 'comment').length;
    const grants = changes.filter(({ kind }) => kind === 'privileges');
    const policies = changes.filter(({ kind }) => kind === 'policy');
    const parts = [
      comments > 0 && count(comments, 'comment'),
      grants.length > 0 && 'SELECT for pics_reader',
      policies.length > 0 && 'a policy for pics_reader',
    ];
    return `${relation}: ${parts.filter(Boolean).join(', ')}`;
  });
}

function describeRows({ table, added, updated, removed }: RowChange): string {
  const parts = Object.entries({ added, updated, removed });
  return `${table}: ${parts.flatMap(([what, rows]) => (rows > 0 ? [`${rows} ${what}`] : [])).join(', ')}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
