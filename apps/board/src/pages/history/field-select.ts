import { CHANGE_FIELDS } from '@pics/core';
import { labelOf } from '@pics/operations';
import { html, type Html } from '../html.ts';

/** A choice of the field that changed. A language or a branch is offered while it is chosen. */
export function fieldSelect(chosen: string | undefined): Html {
  const fields =
    chosen === undefined || CHANGE_FIELDS.includes(chosen) ? CHANGE_FIELDS : [...CHANGE_FIELDS, chosen];
  const labelled = fields.map((field) => ({ field, label: labelOf(field) }));
  return html`<label
    >Field
    <select name="field">
      <option value="">any</option>
      ${labelled
        .toSorted((a, b) => a.label.localeCompare(b.label, 'en'))
        .map(
          ({ field, label }) =>
            html`<option value="${field}" ${field === chosen ? html` selected` : null}>${label}</option>`,
        )}
    </select></label
  >`;
}
