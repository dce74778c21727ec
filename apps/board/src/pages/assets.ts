import { fileURLToPath } from 'node:url';
import express, { type Router } from 'express';

const BROWSER = fileURLToPath(new URL('../../browser/', import.meta.url));

/** Files of the libraries that pages load, by the name they are served under. */
const LIBRARIES = {
  'uplot.js': 'uplot/dist/uPlot.esm.js',
  'uplot.css': 'uplot/dist/uPlot.min.css',
  'idiomorph.js': 'idiomorph/dist/idiomorph.esm.js',
};

/** Serves every script, style and image of the pages, so that they load nothing from other hosts. */
export function serveAssets(): Router {
  const router = express.Router();
  for (const [name, path] of Object.entries(LIBRARIES)) {
    const file = fileURLToPath(import.meta.resolve(path));
    router.get(`/${name}`, (_request, response) => response.sendFile(file, { dotfiles: 'allow' }));
  }
  router.use(express.static(BROWSER, { index: false, extensions: false }));
  return router;
}
