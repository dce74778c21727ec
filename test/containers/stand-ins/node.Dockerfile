# Node and npm from the npm registry under the tag of the Dockerfile, where the official image cannot be pulled. The
# certificates are those that this machine trusts: its registry may have one of its own.
FROM debian:bookworm-slim
COPY node /usr/local
# Older releases run as this user of the official image.
RUN groupadd --gid 1000 node && useradd --uid 1000 --gid node --create-home node
COPY certificates.crt /etc/ssl/machine.crt
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/machine.crt npm_config_cafile=/etc/ssl/machine.crt
CMD ["node"]
