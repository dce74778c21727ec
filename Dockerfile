# One image for all services; the command chooses the service (see docker-compose.yml).
FROM node:24.21.0-bookworm-slim AS dependencies
WORKDIR /app
RUN npm install --global pnpm@12.21.0
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
# The optional dependencies are native code that BullMQ does not need.
RUN pnpm install --frozen-lockfile --prod --no-optional

# Node runs the sources as they are. They stay a workspace, because Node does not run TypeScript below node_modules.
FROM node:24.21.0-bookworm-slim
# Only the compile cache is written; Node works without it where it cannot write.
ENV NODE_ENV=production NODE_COMPILE_CACHE=/tmp/compiled
# Node sizes its heap by the machine: with 24 GB its young generation grows to 128 MB, its old one fourfold at once. glibc keeps freed memory in an
# arena for each thread. If you set NODE_OPTIONS yourself, it replaces this value: repeat the flags.
ENV NODE_OPTIONS="--max-semi-space-size=4 --max-old-space-size=384" MALLOC_ARENA_MAX=1
WORKDIR /app
COPY --from=dependencies /app ./
COPY migrations migrations/
COPY scripts scripts/
COPY packages packages/
COPY apps apps/
RUN ln -s /app/scripts/pics.mjs /usr/local/bin/pics
# The files belong to root and only /tmp is written: an ordinary user and a read-only file system are enough.
USER node
EXPOSE 3000
# node is process 1: a package manager in between would not pass on SIGTERM.
CMD ["node", "apps/board/src/main.ts"]
