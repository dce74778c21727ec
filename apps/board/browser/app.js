/** A link such as apps/440#change-36002074 leads to its change even when that is on an older page of the history. */
function openChange() {
  const change = /^#change-(\d{1,15})$/.exec(location.hash)?.[1];
  if (change === undefined || document.getElementById(`change-${change}`)) return;
  const page = new URL(location.href);
  // The page that begins with this change, or with the one before it where it is not recorded.
  if (page.searchParams.get('change') === change) return;
  page.search = `?change=${change}`;
  location.replace(page);
}

openChange();
addEventListener('hashchange', openChange);
