/** What a request selects of a table: columns, and rows of other tables with what is selected of them. */
export interface Selection {
  columns: string[];
  embedded: { name: string; isInner: boolean; selection: Selection }[];
}

/** Parses the parameter `select` of a request, such as `name,developers!inner(name)`. Aliases and hints are not known. */
export function parseSelection(text: string): Selection {
  const { selection, rest } = parseList(text);
  if (rest !== '') throw new Error(`cannot read ${rest} of ${text}`);
  return selection;
}

function parseList(text: string): { selection: Selection; rest: string } {
  const selection: Selection = { columns: [], embedded: [] };
  let rest = text;
  for (;;) {
    const [all, name = '', inner, open] = /^(\*|[a-z_]+)(!inner)?(\()?/.exec(rest) ?? [];
    if (all === undefined) throw new Error(`cannot read ${rest}`);
    rest = rest.slice(all.length);
    if (open) {
      const parsed = parseList(rest);
      if (!parsed.rest.startsWith(')')) throw new Error(`no end of ${name}(`);
      selection.embedded.push({ name, isInner: inner !== undefined, selection: parsed.selection });
      rest = parsed.rest.slice(1);
    } else selection.columns.push(name);
    if (!rest.startsWith(',')) return { selection, rest };
    rest = rest.slice(1);
  }
}
