import { relative } from 'node:path'
import { packageRoot } from '../package-root.ts'

/** A file of the starter workspace, by its path in the folder. */
export interface StarterFile {
  readonly path: string
  readonly text: string
}

/** Everything `crossdock init` writes: one shop, one ERP, two routes that only show what they would send. */
export function starterFiles(folder: string): readonly StarterFile[] {
  const schema = relative(folder, `${packageRoot}/schemas/meta/workspace.json`).replaceAll('\\', '/')
  return [
    { path: 'crossdock.json', text: `${JSON.stringify(workspace(schema), undefined, 2)}\n` },
    { path: '.env.example', text: environment },
    { path: '.gitignore', text: '.env\ndata/\n' },
    { path: 'README.md', text: guide },
  ]
}

/** A reference to a variable of the environment, as a config writes it. */
const env = (name: string): string => `$\{env:${name}}`

const workspace = (schema: string) => ({
  $schema: schema,
  tenant: 'default',
  connections: {
    shop: {
      connector: 'woocommerce',
      title: 'Our shop',
      books: 'US',
      config: {
        url: env('SHOP_URL'),
        consumerKey: env('SHOP_KEY'),
        consumerSecret: env('SHOP_SECRET'),
        webhookSecret: env('SHOP_WEBHOOK_SECRET'),
        timeZone: 'Europe/Berlin',
      },
      streams: {
        orders: { every: '5m' },
        refunds: { every: '15m' },
        products: { every: '15m' },
      },
    },
    erp: {
      connector: 'tryton',
      title: 'Our ERP',
      books: 'US',
      config: {
        url: env('ERP_URL'),
        database: 'erp',
        user: 'hub',
        password: env('ERP_PASSWORD'),
        company: 1,
        timeZone: 'Europe/Berlin',
        stockLocation: 3,
        customerParty: 3,
        customerAddress: 1,
      },
      streams: {
        currencies: { every: '1d' },
        units: { every: '1d' },
        locations: { every: '1h' },
        parties: { every: '15m' },
        products: { every: '15m' },
        stock: { every: '5m' },
        sales: { every: '5m' },
        shipments: { every: '5m' },
      },
    },
  },
  routes: [
    {
      id: 'order-to-sale',
      title: 'Shop orders become sales in the ERP',
      document: 'sales-order',
      to: 'erp',
      action: 'sale',
      mode: 'shadow',
    },
    {
      id: 'stock-to-shop',
      title: 'Available stock goes to the shop',
      document: 'stock-level',
      to: 'shop',
      action: 'set-stock',
      mode: 'shadow',
    },
  ],
  codes: { unit: { u: 'C62', kg: 'KGM', cs: 'XCS' } },
})

const environment = `# Copy to .env, fill in, and load it before you start the hub:  set -a; . ./.env; set +a
SHOP_URL=https://shop.example
SHOP_KEY=
SHOP_SECRET=
# any long random text; enter the same in the shop under WooCommerce > Settings > Advanced > Webhooks
SHOP_WEBHOOK_SECRET=
ERP_URL=https://erp.example
ERP_PASSWORD=
`

const guide = `# A Crossdock workspace

\`crossdock.json\` says which systems are connected and what goes where. It is checked as a whole:

    crossdock check          # every mistake at once, with file, line and column
    crossdock serve          # start the hub; data goes to ./data
    crossdock connection test shop
    crossdock inbox          # what came in, and what became of it
    crossdock deliveries     # what goes out, and how far it is

## First steps

1. Copy \`.env.example\` to \`.env\`, fill it in, load it: \`set -a; . ./.env; set +a\`.
2. Mend the config of \`shop\` and \`erp\` (time zones, ids) until \`crossdock check\` is content.
3. \`crossdock serve\`. Both routes are in shadow: the hub shows in \`crossdock deliveries\` what it would send, and sends nothing.
4. \`crossdock connection hook shop\` prints the address for the shop's webhooks. Polling goes on beside them: webhooks get lost.
5. Content? Set \`"mode": "live"\`, run \`crossdock reload\`. Give the route a \`"from"\` time, so that old orders make no new sales.

## crossdock.json, field by field

| field | what it says |
|---|---|
| \`$schema\` | where your editor finds the schema: it completes names and marks mistakes while you type |
| \`tenant\` | whose data this is; one hub may serve several |
| \`connections.<name>\` | one account on one system. The name is its identity and stands in keys: do not rename it later |
| \`…connector\` | which system it is: a folder of \`connectors/\` (the package's, or your own in this folder) |
| \`…title\` | for people |
| \`…books\` | key of the party whose books the system keeps. Here both keep ours, \`US\` |
| \`…config\` | what the connector asks for (\`connectors/<connector>/README.md\`). Secrets are references: \`\${env:NAME}\` or \`\${file:path}\` |
| \`…config.timeZone\` | zone of the shop or company, an IANA name: it decides on which day something happened |
| \`…streams.<name>\` | what is read, and how often (\`every\`). What is not named here is not read |
| \`…streams.<name>.lookback\` | how far before the last position a run begins again |
| \`…allowPrivate\` | networks (CIDR) with private addresses the hub may call, such as \`["10.1.0.0/16"]\`; by itself it calls none |
| \`…limits\` | a smaller budget than the connector's: \`{ "requests": 2, "perMs": 1000, "concurrency": 1 }\` |
| \`…retry\` | waits between tries of a delivery in milliseconds; after the last one it is a dead letter |
| \`…paused\` | \`true\`: nothing is read or sent; webhooks are answered with 503 and \`Retry-After\`, so that the partner sends them again later |
| \`routes[].id\` | identity of the route; part of every once-only key, so never use it again for something else |
| \`routes[].document\` | type of the documents that take it: \`sales-order\`, \`purchase-order\`, \`stock-level\`, \`shipment\` … |
| \`routes[].when\` | an expression over the document; without it every document goes |
| \`routes[].to\`, \`action\` | the connection and one of its connector's actions |
| \`routes[].mode\` | \`off\`, \`shadow\` (render and record, send nothing) or \`live\` |
| \`routes[].from\` | what was placed before never makes a command |
| \`routes[].onDead\` | \`block\`: later duties of the same document wait for a person; \`skip\`: they go on |
| \`codes\` | your code lists: kind -> the partner's code -> the hub's; a mapping that names one with its version (\`unit@2\`) keeps to that. Units are UN/ECE Recommendation 20: \`C62\` is a piece |

Own mappings go to \`mappings/<connector>/<name>.json\` and take the place of the package's file of that name. Try one on a record:
\`crossdock map run woocommerce/order order.json\`. What only one connection needs, such as custom fields, goes to a file of its own below \`overlays/\`, which
\`connections.<name>.mappings\` names: \`{"woocommerce/order": "overlays/shop-us-order.json"}\`. Lookup tables that several mappings share lie in
\`mappings/tables/<name>@<version>.json\`.
`
