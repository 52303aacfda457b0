# The coordinator as an image: API, worker or both, as DTC_ROLE says (docs/DEPLOY.md). It needs a Temporal server of
# yours: TEMPORAL_ADDRESS.

FROM node:24.9.0-bookworm AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --include=dev --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json temporal-dev.sh ./
COPY scripts scripts
COPY src src
COPY workflows workflows
COPY activities activities
COPY console console
RUN npm run build

# Of Temporal's native core there is one for each platform, 137 MB in all: only this platform's is kept, and none of
# its sources.
FROM node:24.9.0-bookworm AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund
WORKDIR /app/node_modules/@temporalio/core-bridge
RUN test -d "releases/$(uname -m)-unknown-linux-gnu" \
    && find releases -mindepth 1 -maxdepth 1 ! -name "$(uname -m)-unknown-linux-gnu" -exec rm -rf {} + \
    && rm -rf sdk-core

FROM node:24.9.0-bookworm-slim
# Node brings its own; Temporal's native core reads the system's, for TLS to Temporal without TEMPORAL_TLS_SERVER_CA_CERT_PATH.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json temporal-dev.sh ./
# 0.0.0.0 needs DTC_API_TOKENS or DTC_JWKS_URL, and for an API DTC_ALLOWED_PARTICIPANTS: the start says so.
ENV NODE_ENV=production TEMPORAL_ADDRESS=temporal:7233 DTC_HOST=0.0.0.0 DTC_PORT=8080 DTC_METRICS_PORT=9464
EXPOSE 8080 9464
USER 1000:1000
# That this process answers, whatever its role. It says nothing of Temporal: a restart would not mend that.
HEALTHCHECK --interval=15s --timeout=3s --start-period=30s --retries=3 \
    CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.DTC_METRICS_PORT}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Node is the first process, and SIGTERM stops it in order, within 15 seconds.
CMD ["node", "dist/src/main.js"]
