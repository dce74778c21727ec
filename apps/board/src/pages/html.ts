/** Markup that is safe to put into a page unchanged. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

/** A value in a template: `Html` is inserted unchanged, text is escaped, and false, null and undefined insert nothing. */
type Content = Html | string | number | false | null | undefined | readonly Content[];

/**
 * Builds HTML from a template and escapes every value that this function did not build itself, in elements and in quoted
 * attributes: app names and error messages come from outside and must never become markup.
 */
export function html(parts: TemplateStringsArray, ...contents: Content[]): Html {
  return new Html(parts.reduce((text, part, index) => text + render(contents[index - 1]) + part));
}

function render(content: Content): string {
  if (content === false || content === null || content === undefined) return '';
  if (content instanceof Html) return content.text;
  if (typeof content === 'object') return content.map((one) => render(one)).join('');
  return String(content).replaceAll(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
