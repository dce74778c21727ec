import express, { type ErrorRequestHandler, type Express, type Request } from 'express';
import { z } from 'zod';
import { faultSchema, REQUEST_KINDS } from './faults/fault.ts';
import { SHOWN } from './pics/restrictions.ts';
import type { Simulator } from './simulator.ts';

const appid = z.coerce.number().int().min(0).max(0xffff_ffff);
const flags = { missingToken: z.boolean().default(false), onlyPublic: z.boolean().default(false) };

const editSchema = z.union(
  [
    z.strictObject({ unknown: z.literal(true) }),
    z
      .strictObject({ text: z.string(), ...flags })
      .transform(({ text, ...rest }) => ({ text: Buffer.from(text, 'utf8'), ...rest })),
    z
      .strictObject({ base64: z.base64(), ...flags })
      .transform(({ base64, ...rest }) => ({ text: Buffer.from(base64, 'base64'), ...rest })),
  ],
  {
    error:
      'give {"unknown": true}, {"text": "…"} or {"base64": "…"}, the latter two optionally with missingToken and onlyPublic',
  },
);

const count = z.int().min(1).max(1_000_000);
const changesSchema = z.union(
  [z.strictObject({ count }), z.strictObject({ appids: z.array(z.int().min(0)).min(1) })],
  { error: 'give {"count": N} or {"appids": […]}' },
);
const advanceSchema = z.union([z.strictObject({ count }), z.strictObject({ to: z.literal('end') })], {
  error: 'give {"count": N} or {"to": "end"}',
});
const tokensSchema = z.strictObject({
  appids: z.array(z.int().min(0)).min(1).optional(),
  shown: z.enum(SHOWN).optional(),
  granted: z.boolean().optional(),
  rotate: z.boolean().optional(),
});
const disconnectSchema = z
  .strictObject({
    result: z.enum(['ServiceUnavailable', 'TryAnotherCM', 'Fail', 'RateLimitExceeded']).optional(),
  })
  .default({});
const kindsSchema = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(z.enum(REQUEST_KINDS)))
  .optional();

const readAppid = (request: Request) => appid.parse(request.params['appid']);

/** Sends an error of the caller as JSON, with one sentence that helps. */
const sendError: ErrorRequestHandler = (error: Error & { status?: number }, _request, response, _next) => {
  const message = error instanceof z.ZodError ? z.prettifyError(error) : error.message;
  response.status(error.status ?? 400).json({ error: message });
};

/** The control API over HTTP: every response is JSON, and every error says what was expected. */
export function createControlApi(simulator: Simulator): Express {
  const api = express();
  api.disable('x-powered-by');
  // Enough for a body of 10 MB in base64.
  api.use(express.json({ limit: '64mb' }));

  api.get('/state', (_request, response) => void response.json(simulator.state()));
  api.get('/requests', (request, response) => {
    response.json(simulator.requests(kindsSchema.parse(request.query['kinds'])));
  });

  api.get('/apps', (_request, response) => {
    response.json({ currentChangeNumber: simulator.currentChangeNumber, apps: simulator.apps() });
  });
  api.get('/apps/:appid', (request, response) => {
    const withToken = request.query['withToken'] === 'true';
    const truth = simulator.findApp(readAppid(request), { withToken });
    if (!truth) {
      response.status(404).json({ unknown: true });
      return;
    }
    const { text, ...rest } = truth;
    response.json({ ...rest, body: text.toString('base64') });
  });
  api.post('/apps/:appid', (request, response) => {
    response.json(simulator.editApp(readAppid(request), editSchema.parse(request.body)));
  });

  api.get('/tokens', (_request, response) => void response.json(simulator.tokens()));
  api.post('/tokens', (request, response) => {
    response.json(simulator.changeTokens(tokensSchema.parse(request.body)));
  });

  api.get('/changes', (request, response) => {
    response.json(simulator.changes(z.coerce.number().int().min(0).default(0).parse(request.query['since'])));
  });
  api.post('/changes', (request, response) => {
    const wanted = changesSchema.parse(request.body);
    response.json('count' in wanted ? simulator.release(wanted.count) : simulator.releaseApps(wanted.appids));
  });
  api.post('/advance', (request, response) => {
    const wanted = advanceSchema.parse(request.body);
    response.json('count' in wanted ? simulator.release(wanted.count) : simulator.releaseAll());
  });

  api.get('/faults', (_request, response) => void response.json(simulator.state().faults));
  api.post(
    '/faults',
    (request, response) => void response.json(simulator.arm(faultSchema.parse(request.body))),
  );
  api.delete('/faults', (_request, response) => void response.json({ disarmed: simulator.disarm() }));
  api.delete('/faults/:id', (request, response) => {
    const disarmed = simulator.disarm(z.coerce.number().int().parse(request.params['id']));
    response.status(disarmed ? 200 : 404).json({ disarmed });
  });

  api.post('/disconnect', (request, response) => {
    simulator.disconnect(disconnectSchema.parse(request.body).result);
    response.json({});
  });

  api.use((_request, response) => void response.status(404).json({ error: 'there is no such path' }));
  api.use(sendError);
  return api;
}
