/**
 * Asks in a dialog before an action. Escape and "Cancel" decline, and the focus returns to where it was.
 *
 * @param {string} question
 * @param {string} action the text of the button that confirms.
 * @returns {Promise<boolean>} whether the action was confirmed.
 */
export async function confirmAction(question, action) {
  const dialog = /** @type {HTMLDialogElement} */ (document.getElementById('confirm'));
  const [text, button] = [dialog.querySelector('h2'), dialog.querySelector('button[value=confirm]')];
  if (!text || !button || dialog.open) return false;
  text.textContent = question;
  button.textContent = action;
  dialog.returnValue = '';
  dialog.showModal();
  await new Promise((resolve) => dialog.addEventListener('close', resolve, { once: true }));
  return dialog.returnValue === 'confirm';
}
