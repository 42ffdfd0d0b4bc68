/** An environment variable the program reads. */
export interface Variable {
  readonly name: string
  /** the flag that goes before it */
  readonly flag?: string
  readonly means: string
}

/** Every variable the program reads for a person; a test holds them against the source. */
export const variables: readonly Variable[] = [
  { name: 'CROSSDOCK_WORKSPACE', flag: '--workspace', means: 'folder with crossdock.json' },
  { name: 'CROSSDOCK_DATA', flag: '--data', means: 'folder of the database and the lock' },
  { name: 'CROSSDOCK_HOST', flag: '--host', means: 'address to listen on' },
  { name: 'CROSSDOCK_PORT', flag: '--port', means: 'port to listen on' },
  { name: 'CROSSDOCK_LOG', flag: '--log', means: 'how much is logged: debug, info, warn, error or silent' },
  { name: 'DATABASE_URL', flag: '--database', means: '`mysql://user:password@host:3306/name`, for processes that share a database' },
  { name: 'REDIS_URL', flag: '--redis', means: '`redis://host:6379/0`, which carries rings and budgets between processes' },
  { name: 'CROSSDOCK_URL', flag: '--url', means: 'a hub elsewhere' },
  { name: 'CROSSDOCK_API_KEY', means: 'key for the hub elsewhere; there is no flag, so that it does not stand in a shell history' },
  {
    name: 'CROSSDOCK_KEK',
    means:
      'key that seals secrets in the database: 32 bytes in base 64 (`openssl rand -base64 32`); several, the newest first, while moving from one to the next',
  },
  {
    name: 'CROSSDOCK_KEK_FILE',
    means: 'file with such keys instead; without both a hub of one process keeps its own in `kek` of the data folder',
  },
  {
    name: 'CROSSDOCK_ADMIN_KEY_FILE',
    means: 'file with the API key a person begins with, made when it is missing; else `admin.key` in the data folder',
  },
  { name: 'OTEL_EXPORTER_OTLP_ENDPOINT', means: 'OTLP collector for traces, `http://collector:4318`; nothing is traced without one' },
  { name: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', means: 'whole address for traces instead' },
  { name: 'OTEL_TRACES_SAMPLER_ARG', means: 'part of all traces that is kept, from 0 to 1' },
  { name: 'OTEL_SERVICE_NAME', means: 'name of the hub in the traces; `crossdock` when it is not set' },
  { name: 'CROSSDOCK_LANG', flag: '--lang', means: 'language of the texts: en or zh' },
  { name: 'LC_ALL', means: 'language, when CROSSDOCK_LANG is not set' },
  { name: 'LC_MESSAGES', means: 'language, when LC_ALL is not set' },
  { name: 'LANG', means: 'language, when LC_MESSAGES is not set' },
  { name: 'NO_COLOR', means: 'any value: no colours' },
  { name: 'TERM', means: '`dumb`: no colours' },
  {
    name: 'NODE_OPTIONS',
    means: 'flags of Node.js; a hub gives itself `--max-semi-space-size=8` unless that flag is here (docs/performance.md)',
  },
  { name: 'INIT_CWD', means: 'folder the person stands in; npm sets it' },
]
