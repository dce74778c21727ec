# Debian's Redis under the tag of docker-compose.yml, where the official image cannot be pulled.
FROM debian:bookworm-slim
RUN apt-get update && apt-get install --yes --no-install-recommends redis-server redis-tools && rm -rf /var/lib/apt/lists/*
COPY --chmod=755 redis-entrypoint.sh /usr/local/bin/docker-entrypoint.sh
RUN mkdir -p /data && chown redis /data
VOLUME /data
WORKDIR /data
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["redis-server"]
