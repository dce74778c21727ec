/** A piece of HTML that is safe to put into a page as it is. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

/** What may stand in a template: HTML as it is, text to be escaped, lists of either, and nothing for false and null. */
type Content = Html | string | number | false | null | undefined | readonly Content[];

/**
 * Makes HTML of a template. Everything put into it is text and escaped, in elements as in quoted attributes, unless it was
 * made by this function itself: names of apps and words of errors come from outside, and none of them can become markup.
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
