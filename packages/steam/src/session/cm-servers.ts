/**
 * Which CM to try next: one at random among those that have not failed since all of them had. Without times or scores
 * that is enough to leave a bad server at once and to come back to it when the others are no better.
 *
 * The list is asked for when there is nothing left to try in the old one, so Steam's directory is bothered rarely; when
 * it cannot be read, the old list is used again.
 */
export class CmServers {
  #servers: string[] = [];
  #failed = new Set<string>();
  readonly #list: () => Promise<string[]>;
  readonly #random: () => number;

  /** @param list gives the servers as host:port; rejects when the directory cannot be read. */
  constructor(list: () => Promise<string[]>, random: () => number) {
    this.#list = list;
    this.#random = random;
  }

  /** @throws what the list throws, as long as there never was one. */
  async choose(): Promise<string> {
    let untried = this.#servers.filter((server) => !this.#failed.has(server));
    if (untried.length === 0) {
      const last = [...this.#failed].at(-1);
      await this.#refresh();
      untried = this.#servers.length > 1 ? this.#servers.filter((server) => server !== last) : this.#servers;
    }
    const chosen = untried[Math.floor(this.#random() * untried.length)];
    if (chosen === undefined) throw new Error('there is no Steam server to try');
    return chosen;
  }

  fail(server: string): void {
    this.#failed.add(server);
  }

  async #refresh(): Promise<void> {
    try {
      this.#servers = await this.#list();
    } catch (error) {
      if (this.#servers.length === 0) throw error;
    }
    this.#failed.clear();
  }
}
