/**
 * Which CM to try next: a random one among those that have not failed since all of them had. That needs no times or
 * scores to leave a bad server at once and to return to it when the others are no better.
 *
 * The list is requested only when all servers of the previous one have failed, so Steam's directory is read rarely; when
 * it cannot be read, the previous list is used again.
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

  /** @throws what the list throws, when there is no previous one. */
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
