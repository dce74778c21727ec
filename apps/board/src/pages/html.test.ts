import { expect, test } from 'vitest';
import { html } from './html.ts';

test('escapes text in elements and in attributes', () => {
  const name = `<script>alert("1")</script> & '`;
  expect(html`<a title="${name}">${name}</a>`.text).toBe(
    '<a title="&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;">' +
      '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;</a>',
  );
});

test('inserts its own results and lists of them unchanged', () => {
  const names = [1, '<'].map((one) => html`<b>${one}</b>`);
  expect(html`<p>${names}</p>`.text).toBe('<p><b>1</b><b>&lt;</b></p>');
});

test('escapes text in lists', () => {
  expect(html`<p>${['<b>', ['&']]}</p>`.text).toBe('<p>&lt;b&gt;&amp;</p>');
});

test('inserts nothing for false, null and undefined, but inserts 0', () => {
  expect(html`<p>${false}${null}${undefined}${0}</p>`.text).toBe('<p>0</p>');
});
