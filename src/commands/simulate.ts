import { type Command, Option } from 'commander'
import { toScaled } from '../model/decimal.ts'
import { startBusinessCentral } from '../simulator/business-central/company.ts'
import { answerFaults, createFaultBoard, type FaultBoard } from '../simulator/faults.ts'
import { startJushuitan } from '../simulator/jushuitan/jushuitan.ts'
import { startKingdee } from '../simulator/kingdee/kingdee.ts'
import { startOdoo } from '../simulator/odoo/odoo.ts'
import { startShopify } from '../simulator/shopify/shop.ts'
import { startErp } from '../simulator/tryton/erp.ts'
import { startVendure } from '../simulator/vendure/shop.ts'
import { startShop } from '../simulator/woocommerce/shop.ts'
import { usage } from './exit-code.ts'
import { printJson, printPairs } from './print.ts'
import type { Shell } from './shell.ts'
import { type CarrierFlags, registerCarrierSimulators } from './simulate-carriers.ts'

interface Flags {
  readonly port?: string
  readonly currency: string
  readonly seed: string
  readonly fault: readonly string[]
  readonly json?: boolean
}
interface ShopFlags extends Flags {
  readonly zone: string
  readonly tax: string
  readonly orders: string
}

const products = [
  { code: 'LAMP-RED', name: 'Desk lamp, red', price: '35.00', cost: '12.50', stock: 120 },
  { code: 'LAMP-BLUE', name: 'Desk lamp, blue', price: '35.00', cost: '12.50', stock: 80 },
  { code: 'SHADE-L', name: 'Lamp shade, large', price: '18.50', cost: '6.20', stock: 40 },
] as const

/** `crossdock simulate …`: one partner system on this machine until Ctrl-C, to try a workspace against. */
export function registerSimulate(program: Command, shell: Shell): void {
  const { say } = shell
  const parent = program.command('simulate').description(say('simulate.about'))
  const system = (name: string, about: string): Command =>
    parent
      .command(name)
      .description(about)
      .option('--port <number>', say('simulate.port'))
      .option('--currency <code>', say('simulate.currency'), 'USD')
      .option('--seed <number>', say('simulate.seed'), '1')
      .option(
        '--fault <kind=rate>',
        say('simulate.fault', { kinds: answerFaults.join(', ') }),
        (text: string, all: readonly string[]) => [...all, text],
        [],
      )
      .option('--json', say('flag.json'))

  system('woocommerce', say('simulate.woocommerce'))
    .option('--zone <zone>', say('simulate.zone'), 'America/New_York')
    .option('--tax <percent>', say('simulate.tax'), '0')
    .option('--orders <number>', say('simulate.orders'), '3')
    .action(async (flags: ShopFlags) => {
      const access = { consumerKey: 'ck_simulated', consumerSecret: 'cs_simulated' }
      const shop = await startShop({
        ...access,
        name: 'Simulated shop',
        currency: flags.currency,
        pricesIncludeTax: false,
        taxRate: flags.tax,
        zone: flags.zone,
        faults: boardOf(shell, flags),
        port: whole(shell, flags.port, '--port'),
      })
      const ids = products.map(({ code, name, price, stock }) => shop.addProduct({ sku: code, name, price, stock }))
      const orders = whole(shell, flags.orders, '--orders') ?? 0
      for (let i = 0; i < orders; i++)
        shop.placeOrder({ lines: [{ productId: ids[i % ids.length] ?? 0, quantity: (i % 3) + 1 }], shipping: '4.90', paid: true })
      await run(shell, flags, { url: shop.url, ...access, timeZone: flags.zone }, shop)
    })

  system('shopify', say('simulate.shopify'))
    .option('--orders <number>', say('simulate.orders'), '3')
    .action(async (flags: Flags & { readonly orders: string }) => {
      const access = { clientId: 'simulated-client-id', clientSecret: 'simulated-client-secret' }
      const shop = await startShopify({
        ...access,
        currency: flags.currency,
        faults: boardOf(shell, flags),
        port: whole(shell, flags.port, '--port'),
      })
      const items = products.map(({ code, name, price, stock }) =>
        shop.addProduct({ sku: code, name, price: Number(toScaled(price, 2)), stock }),
      )
      const orders = whole(shell, flags.orders, '--orders') ?? 0
      for (let i = 0; i < orders; i++)
        shop.placeOrder({ lines: [{ item: items[i % items.length] ?? 0, quantity: (i % 3) + 1 }], shipping: 490, paid: true })
      const { url, location } = shop
      await run(shell, flags, { url, ...access, webhookSecret: access.clientSecret, location, timeZone: 'UTC' }, shop)
    })

  system('vendure', say('simulate.vendure'))
    .option('--orders <number>', say('simulate.orders'), '3')
    .option('--hook <address>', say('simulate.hook'))
    .action(async (flags: Flags & { readonly orders: string; readonly hook?: string }) => {
      const access = { username: 'superadmin', password: 'simulated' }
      const webhookSecret = `whsec_${Buffer.alloc(32, 'simulated').toString('base64')}`
      const shop = await startVendure({
        ...access,
        currency: flags.currency,
        faults: boardOf(shell, flags),
        port: whole(shell, flags.port, '--port'),
      })
      if (flags.hook !== undefined) shop.plugin.init(flags.hook, webhookSecret)
      const variants = products.map(({ code, name, price, stock }) =>
        shop.addVariant({ sku: code, name, price: Number(toScaled(price, 2)), stock }),
      )
      const orders = whole(shell, flags.orders, '--orders') ?? 0
      for (let i = 0; i < orders; i++)
        shop.placeOrder({ lines: [{ variant: variants[i % variants.length] ?? 0, quantity: (i % 3) + 1 }], shipping: 490 })
      await run(shell, flags, { url: shop.url, ...access, webhookSecret, timeZone: 'UTC' }, shop)
    })

  system('kingdee', say('simulate.kingdee')).action(async (flags: Flags) => {
    const made = await kingdee(boardOf(shell, flags), whole(shell, flags.port, '--port'))
    await run(shell, flags, made.config, made.system)
  })

  system('jushuitan', say('simulate.jushuitan')).action(async (flags: Flags) => {
    const access = { appKey: 'simulated-app-key', appSecret: 'simulated-app-secret' }
    const merchant = await startJushuitan({
      ...access,
      limits: true,
      faults: boardOf(shell, flags),
      port: whole(shell, flags.port, '--port'),
    })
    for (const { code, name, stock } of products) merchant.addSku({ code, name, stock })
    merchant.addSupplier('LAMPS', '宁波灯具有限公司')
    for (const { code } of products) merchant.placeOrder({ lines: [{ sku: code, quantity: 2, price: 3500 }], freight: 800 })
    const [warehouse, shop] = [String(merchant.warehouse), String(merchant.shop)]
    const since = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)
    await run(shell, flags, { url: merchant.url, ...access, timeZone: 'Asia/Shanghai', since, warehouse, shop }, merchant)
  })

  system('business-central', say('simulate.businessCentral')).action(async (flags: Flags) => {
    const access = { clientId: 'simulated-client-id', clientSecret: 'simulated-client-secret' }
    const erp = await startBusinessCentral({ ...access, faults: boardOf(shell, flags), port: whole(shell, flags.port, '--port') })
    erp.stock(products, flags.currency)
    const { url, tenant, environment, company, location } = erp
    const config = { url, login: url, tenant, environment, company, ...access, webhookSecret: 'simulated-client-state', location }
    await run(shell, flags, { ...config, timeZone: 'UTC', currency: flags.currency }, erp)
  })

  system('tryton', say('simulate.tryton')).action(async (flags: Flags) => {
    const access = { database: 'erp', user: 'hub', password: 'simulated' }
    const erp = await startErp({
      ...access,
      name: 'Simulated ERP',
      companyName: 'Harbour Trading',
      currency: flags.currency,
      faults: boardOf(shell, flags),
      port: whole(shell, flags.port, '--port'),
    })
    erp.addUnit({ symbol: 'cs', name: 'Case of 12', factor: 12 })
    erp.addLocation({ code: 'QUAR', name: 'Quarantine' })
    erp.addParty({ code: 'LAMPS', name: 'Ningbo Lamps', roles: ['supplier'], address: { city: 'Ningbo', country: 'CN' } })
    const customer = erp.addParty({
      code: 'WEB',
      name: 'Web shop customers',
      roles: ['customer'],
      address: { city: 'Portsmouth', country: 'US' },
    })
    for (const { code, name, price, cost, stock } of products) {
      erp.addProduct({ code, name, unit: 'u', price, cost, packs: ['cs'] })
      erp.setOpeningStock(code, stock)
    }
    const purchase = erp.createPurchase({
      supplier: 'LAMPS',
      currency: flags.currency,
      lines: [{ product: 'LAMP-RED', quantity: 10, unit: 'cs', unitPrice: '150.0000' }],
    })
    erp.confirmPurchase(purchase)
    await run(shell, flags, { url: erp.url, ...access, company: 1, stockLocation: 3, quarantine: 'QUAR', customerParty: customer }, erp)
  })

  system('odoo', say('simulate.odoo'))
    .addOption(new Option('--series <series>', say('simulate.series')).choices(['19', '18']).default('19'))
    .action(async (flags: Flags & { readonly series: string }) => {
      const access = { database: 'odoo', apiKey: 'simulated-api-key' }
      const older = flags.series === '18'
      const odoo = await startOdoo({
        ...access,
        companyName: 'Harbour Trading',
        currency: flags.currency,
        faults: boardOf(shell, flags),
        port: whole(shell, flags.port, '--port'),
        series: older ? 'older' : 'now',
      })
      const supplier = odoo.addPartner({ name: 'Ningbo Lamps', ref: 'LAMPS', kind: 'supplier', city: 'Ningbo', country: 'CN' })
      const customer = odoo.addPartner({ name: 'Web shop customers', ref: 'WEB', kind: 'customer', city: 'Portsmouth', country: 'US' })
      for (const { code, name, price, stock } of products) {
        odoo.addProduct({ code, name, price: Number(price) })
        odoo.setStock(code, stock)
      }
      odoo.purchase(supplier, [{ product: 'LAMP-RED', quantity: 120, price: 12.5 }])
      const spoken: Readonly<Record<string, string>> = older ? { protocol: 'json-rpc', login: 'hub' } : { protocol: 'json-2' }
      await run(shell, flags, { url: odoo.url, ...access, ...spoken, company: 1, warehouse: 1, customer }, odoo)
    })

  registerCarrierSimulators<Flags & CarrierFlags>({
    shell,
    system,
    options: (flags) => {
      const port = whole(shell, flags.port, '--port')
      return { faults: boardOf(shell, flags), ...(port === undefined ? {} : { port }) }
    },
    run: (flags, access, service) => run(shell, flags, access, service),
  })
}

/** Says how to reach the system, waits for the person, and takes it down. */
async function run(
  shell: Shell,
  flags: Flags,
  access: Readonly<Record<string, string | number>>,
  system: { readonly counts: Readonly<Record<string, number>>; close(): Promise<void> },
): Promise<void> {
  if (flags.json) printJson(shell, access)
  else {
    printPairs(shell, Object.entries(access))
    shell.note(`${shell.say('simulate.until')}\n`)
  }
  await shell.untilStopped()
  await system.close()
  if (!flags.json)
    printPairs(
      shell,
      Object.entries(system.counts).sort(([a], [b]) => a.localeCompare(b)),
    )
}

function boardOf(shell: Shell, flags: Flags): FaultBoard {
  const board = createFaultBoard(whole(shell, flags.seed, '--seed') ?? 1)
  for (const text of flags.fault) {
    const [kind = '', rate = '1'] = text.split('=')
    const known = answerFaults.find((name) => name === kind)
    const chance = Number(rate)
    if (known === undefined || !(chance >= 0 && chance <= 1))
      throw usage(shell.say('simulate.badFault', { fault: text, kinds: answerFaults.join(', ') }))
    board.arm(known, { rate: chance })
  }
  return board
}

/** An organisation of a Kingdee with masters, stock and a purchase. */
async function kingdee(faults: FaultBoard, port: number | undefined) {
  const access = {
    account: 'simulated-account',
    user: 'hub',
    appId: 'simulated_YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4',
    appSecret: 'simulated-app-secret',
    password: 'simulated-password',
    organisation: '100',
  }
  const system = await startKingdee({ ...access, faults, port })
  system.addWarehouse('CK001', '成品仓')
  system.addSupplier({ number: 'VEN00001', name: '宁波灯具有限公司' })
  system.addCustomer('CUST0001', '网店零售')
  for (const { code, name, stock } of products) system.addMaterial({ number: code, name, stock })
  system.addMaterial({ number: 'FREIGHT', name: '运费' })
  system.purchase('VEN00001', [{ material: 'LAMP-RED', quantity: 120, price: 14.125 }])
  const config = { ...access, timeZone: 'Asia/Shanghai', warehouse: 'CK001', customer: 'CUST0001', chargeMaterial: 'FREIGHT' }
  return { system, config: { url: system.url, login: 'app-secret', ...config } }
}

function whole(shell: Shell, text: string | undefined, flag: string): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0 || value > 1_000_000) throw usage(shell.say('flag.badNumber', { flag, value: text }))
  return value
}
