import { bookExamples } from './describe-program-books.ts'
import { eventExamples } from './describe-program-events.ts'
import { type Example, ledgerExamples } from './describe-program-ledger.ts'
import { numberExamples } from './describe-program-numbers.ts'
import { payableExamples } from './describe-program-payables.ts'
import { priceExamples } from './describe-program-prices.ts'
import { salesExamples } from './describe-program-sales.ts'
import { stockExamples } from './describe-program-stock.ts'

/** A word or more for every command, by its name. A test holds each line against the program: the command, its arguments and its flags exist. */
export const examples: Readonly<Record<string, readonly Example[]>> = {
  demo: [
    { line: 'demo', tells: 'the whole day, with faults' },
    { line: 'demo --seed 7 --scale 0.1', tells: 'another, smaller day' },
    { line: 'demo --pair shopify+odoo', tells: 'two Shopify shops and two Odoo companies' },
    { line: 'demo --pair vendure+kingdee', tells: 'two Vendure shops and two Kingdee companies' },
    { line: 'demo --pair shopify+business-central', tells: 'two Shopify shops and two companies in Business Central' },
    { line: 'demo --pair jushuitan+kingdee', tells: 'two merchants of Jushuitan and two Kingdee companies' },
    { line: 'demo --break dedupe', tells: 'without one safeguard: the proof fails, and that is right' },
    { line: 'demo --stay --port 4600', tells: 'look around in the hub afterwards' },
  ],
  init: [{ line: 'init my-hub', tells: 'a commented starter in the folder my-hub' }],
  check: [
    { line: 'check --workspace my-hub', tells: 'every mistake with file, line and column' },
    { line: 'check --no-secrets --json', tells: 'in a pipeline that has no secrets' },
  ],
  serve: [
    { line: 'serve', tells: 'the workspace of this folder, at http://127.0.0.1:4600' },
    { line: 'serve --workspace my-hub --data /var/lib/crossdock --host 0.0.0.0', tells: 'open to the network' },
    { line: 'serve --watch --log debug', tells: 'while writing a workspace' },
  ],
  api: [{ line: 'api --port 4600', tells: 'with DATABASE_URL and REDIS_URL set' }],
  worker: [
    { line: 'worker', tells: 'with the same DATABASE_URL and REDIS_URL; start as many as you like' },
    { line: 'worker --port 4601', tells: 'with its health and figures at this port' },
  ],
  stop: [{ line: 'stop --data /var/lib/crossdock', tells: 'what runs is finished first' }],
  reload: [{ line: 'reload', tells: 'after an edit; with mistakes the hub keeps what it has' }],
  'hold show': [{ line: 'hold show --json', tells: 'for a check from outside' }],
  'hold set': [{ line: 'hold set --restored --reason "backup of last night"', tells: 'before anything is sent from a restored database' }],
  'hold release': [{ line: 'hold release', tells: 'once reading has caught up' }],
  reconcile: [
    { line: 'reconcile shop orders --from 7d', tells: 'what differs of the last week, document by document' },
    { line: 'reconcile shop --from 2026-11-01 --until 2026-11-30 --html november.html', tells: 'a report of a month as a page' },
    { line: 'reconcile shop orders --from 7d --heal pull --dry-run', tells: 'what would be read again' },
    { line: 'reconcile shop --heal push', tells: 'send stock figures again where the shop shows others' },
  ],
  inbox: [
    { line: 'inbox --state dead --since 2h', tells: 'what could not be taken in the last two hours' },
    { line: 'inbox --connection shop --key 1001', tells: 'all that came about one record' },
    { line: 'inbox 01K9Z3J5T8 --raw', tells: 'the bytes as the partner sent them' },
  ],
  deliveries: [
    { line: 'deliveries --state parked', tells: 'what waits, and for what' },
    { line: 'deliveries --blocked', tells: 'what is held up by one before it' },
    { line: 'deliveries 01K9Z3J5T8', tells: 'one delivery with every try' },
    { line: 'deliveries --route order-to-sale --shadow', tells: 'what a shadow route would have sent' },
  ],
  'dead list': [{ line: 'dead list --kind delivery --connection erp', tells: 'what a person has to look at' }],
  'dead show': [{ line: 'dead show 01K9Z3J5T8', tells: 'why, and what to do' }],
  replay: [
    { line: 'replay 01K9Z3J5T8 --dry-run', tells: 'what would change, field by field' },
    { line: 'replay 01K9Z3J5T8', tells: 'do it' },
    { line: 'replay --dead --connection erp --reason invalid', tells: 'all dead letters of one kind' },
    {
      line: 'replay --deliveries --type sales-order --state parked --since 2d --dry-run',
      tells: 'what they would send now, beside what was frozen',
    },
    { line: 'replay 01K9Z3J5T8 --again --reason "they lost the order"', tells: 'a delivery once more, under a key of its own' },
    {
      line: 'replay --connection shop --stream orders --state stale,ignored --since 2026-11-01',
      tells: 'a range, after a mapping was mended',
    },
  ],
  ...ledgerExamples,
  ...payableExamples,
  ...salesExamples,
  ...eventExamples,
  ...stockExamples,
  ...bookExamples,
  ...numberExamples,
  ...priceExamples,
  explain: [
    { line: 'explain sales-order shop/1001 totals.grandTotal', tells: 'one value, down to its bytes' },
    { line: 'explain sales-order shop/1001', tells: 'every value of the document' },
  ],
  'crosswalk list': [{ line: 'crosswalk list --type product --connection shop', tells: 'which article is which' }],
  'crosswalk set': [{ line: 'crosswalk set product shop 149 LAMP-49', tells: 'article 149 of the shop is our LAMP-49' }],
  'crosswalk import': [{ line: 'crosswalk import articles.csv --dry-run', tells: 'which lines would be made, kept or refused' }],
  'crosswalk unmapped': [{ line: 'crosswalk unmapped --connection shop', tells: 'what to say first, because most waits for it' }],
  'crosswalk merge': [
    {
      line: 'crosswalk merge product LAMP-49-OLD --into LAMP-49 --reason "one lamp, two numbers"',
      tells: 'stock, orders and links of both are one',
    },
  ],
  'crosswalk split': [
    { line: 'crosswalk split product LAMP-49 --to LAMP-49-OLD --reason "two lamps after all"', tells: 'the merge is undone' },
    {
      line: 'crosswalk split product LAMP-49 --to LAMP-50 --link shop:149 --reason "another lamp"',
      tells: 'article 149 of the shop is LAMP-50',
    },
  ],
  'crosswalk changes': [
    { line: 'crosswalk changes --type product --key LAMP-49', tells: 'what was merged into it and split from it, and why' },
  ],
  'crosswalk codes': [{ line: 'crosswalk codes --kind unit --connection shop', tells: 'which words of the shop stand for which units' }],
  'crosswalk set-code': [
    { line: 'crosswalk set-code unit st C62 --connection shop', tells: 'what was parked for it goes on' },
    {
      line: 'crosswalk set-code unit CTN XCT --connection ningbo --product LAMP-49 --factor 12 --from 2026-12-01',
      tells: 'a carton of it is 12 from December on, in what ningbo says',
    },
  ],
  'crosswalk end-code': [{ line: 'crosswalk end-code 01JD8Z6Q4W0000000000000000', tells: 'it is read no more' }],
  'crosswalk export': [
    { line: 'crosswalk export --type product --output articles.csv', tells: 'to edit it elsewhere and import it again' },
  ],
  'connection list': [{ line: 'connection list', tells: 'which is active, paused, failing or wants a new login' }],
  'connection show': [{ line: 'connection show shop', tells: 'with its streams and their last runs' }],
  'connection test': [{ line: 'connection test shop', tells: 'after new credentials' }],
  'connection pause': [{ line: 'connection pause shop --reason "stock-taking until Monday"', tells: 'webhooks are asked to come again' }],
  'connection resume': [{ line: 'connection resume shop', tells: 'what waited goes on' }],
  'connection cursor': [
    { line: 'connection cursor shop orders', tells: 'where it stands and who moved it' },
    { line: 'connection cursor shop orders --set 2d', tells: 'read the last two days again, after `connection pause shop orders`' },
  ],
  'connection baseline': [
    { line: 'connection baseline shop', tells: 'what the first load read, applied, parked and gave up, stream by stream' },
    { line: 'connection baseline shop --sign-off', tells: 'accept it' },
  ],
  'connection subscriptions': [
    { line: 'connection subscriptions erp', tells: 'which webhooks the partner sends, and when they end' },
    { line: 'connection subscriptions erp create', tells: 'make those that are missing; the hub renews them from then on' },
    { line: 'connection subscriptions erp renew --topic items', tells: 'now, with the secret of now' },
    { line: 'connection subscriptions erp delete', tells: 'end them; none is made again until `create`' },
  ],
  'connection hook': [
    { line: 'connection hook shop', tells: 'the address to enter at the partner' },
    { line: 'connection hook shop --rotate', tells: 'a new one; the old one works until --retire' },
  ],
  pull: [
    { line: 'pull shop orders', tells: 'now' },
    { line: 'pull shop', tells: 'all its streams' },
    { line: 'pull shop --baseline', tells: 'begin the first load and show its counts' },
    { line: 'pull shop orders --from 2026-11-01 --until 2026-11-08 --quiet', tells: 'a week once more, beside the live runs' },
  ],
  'backfills list': [{ line: 'backfills list --state open', tells: 'what is being read again, and how far it is' }],
  'backfills pause': [{ line: 'backfills pause 01K9Z3J5T8', tells: 'it keeps its place' }],
  'backfills resume': [{ line: 'backfills resume 01K9Z3J5T8', tells: 'from its place' }],
  'backfills cancel': [{ line: 'backfills cancel 01K9Z3J5T8', tells: 'what was read stays' }],
  'drift list': [{ line: 'drift list --connection shop', tells: 'what looks different since, and which stream stopped at it' }],
  'drift accept': [
    { line: 'drift accept shop orders', tells: 'once the mapping takes it' },
    { line: 'drift accept shop orders --path note', tells: 'only this field' },
  ],
  'plans list': [{ line: 'plans list --state held', tells: 'what waits for you' }],
  'plans show': [{ line: 'plans show 01K9Z3J5T8', tells: 'the keys it would delete' }],
  'plans release': [{ line: 'plans release 01K9Z3J5T8', tells: 'it is done at once, as far as it is still so' }],
  'plans refuse': [{ line: 'plans refuse 01K9Z3J5T8', tells: 'after the partner was mended' }],
  audit: [
    { line: 'audit --since 7d', tells: 'what people did in the last week' },
    { line: 'audit --connection erp --act connection-paused --json', tells: 'who paused a connection, as JSON' },
  ],
  alarms: [
    { line: 'alarms', tells: 'what is wrong now' },
    { line: 'alarms --all --limit 20', tells: 'and what was' },
  ],
  'map run': [
    { line: 'map run woocommerce/order order.json', tells: 'the document it makes' },
    { line: 'map run woocommerce/order order.json --explain', tells: 'where each value comes from' },
    { line: 'map run woocommerce/order order.json --watch', tells: 'while writing the mapping' },
  ],
  'map stream': [
    {
      line: 'map stream woocommerce/order orders.ndjson --out documents.ndjson',
      tells: 'each line a record; what fails is told with its bytes',
    },
    { line: 'map stream tryton/sale big.json --at result', tells: 'the records are a list inside the file' },
    { line: 'map stream woocommerce/order order.json --rule lines', tells: 'one document whose list is large: the items of one rule' },
  ],
  'map check': [{ line: 'map check woocommerce/order', tells: 'with line, column and a suggestion' }],
  'map test': [
    { line: 'map test', tells: 'all of them; exit code 1 when a case fails' },
    { line: 'map test shop/order --watch', tells: 'after every edit of mapping, cases or schemas' },
  ],
  'map case': [
    { line: 'map case 01K9Z3J5T8', tells: 'names, phones and addresses are replaced; the mapping must still do the same' },
    { line: 'map case 01K9Z3J5T8 --mapping woocommerce/payment --name "paid twice"', tells: 'where a stream feeds several documents' },
  ],
  'map diff': [
    { line: 'map diff current mappings/shop/order.json --last 1000', tells: 'before a deploy; exit code 1: new errors, 6: differences' },
    { line: 'map diff mappings/shop/order.json new.json --since 7d --tolerance 0.01 --json', tells: 'two files, for a script' },
  ],
  'map reverse': [{ line: 'map reverse woocommerce/order', tells: 'before you write `"direction": "both"`' }],
  'map suggest': [
    {
      line: 'map suggest --from orders.json --to sales-order@1 --id shop.order --out order.json',
      tells: 'a draft, and what it could not place',
    },
    { line: 'map suggest --from answer.json --at data.orders --to sales-order@1 --json', tells: 'the draft with all its reasons as JSON' },
  ],
  'schema infer': [
    {
      line: 'schema infer orders.json more.ndjson --id shop/order@1 --out schemas/shop-order.json',
      tells: 'the schema that a mapping is checked against',
    },
  ],
  'connection form': [{ line: 'connection form woocommerce --lang zh-CN', tells: 'in Chinese' }],
  'connector list': [{ line: 'connector list', tells: 'what a workspace can name' }],
  'connector new': [
    { line: 'connector new acme', tells: 'in TypeScript' },
    { line: 'connector new acme --declarative', tells: 'as JSON, without code' },
    {
      line: 'connector new acme --from-openapi spec.yaml --only orders,products',
      tells: 'drafted; what the description does not say is asked at the end',
    },
    { line: 'connector new books --from-edmx metadata.xml', tells: 'from the metadata of an OData service' },
  ],
  'connector test': [
    { line: 'connector test woocommerce', tells: 'without the network' },
    { line: 'connector test acme --watch', tells: 'while it is written: again after every edit' },
  ],
  'connector record': [
    { line: 'connector record acme products', tells: 'secrets, tokens, names, mail addresses and phone numbers are replaced' },
  ],
  'connector index': [{ line: 'connector index', tells: 'auth, transport, streams, actions, webhooks, paging, limits, blind spots' }],
  'connector readme': [{ line: 'connector readme tryton', tells: 'after its definition was edited' }],
  'simulate woocommerce': [
    { line: 'simulate woocommerce --port 4610 --orders 20', tells: 'the address and the keys are printed' },
    { line: 'simulate woocommerce --fault 503=0.1 --fault timeout=0.02', tells: 'a bad day' },
  ],
  'simulate business-central': [
    { line: 'simulate business-central --port 4615 --fault answer-lost=0.05', tells: 'some answers are lost after their effect' },
  ],
  'simulate shopify': [{ line: 'simulate shopify --port 4613 --fault 503=0.1', tells: 'every tenth request fails' }],
  'simulate vendure': [
    { line: 'simulate vendure --port 4615 --fault answer-lost=0.05', tells: 'every twentieth write is done and not answered' },
  ],
  'simulate easypost': [
    { line: 'simulate easypost --hook http://127.0.0.1:4600/hooks/0123456789', tells: 'it tells the hub of its parcels' },
  ],
  'simulate track17': [{ line: 'simulate track17 --port 4617', tells: 'the address and the key are printed' }],
  'simulate kuaidi100': [{ line: 'simulate kuaidi100 --port 4618 --fault timeout=0.1', tells: 'every tenth request is not answered' }],
  'simulate odoo': [{ line: 'simulate odoo --series 18 --port 4612', tells: 'one that speaks JSON-RPC only' }],
  'simulate jushuitan': [
    { line: 'simulate jushuitan --port 4617', tells: 'signed forms, tokens, five calls a second, and errors inside a 200' },
  ],
  'simulate kingdee': [{ line: 'simulate kingdee --port 4614', tells: 'sessions, signed headers, and errors inside a 200' }],
  'simulate tryton': [{ line: 'simulate tryton --port 4611', tells: 'an ERP to try a workspace against' }],
  'contracts sign': [
    { line: 'contracts sign hub/C-2026-014 --seen 2 --why "reviewed with purchasing"', tells: 'by another key than the one that wrote it' },
  ],
  onboarding: [
    { line: 'onboarding --kind supplier --next listing', tells: 'who has signed and shows no goods yet' },
    { line: 'onboarding --counts', tells: 'how many wait where' },
  ],
  'keys create': [
    { line: 'keys create --name dashboard --scopes read', tells: 'can look, and nothing else' },
    { line: 'keys create --name ningbo-portal --scopes read,write --party V-1', tells: 'sees what belongs to this supplier' },
    { line: 'keys create --name operator --scopes read,write,replay --days 90', tells: 'ends by itself' },
  ],
  'keys list': [{ line: 'keys list', tells: 'with scopes and the day each ends' }],
  'keys replace': [{ line: 'keys replace --url https://hub.example', tells: 'with the key that is to end in CROSSDOCK_API_KEY' }],
  'keys revoke': [{ line: 'keys revoke 01K9Z3J5T8', tells: 'the next request with it is refused' }],
  'secrets set': [
    { line: 'secrets set SHOP_KEY', tells: 'asks for the value and does not show it; reads it from standard input in a pipe' },
  ],
  'secrets list': [{ line: 'secrets list', tells: 'names, ages and keys; never a value' }],
  'secrets remove': [{ line: 'secrets remove SHOP_KEY', tells: 'one that no connection refers to' }],
  'secrets rotate': [
    { line: 'secrets rotate --new-key', tells: 'a new key in data/kek, and everything sealed under it' },
    { line: 'secrets rotate', tells: 'goes on where one was interrupted' },
  ],
  migrate: [{ line: 'migrate --data /var/lib/crossdock', tells: 'after an update, with the hub stopped' }],
  doctor: [{ line: 'doctor', tells: 'exit code 1 when something is wrong' }],
}
