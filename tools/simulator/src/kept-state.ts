import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { Pics } from './pics/pics.ts';
import type { Certificate } from './server/certificate.ts';

const stateSchema = z.object({
  certificate: z.object({ key: z.string(), cert: z.string() }),
  releases: z.array(z.tuple([z.int(), z.int()])),
});

/** How often the state is written. What a kill forgets, clients may have seen: a simulator is stopped, not killed. */
const KEEP_EVERY_MS = 200;

/**
 * The file in which a simulator keeps its certificate and its changes. One that is started again with the same folder,
 * catalogue and seed continues there: its clients trust it, and their cursors are not ahead of it. Edits of single apps
 * through the control port are not kept.
 */
export class KeptState {
  readonly #file: string;
  readonly #last: z.infer<typeof stateSchema> | undefined;

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.#file = path.join(folder, 'state.json');
    if (existsSync(this.#file)) this.#last = stateSchema.parse(JSON.parse(readFileSync(this.#file, 'utf8')));
  }

  /** The certificate of the last time, if there was one. */
  get certificate(): Certificate | undefined {
    return this.#last?.certificate;
  }

  /** Releases again what was released the last time: the same changes under the same numbers. */
  catchUp(pics: Pics): void {
    for (const [count, times] of this.#last?.releases ?? []) {
      for (let time = 0; time < times; time += 1) pics.release(count);
    }
  }

  /** Writes the certificate, and the changes whenever there are more; returns how to stop, with a last write. */
  keep(pics: Pics, certificate: Certificate): () => void {
    let written = -1;
    const write = () => {
      if (pics.currentChangeNumber === written) return;
      const state = JSON.stringify({ certificate, releases: pics.releases });
      writeFileSync(`${this.#file}.new`, state, { mode: 0o600 });
      renameSync(`${this.#file}.new`, this.#file);
      written = pics.currentChangeNumber;
    };
    write();
    const timer = setInterval(write, KEEP_EVERY_MS);
    return () => {
      clearInterval(timer);
      write();
    };
  }
}
