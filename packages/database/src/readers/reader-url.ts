/**
 * The URL with which a reader connects: the given one, with the reader's name and password.
 *
 * Poolers of several projects find the project in the user name: at Supabase, `postgres.abcdefgh` is the user `postgres`.
 * Where the URL names such a user, the reader gets the same ending.
 *
 * @param user the user of the given URL as Postgres itself calls it.
 */
export function readerUrl(url: string, user: string, name: string, password: string): string {
  const changed = new URL(url);
  const given = decodeURIComponent(changed.searchParams.get('user') ?? changed.username);
  const ending = given.startsWith(`${user}.`) ? given.slice(user.length) : '';
  changed.searchParams.delete('user');
  changed.searchParams.delete('password');
  changed.username = name + ending;
  changed.password = password;
  // Without a host (a socket in ?host=) a URL has no place for a user.
  if (changed.host === '') {
    changed.searchParams.set('user', name + ending);
    changed.searchParams.set('password', password);
  }
  return changed.href;
}
