import { enRun } from './en-run.ts'

/** What people read in a terminal. Names between braces are parameters. Sentences end with a full stop, labels do not. */
export const en = {
  ...enRun,
  'program.about': 'Integration hub: moves orders, stock, invoices and shipments between shops, ERPs and a ledger, and loses nothing.',
  'flag.help': 'show this help',
  'flag.lang': 'language of the texts: en or zh (else CROSSDOCK_LANG, else the locale)',
  'flag.json': 'JSON instead of tables; lists as one document per line',
  'flag.workspace': 'folder with crossdock.json (CROSSDOCK_WORKSPACE; default: this folder)',
  'flag.data': 'folder of the database and the lock (CROSSDOCK_DATA; default: data)',
  'flag.url': 'a hub elsewhere (CROSSDOCK_URL); its key is read from CROSSDOCK_API_KEY',
  'flag.limit': 'how many rows at most',

  'client.badUrl': "'{url}' is no address: write one like https://hub.example.",
  'client.noKey': 'CROSSDOCK_API_KEY is not set: a hub elsewhere wants a key. Make one there with `crossdock keys create`.',
  'client.unreachable': 'No hub answers at {where} ({why}). Start one with `crossdock serve`, or name another with --url.',
  'client.noProblem': 'The hub answered {status} without saying why. Its log has the reason.',

  'list.empty': 'Nothing to show.',

  'check.about': 'check a workspace and everything it stands on; every mistake at once',
  'check.noSecrets': 'references that lead nowhere are warnings (for machines without the secrets)',
  'check.sizes': '{folder}: connections: {connections}, routes: {routes}, mappings: {mappings}.',
  'check.good': 'The workspace holds. Errors: {errors}, warnings: {warnings}.',
  'check.bad': 'The workspace does not hold. Errors: {errors}, warnings: {warnings}.',

  'init.about': 'write a starter workspace; nothing is overwritten',
  'init.folder': 'where',
  'init.written': 'wrote {file}',
  'init.kept': 'kept  {file}, it was there',
  'init.nothing': 'Nothing was written: everything is there already in {folder}.',
  'init.next': 'Next: read README.md there, copy .env.example to .env and fill it in, then run `crossdock check`.',
} as const satisfies Readonly<Record<string, string>>
