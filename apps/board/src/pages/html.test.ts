import { expect, test } from 'vitest';
import { html } from './html.ts';

test('text that is put into a page never becomes markup, in elements as in attributes', () => {
  const name = `<script>alert("1")</script> & '`;
  expect(html`<a title="${name}">${name}</a>`.text).toBe(
    '<a title="&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;">' +
      '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;</a>',
  );
});

test('what was made by it is put in as it is, and so are lists of it', () => {
  const names = [1, '<'].map((one) => html`<b>${one}</b>`);
  expect(html`<p>${names}</p>`.text).toBe('<p><b>1</b><b>&lt;</b></p>');
});

test('text in lists is escaped as well', () => {
  expect(html`<p>${['<b>', ['&']]}</p>`.text).toBe('<p>&lt;b&gt;&amp;</p>');
});

test('nothing is put in for false, null and undefined, but 0 is 0', () => {
  expect(html`<p>${false}${null}${undefined}${0}</p>`.text).toBe('<p>0</p>');
});
