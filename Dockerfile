# One image for all services; the command chooses the service (see docker-compose.yml).
FROM node:24.21.0-bookworm-slim AS dependencies
WORKDIR /app
RUN npm install --global --ignore-scripts pnpm@12.21.0
COPY pnpm-lock.yaml pnpm-workspace.yaml package.json ./
COPY apps/producer/package.json apps/producer/
COPY apps/fetcher/package.json apps/fetcher/
COPY apps/writer/package.json apps/writer/
COPY apps/board/package.json apps/board/
COPY apps/cli/package.json apps/cli/
COPY packages/core/package.json packages/core/
COPY packages/appinfo/package.json packages/appinfo/
COPY packages/steam/package.json packages/steam/
COPY packages/queue/package.json packages/queue/
COPY packages/schema/package.json packages/schema/
COPY packages/database/package.json packages/database/
COPY packages/operations/package.json packages/operations/
COPY packages/service/package.json packages/service/
# The optional dependencies are native code that BullMQ does not need. Source maps are for debuggers.
RUN pnpm install --frozen-lockfile --prod --no-optional && find . -name '*.map' -delete

FROM dependencies AS simulator-dependencies
COPY tools/simulator/package.json tools/simulator/
RUN pnpm install --frozen-lockfile --prod --no-optional

# Node alone, without npm and headers.
FROM debian:bookworm-slim AS runtime
COPY --from=dependencies /usr/local/bin/node /usr/local/bin/
RUN groupadd --gid 1000 node && useradd --uid 1000 --gid node --no-create-home node
# Node sizes its heap by the machine: with 24 GB its young generation grows to 128 MB, its old one fourfold at once. glibc keeps freed memory in an
# arena for each thread. If you set NODE_OPTIONS yourself, it replaces this value: repeat the flags.
ENV NODE_ENV=production NODE_OPTIONS="--max-semi-space-size=4 --max-old-space-size=384" MALLOC_ARENA_MAX=1
WORKDIR /app
EXPOSE 3000

# Steam for a try without Steam: docker compose --env-file simulate.env up --build
FROM runtime AS simulator
COPY --from=simulator-dependencies /app ./
COPY scripts scripts/
COPY tools/simulator tools/simulator/
RUN mkdir /simulator && chown node:node /simulator
USER node
CMD ["node", "tools/simulator/src/main.ts", "--help"]

# Node runs the sources as they are. They stay a workspace, because Node does not run TypeScript below node_modules.
FROM runtime
# A release adds version, revision, time and source.
LABEL org.opencontainers.image.title="pics-mirror" org.opencontainers.image.licenses="MIT" \
  org.opencontainers.image.description="Keeps Steam's whole product catalogue (PICS) in your own Postgres"
COPY --from=dependencies /app ./
COPY LICENSE LICENSES.md ./
COPY migrations migrations/
COPY scripts scripts/
COPY packages packages/
COPY apps apps/
# Each program is loaded once, so that the compiled code is in the image and a start takes half the time. The cache belongs
# to a user, and to root afterwards: everything here is read-only.
ENV NODE_COMPILE_CACHE=/app/.compiled
RUN mkdir .compiled && chown node .compiled && ln -s /app/scripts/pics.mjs /usr/local/bin/pics
USER node
RUN for app in producer fetcher writer board cli; do node apps/$app/src/entry.ts --version < /dev/null > /dev/null 2>&1 || true; done
CMD ["node", "apps/board/src/main.ts"]
