import { fileURLToPath } from 'node:url';
import express, { type Router } from 'express';

const BROWSER = fileURLToPath(new URL('../browser/', import.meta.url));

/** The libraries the browser gets, as their packages hold them. */
const LIBRARIES = {
  'uplot.js': 'uplot/dist/uPlot.esm.js',
  'uplot.css': 'uplot/dist/uPlot.min.css',
  'idiomorph.js': 'idiomorph/dist/idiomorph.esm.js',
};

/** Everything a page loads besides itself; all of it is served from here, so that the board needs no other host. */
export function serveAssets(): Router {
  const router = express.Router();
  for (const [name, path] of Object.entries(LIBRARIES)) {
    const file = fileURLToPath(import.meta.resolve(path));
    router.get(`/${name}`, (_request, response) => response.sendFile(file, { dotfiles: 'allow' }));
  }
  router.use(express.static(BROWSER, { index: false, extensions: false }));
  return router;
}
