# syntax=docker/dockerfile:1
# One image for every role: `serve` (all in one process, the default), `api`, `worker`, `migrate` and each other command. docker-compose.yml puts them together.

FROM node:26-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --no-audit --no-fund
COPY LICENSE README.md tsconfig.json tsconfig.build.json build.ts ./
COPY connectors connectors
COPY docs docs
COPY mappings mappings
COPY schemas schemas
COPY src src
COPY workspaces workspaces
RUN mkdir /pack /package && npm pack --pack-destination /pack
RUN tar -xzf /pack/crossdock-*.tgz -C /package --strip-components=1

FROM node:26-slim
ENV NODE_ENV=production
ENV CROSSDOCK_HOST=0.0.0.0
ENV CROSSDOCK_PORT=4600
ENV CROSSDOCK_DATA=/data
ENV CROSSDOCK_WORKSPACE=/workspace
WORKDIR /opt/crossdock
COPY package.json package-lock.json ./
# the optional packages are Node.js itself, which the image has
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund
COPY --from=build /package/ ./
RUN chmod +x dist/src/cli.js && ln -s /opt/crossdock/dist/src/cli.js /usr/local/bin/crossdock
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 4600
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.CROSSDOCK_PORT}/readyz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["crossdock"]
CMD ["serve"]
