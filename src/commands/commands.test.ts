import { spawnSync } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import connector from '../../connectors/standard-webhooks/connector.ts'
import { announcementRow, shapeRow } from '../http/test-rows.ts'
import { type Hub, openHub, startHub } from '../main.ts'
import { packageRoot } from '../package-root.ts'
import { saveAnnouncement } from '../store/announcement.ts'
import { insertShapes } from '../store/shape.ts'
import { type ShellRun, testShell } from '../testing/test-shell.ts'

const key = Buffer.alloc(24, 7)
const secret = `whsec_${key.toString('base64')}`

/** Two connections that speak Standard Webhooks: one sends orders, the other is told of them in shadow. */
const workspace = {
  tenant: 'default',
  connections: {
    partner: { connector: 'standard-webhooks', books: 'HARBOUR', config: { url: 'https://partner.example/', secret } },
    subscriber: { connector: 'standard-webhooks', books: 'HARBOUR', config: { url: 'https://subscriber.example/', secret } },
  },
  routes: [{ id: 'tell', document: 'sales-order', to: 'subscriber', action: 'sales-order', mode: 'shadow' }],
  codes: { unit: { u: 'C62' } },
  settings: { sweepMs: 50 },
}
const order = {
  key: '727',
  number: '727',
  status: 'open',
  placedAt: '2026-11-24T08:00:00.000Z',
  issueDate: '2026-11-24',
  seller: { ref: { type: 'party', key: 'HARBOUR' } },
  currency: 'USD',
  taxBasis: 'exclusive',
  totals: { linesTotal: '20.00', grandTotal: '20.01' },
  lines: [{ key: '1', number: '1', product: { sku: 'LAMP-RED' }, name: 'Lamp', quantity: '2', unit: 'C62', lineAmount: '20.00' }],
}

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossdock-commands-'))
  await writeFile(join(folder, 'crossdock.json'), JSON.stringify(workspace))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** One JSON document per line. */
const lines = ({ out }: ShellRun): readonly Record<string, unknown>[] =>
  out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

describe('with a running hub', () => {
  let hub: Hub
  const run = (line: string | readonly string[]) => testShell({ folder }).run(line)

  /** an order as an event, or bytes as they are */
  async function tell(body: object | Buffer, id: string): Promise<number> {
    const { current } = JSON.parse((await run('connection hook partner --json')).out) as { current: string }
    const text = Buffer.isBuffer(body)
      ? body
      : Buffer.from(JSON.stringify({ type: 'sales-order.updated', timestamp: new Date().toISOString(), data: body }))
    const stamp = String(Math.floor(Date.now() / 1000))
    const signature = createHmac('sha256', key).update(`${id}.${stamp}.`).update(text).digest('base64')
    const answer = await fetch(hub.address + current, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'webhook-id': id, 'webhook-timestamp': stamp, 'webhook-signature': `v1,${signature}` },
      body: text,
    })
    return answer.status
  }
  async function settled(): Promise<readonly Record<string, unknown>[]> {
    for (let tries = 0; tries < 200; tries++) {
      const rows = lines(await run('inbox --json'))
      if (rows.length > 0 && rows.every(({ state }) => state !== 'received')) return rows
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
    throw new Error('the inbox did not settle')
  }

  beforeAll(async () => {
    hub = await startHub(
      { workspace: folder, data: join(folder, 'data'), host: '127.0.0.1', port: 0, logLevel: 'silent', watch: false },
      { env: {} },
    )
    expect(await tell(order, 'msg_1')).toBe(202)
    await settled()
  })
  afterAll(() => hub.stop(1000))

  test('what came in is shown, and its exact bytes', async () => {
    const [row] = lines(await run('inbox --json'))
    expect(row).toMatchObject({ connection: 'partner', stream: 'sales-order', key: '727', state: 'applied' })
    const one = await run(['inbox', String(row?.id)])
    expect(one.out).toMatch(/^state +applied$/m)
    const raw = await run(['inbox', String(row?.id), '--raw'])
    expect(JSON.parse(raw.out)).toMatchObject({ type: 'sales-order.updated', data: order })
  })

  test('what a partner sent neither steers the terminal nor fills it, and --raw has its every byte', async () => {
    const bytes = Buffer.concat([Buffer.from('{"a":"\u001b[2J\u202e'), Buffer.from([0xff, 0xfe]), Buffer.from(`${'x'.repeat(20_000)}"`)])
    expect(await tell(bytes, 'msg_steers')).toBe(202)
    let row: Record<string, unknown> | undefined
    for (let tries = 0; row === undefined && tries < 200; tries++)
      row = lines(await run('inbox --json --state dead'))[0] ?? (await new Promise((resolve) => setTimeout(resolve, 25, undefined)))
    const shown = await run(['dead', 'show', String(row?.id)])
    expect(shown.out).toContain('{"a":"\ufffd[2J\ufffd')
    expect(shown.out.length).toBeLessThan(10_000)
    expect(shown.err).toMatch(/bytes more: `crossdock inbox \S+ --raw`/)
    const raw = await run(['inbox', String(row?.id), '--raw'])
    expect(Buffer.from(raw.out, 'latin1').equals(bytes)).toBe(true)
  })

  test('events are listed, shown, subscribed to and told again', async () => {
    expect(lines(await run('events list --type order.* --json'))).toMatchObject([
      { type: 'order.created', subject: 'sales-order/partner/727' },
    ])
    const { out } = await run('events list')
    expect(out).toMatch(/order\.created +sales-order\/partner\/727 +status open/)
    const [event] = lines(await run('events list --json'))
    expect(JSON.parse((await run(['events', 'show', String(event?.id)])).out)).toMatchObject({ specversion: '1.0', id: event?.id })
    expect((await run('events types')).out).toMatch(/^po\.received/m)
    expect((await run('events subscribe wms ftp://wms.example --types order.*')).code).not.toBe(0)
    const made = (await run('events subscribe wms https://wms.invalid/events --types order.*,po.received --key-prefix none/')).out
    const [, id = ''] = /^(\S+) whsec_\S+\n$/.exec(made) ?? []
    expect((await run('events subscriptions')).out).toMatch(/wms +active +order\.\* po\.received +0 +0/)
    expect((await run(['events', 'replay', id])).code).toBe(2)
    expect((await run(['events', 'replay', id, '--from', '1d', '--dry-run'])).out).toBe('events that would be sent again: 0\n')
    expect((await run(['events', 'pause', id])).out).toBe('wms is paused.\n')
    expect((await run('events subscriptions')).out).toMatch(/paused \(person\)/)
    expect((await run(['events', 'resume', id])).out).toBe('wms goes on.\n')
    expect((await run(['events', 'rotate', id, '--grace', '1'])).out).toMatch(/^whsec_/)
    expect((await run(['events', 'messages', id, '--json'])).out).toBe('')
    expect((await run(['events', 'resend', id])).out).toBe('events sent again: 0\n')
    expect((await run(['events', 'unsubscribe', id])).out).toBe('wms is removed.\n')
  })

  test('filters reach the hub', async () => {
    expect(lines(await run('inbox --json --state dead'))).toHaveLength(1)
    expect(lines(await run('inbox --json --connection partner --since 1h'))).toHaveLength(2)
    expect((await run('inbox --since never')).code).toBe(2)
    expect((await run('inbox --state nonsense')).code).toBe(2)
  })

  test('the ledger shows the document, its history and where a value came from', async () => {
    const shown = JSON.parse((await run('ledger show sales-order partner/727 --json')).out) as { document: object }
    expect(shown.document).toMatchObject({ number: '727', totals: { grandTotal: '20.01' } })
    expect((await run('ledger show sales-order partner/727')).out).toMatch(/does-not-foot/)
    expect(lines(await run('ledger history sales-order partner/727 --json'))).toMatchObject([{ version: 1 }])
    expect(lines(await run('ledger list sales-order --json'))).toMatchObject([{ key: 'partner/727' }])
    expect(lines(await run('ledger journal sales-order partner/727 --json'))[0]).toMatchObject({ kind: 'created' })
    expect(lines(await run('ledger changes sales-order partner/727 --json'))[0]).toMatchObject({ sequence: 1, connection: 'partner' })
    expect((await run('ledger changes sales-order partner/727')).out).toMatch(/created +partner sales-order/)
    expect((await run('ledger changes sales-order partner/727 --from 1 --to nine')).code).toBe(2)
    const explained = JSON.parse((await run('explain sales-order partner/727 totals.grandTotal --json')).out) as object
    expect(explained).toMatchObject({ value: '20.01', version: 1, source: { connection: 'partner', key: '727' } })
    expect((await run('ledger as-of sales-order partner/727 2020-01-01')).code).toBe(4)
    expect((await run('ledger verify')).code).toBe(0)
    expect((await run('ledger figures')).out).toMatch(/^documents\.sales-order +1$/m)
  })

  test('a bill of a payment provider is imported as it was downloaded, or refused whole', async () => {
    const bill = join(packageRoot, 'src/ledger/bills/fixtures/wechat-trade.csv')
    const imported = (format: string) => run(['payouts', 'import', bill, '--format', format, '--connection', 'partner', '--number', 'W-1'])
    expect(await imported('wechat')).toMatchObject({ code: 2, err: expect.stringContaining('wechat-trade') })
    expect(await imported('alipay')).toMatchObject({ code: 2, err: expect.stringContaining('Nothing was written') })
    expect(await imported('wechat-trade')).toMatchObject({ err: '', out: expect.stringContaining('hub/W-1') })
  })

  test('a purchase is made, amended, received and shown', async () => {
    const file = async (name: string, content: object) => {
      await writeFile(join(folder, name), JSON.stringify(content))
      return name
    }
    const lines1 = [{ product: { sku: 'LAMP' }, quantity: '5', unit: 'EA', unitPrice: '2.50' }]
    const document = {
      issueDate: '2026-11-23',
      buyer: { name: 'H' },
      seller: { name: 'Ningbo' },
      currency: 'CNY',
      taxBasis: 'none',
      lines: lines1,
    }
    expect((await run(['purchase', 'create', await file('order.json', document), '--issue', '--number', 'P-1'])).out).toMatch(
      /hub\/P-1 is at version 1/,
    )
    const changes = await file('changes.json', { lines: [{ key: '1', quantity: '8' }] })
    expect((await run(['purchase', 'amend', 'hub/P-1', changes, '--seen', '1', '--why', 'fair'])).code).toBe(0)
    await run(['purchase', 'respond', 'hub/P-1', await file('answer.json', { kind: 'accepted' })])
    const receipt = {
      kind: 'receipt',
      number: 'G-1',
      order: 'hub/P-1',
      head: { location: { code: 'M' } },
      lines: [{ line: '1', accepted: '3' }],
    }
    expect((await run(['purchase', 'receive', await file('receipt.json', receipt)])).out).toMatch(/goods-receipt hub\/G-1 is at version 1/)
    expect(lines(await run('purchase list --json'))).toMatchObject([
      { key: 'hub/P-1', ordered: '8', confirmed: '8', received: '3', open: '5' },
    ])
    const shown = (await run('purchase show hub/P-1')).out
    expect(shown).toMatch(/^1 +LAMP +8 +8 +- +3 /m)
    expect(shown).toMatch(/goods-receipt +hub\/G-1 +posted/)
    expect((await run('purchase changes hub/P-1')).out).toMatch(/line 1, Quantity: 5 → 8 .* fair/)
    const refused = await run('purchase cancel hub/P-1')
    expect(refused.code).not.toBe(0)
    expect(refused.err).toMatch(/3 were received/)
    expect((await run('purchase reverse hub/G-1')).code).toBe(0)
    expect((await run('purchase close hub/P-1')).code).toBe(0)
    expect((await run('findings list')).out).toMatch(/short-received/)
    expect((await run('purchase reopen hub/P-1')).code).toBe(0)
  })

  test('a finding is listed and closed', async () => {
    const [finding] = lines(await run('findings list --code does-not-foot --json'))
    expect(finding).toMatchObject({ code: 'does-not-foot', key: 'partner/727' })
    expect((await run(['findings', 'close', String(finding?.id), '--note', 'one cent is rounding'])).code).toBe(0)
    expect(lines(await run('findings list --code does-not-foot --json'))).toEqual([])
  })

  test('a shadow delivery is rendered, shown and not sent', async () => {
    const [delivery] = lines(await run('deliveries --json --shadow'))
    expect(delivery).toMatchObject({ route: 'tell', connection: 'subscriber', shadow: true, attempts: 0 })
    const one = JSON.parse((await run(['deliveries', String(delivery?.id), '--json'])).out) as object
    expect(one).toMatchObject({ tries: [] })
  })

  test('a replay is rehearsed without effect, then done', async () => {
    const [row] = lines(await run('inbox --json'))
    const dry = await run(['replay', String(row?.id), '--dry-run'])
    expect(dry).toMatchObject({ code: 0 })
    expect(dry.out).toMatch(/Nothing was done/)
    expect(JSON.parse((await run(['replay', String(row?.id), '--json'])).out)).toMatchObject({ replayed: 1, dryRun: false })
    await settled()
    expect(lines(await run('ledger history sales-order partner/727 --json'))).toHaveLength(1)
  })

  test('the crosswalk is set, exported and imported', async () => {
    expect((await run('crosswalk set unit partner 1 C62')).code).toBe(0)
    expect((await run('crosswalk set unit partner 1 KGM')).code).toBe(5)
    expect((await run('crosswalk export --type unit')).out).toContain('unit,partner,1,C62')
    const file = join(folder, 'links.csv')
    await writeFile(file, 'type,connection,externalKey,key\nunit,partner,2,KGM\nproduct,partner,9,NONE\n')
    const dry = await run(['crosswalk', 'import', file, '--dry-run', '--json'])
    expect(JSON.parse(dry.out)).toMatchObject({ dryRun: true, made: 1, refused: 1 })
    const imported = await run(['crosswalk', 'import', file])
    expect(imported.code).toBe(1)
    expect(imported.out).toMatch(/links\.csv:3 /)
    expect(lines(await run('crosswalk list --json --type unit'))).toHaveLength(2)
    expect((await run('crosswalk import links.xlsx')).code).toBe(2)
  })

  test('a connection is paused and goes on', async () => {
    expect((await run('connection pause partner --reason audit')).code).toBe(0)
    expect(JSON.parse((await run('connection show partner --json')).out)).toMatchObject({ state: 'paused', reason: 'audit' })
    expect((await run('connection resume partner')).out).toMatch(/active/)
    expect((await run('connection show nobody')).code).toBe(4)
    expect(lines(await run('connection list --json')).map(({ name }) => name)).toEqual(['partner', 'subscriber'])
  })

  test('a key lets in over --url, as far as its scopes go, until it is revoked', async () => {
    const made = await run('keys create --name ci --scopes read --json')
    const { id, key: apiKey } = JSON.parse(made.out) as { id: string; key: string }
    const elsewhere = testShell({ folder, env: { CROSSDOCK_API_KEY: apiKey } })
    expect((await elsewhere.run(['inbox', '--json', '--url', hub.address])).code).toBe(0)
    expect((await elsewhere.run(['connection', 'pause', 'partner', '--url', hub.address])).code).toBe(5)
    expect((await run(['keys', 'revoke', id])).code).toBe(0)
    expect((await elsewhere.run(['inbox', '--url', hub.address])).code).toBe(5)
    expect((await run('keys list --json')).out).not.toContain(apiKey)
  })

  test('a connection is compared with the ledger, and the report is kept as a page', async () => {
    const compared = await run('reconcile partner --from 7d --html report.html --json')
    expect(compared).toMatchObject({ code: 0, err: '' })
    expect(JSON.parse(compared.out)).toMatchObject({ connection: 'partner', same: true, parts: [] })
    expect(await readFile(join(folder, 'report.html'), 'utf8')).toMatch(/^<!doctype html>/)
    expect((await run('reconcile partner')).out).toBe('Both sides are the same.\n')
    expect((await run('reconcile partner --heal magic')).code).toBe(2)
    expect((await run('reconcile nobody')).code).toBe(4)
  })

  test('the doctor finds it well', async () => {
    const { out, code } = await run('doctor --json')
    expect(code).toBe(0)
    expect(out).toContain(hub.address)
  })

  test('what a partner announces, and a change of its records that waits, are shown with what to do', async () => {
    const { database, tenant } = hub.context
    const [stream = ''] = Object.keys(connector.streams)
    await database.write(async (tx) => {
      await saveAnnouncement(tx, { ...announcementRow(tenant, Date.now()), connection: 'partner' })
      for (const path of ['total', 'gift'])
        await insertShapes(tx, [{ ...shapeRow(tenant, `C-${path}`, path), connection: 'partner', stream }])
    })
    const ends = 'sunset 2026-12-31T00:00:00.000Z https://shop.example/sunset'
    expect((await run('connection show partner')).out).toContain(ends)
    expect(lines(await run('doctor --json'))).toContainEqual({ check: 'API of partner', state: 'warning', detail: ends })
    expect((await run('drift list --connection partner')).out).toMatch(/partner \S+ +total +string +number +99\.9 +open/)
    expect((await run(`drift accept partner ${stream} --path total`)).out).toBe(
      `partner ${stream}: changes accepted: 1; still waiting: 1.\n`,
    )
    expect(JSON.parse((await run(`drift accept partner ${stream} --json`)).out)).toEqual({ accepted: 1, open: 0, goesOn: true })
    expect(lines(await run('drift list --json'))).toEqual([])
    expect(lines(await run('drift list --all --json'))).toHaveLength(2)
    expect((await run('drift accept partner nothing')).code).toBe(4)
  })

  test('deliveries are held and let go', async () => {
    const json = async (line: string | readonly string[]) => JSON.parse((await run(line)).out) as unknown
    expect(await json(['hold', 'set', '--restored', '--reason', 'backup of last night', '--json'])).toMatchObject({
      held: true,
      restored: true,
      reason: 'backup of last night',
    })
    expect((await run('hold show')).out).toContain('backup of last night')
    expect((await run('doctor --json')).out).toContain('crossdock hold release')
    expect(await json('hold release --json')).toEqual({ held: false, doubted: 0 })
    expect(await json('hold show --json')).toMatchObject({ held: false, since: null, restored: false })
  })

  test('the data folder is refused to a second process', async () => {
    const second = spawnSync(process.execPath, [join(packageRoot, 'src', 'cli.ts'), 'migrate', '--data', join(folder, 'data')], {
      encoding: 'utf8',
    })
    expect(second).toMatchObject({ status: 5, stdout: '', stderr: expect.stringContaining(`process ${process.pid};`) })
  })
})

describe('without a hub', () => {
  test('the data folder itself answers, and is free again afterwards', async () => {
    const data = join(folder, 'offline')
    const offline = testShell({ folder, openLocal: (config) => openHub(config, { env: {} }) })
    const first = await offline.run(['connection', 'list', '--json', '--data', data])
    expect(first).toMatchObject({ code: 0, err: '' })
    expect(lines(first)).toHaveLength(2)
    const second = await offline.run(['connection', 'pause', 'partner', '--data', data])
    expect(second.code).toBe(0)
    expect(lines(await offline.run(['connection', 'list', '--json', '--data', data]))[0]).toMatchObject({ state: 'paused' })
    expect((await offline.run(['migrate', '--data', data])).code).toBe(0)
  })

  test('what is wrong says what to do next, with the exit code of docs/cli.md', async () => {
    const { run } = testShell({ folder })
    expect(await run('inbox --url http://127.0.0.1:9')).toMatchObject({ code: 2, err: expect.stringMatching(/CROSSDOCK_API_KEY/) })
    const keyed = testShell({ folder, env: { CROSSDOCK_API_KEY: 'x' } })
    expect(await keyed.run('inbox --url http://127.0.0.1:9')).toMatchObject({ code: 3, err: expect.stringMatching(/crossdock serve/) })
    expect((await run('inbox --url ftp://x')).code).toBe(2)
    expect((await run('nonsense')).code).toBe(2)
    expect((await run('inbox --nonsense')).code).toBe(2)
    expect((await run('inbox --limit 0 --url http://127.0.0.1:9')).code).toBe(2)
    expect((await run('migrate --data nowhere')).code).toBe(4)
    expect((await run('stop --data nowhere')).code).toBe(3)
    expect((await run('--help')).code).toBe(0)
    expect((await run('--version')).out).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  test('an error is JSON where JSON was asked for', async () => {
    const { err, code } = await testShell({ folder }).run('map run no/mapping x.json --json')
    expect({ code, error: JSON.parse(err) }).toMatchObject({ code: 4, error: { error: { code: 'no-mapping' } } })
    for (const [line, message] of [
      ['ledger list --json', "missing required argument 'type'"],
      ['inbox --jsn --json', expect.stringMatching(/^unknown option '--jsn'/)],
      ['nonsense --json', expect.stringMatching(/^unknown command 'nonsense'/)],
    ] as const) {
      const usage = await testShell({ folder }).run(line)
      expect({ code: usage.code, out: usage.out, ...JSON.parse(usage.err) }, line).toEqual({
        code: 2,
        out: '',
        error: { code: 'usage', message },
      })
    }
  })
})

describe('init and check', () => {
  test('the starter workspace holds once its environment is set, and is never overwritten', async () => {
    const home = await mkdtemp(join(tmpdir(), 'crossdock-init-'))
    const env = {
      SHOP_URL: 'https://shop.example',
      SHOP_KEY: 'ck_1234',
      SHOP_SECRET: 'cs_1234',
      SHOP_WEBHOOK_SECRET: 'long-enough',
      ERP_URL: 'https://erp.example',
      ERP_PASSWORD: 'pw',
    }
    const { run } = testShell({ folder: home, env })
    expect((await run('init')).code).toBe(0)
    expect(await run('check')).toMatchObject({ code: 0, out: expect.stringMatching(/Errors: 0, warnings: 0/) })
    const before = await readFile(join(home, 'crossdock.json'), 'utf8')
    expect((await run('init')).code).toBe(1)
    expect(await run('init new --json')).toMatchObject({ code: 0, err: '' })
    const again = await run('init new --json')
    expect({ code: again.code, ...JSON.parse(again.out), ...JSON.parse(again.err) }).toMatchObject({
      code: 1,
      folder: join(home, 'new'),
      written: [],
      kept: expect.arrayContaining(['new/crossdock.json']),
      error: { code: 'exists' },
    })
    expect(await run('check --workspace new/crossdock.json')).toMatchObject({
      code: 1,
      out: expect.stringMatching(/is a file: a workspace is a folder .*name its folder: .*new\)/),
    })
    expect(await readFile(join(home, 'crossdock.json'), 'utf8')).toBe(before)
    const bare = testShell({ folder: home })
    expect(await bare.run('check')).toMatchObject({
      code: 1,
      out: expect.stringMatching(/crossdock\.json:\d+:\d+ error missing-reference/),
    })
    expect((await bare.run('check --no-secrets')).code).toBe(0)
    expect((await bare.run('inbox')).code).not.toBe(0)
    await rm(home, { recursive: true, force: true })
  })

  test('every mistake is told at once, in the language of the person; JSON is not translated', async () => {
    const home = await mkdtemp(join(tmpdir(), 'crossdock-check-'))
    await writeFile(
      join(home, 'crossdock.json'),
      '{\n  "connections": { "shop": { "connector": "wocommerce", "books": "US" } },\n  "rutes": [],\n  "codes": { "unit": { "u": "C62" } }\n}\n',
    )
    const zh = await testShell({ folder: home, language: 'zh' }).run('check')
    expect(zh).toMatchObject({ code: 1, out: expect.stringMatching(/crossdock\.json:2:\d+ error unknown-connector .*woocommerce/) })
    expect(zh.out).toMatch(/crossdock\.json:\d+:\d+ error \S+ .*rutes/)
    expect(zh.out).toMatch(/工作区无效/)
    const json = JSON.parse((await testShell({ folder: home, language: 'zh' }).run('check --json')).out) as object
    expect(json).toMatchObject({ ok: false, errors: 2 })
    await rm(home, { recursive: true, force: true })
  })
})

describe('map', () => {
  const answers = (name: string, file: string) => join(packageRoot, 'connectors', name, 'fixtures', 'answers', file)
  const { run } = testShell({ folder: packageRoot })

  test('runs a mapping on a recorded answer and tells where each value came from', async () => {
    const made = await run(['map', 'run', 'woocommerce/order', answers('woocommerce', 'orders.json'), '--at', '0'])
    expect(JSON.parse(made.out)).toMatchObject({ number: '727', totals: { grandTotal: '29.35' } })
    const why = await run(['map', 'run', 'woocommerce/order', answers('woocommerce', 'orders.json'), '--at', '0', '--explain'])
    expect(why.out).toMatch(/^totals\.grandTotal +29\.35 +total, currency +amount/m)
    const typed = await run(['map', 'run', 'tryton/product', answers('tryton', 'products.json'), '--at', 'result.1', '--json'])
    expect(JSON.parse(typed.out)).toMatchObject({ ok: true, value: { sku: 'LAMP-RED' } })
  })

  test('says that a document would be refused by its schema', async () => {
    const files = await mkdtemp(join(tmpdir(), 'crossdock-map-'))
    const order = JSON.parse(await readFile(answers('woocommerce', 'orders.json'), 'utf8'))[0]
    await writeFile(join(files, 'order.json'), JSON.stringify({ ...order, billing: { ...order.billing, country: 'Utopia' } }))
    const made = await run(['map', 'run', 'woocommerce/order', join(files, 'order.json')])
    expect(made).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^It is no sales-order@1, and would be refused: \/billTo\/country /m),
    })
    expect(JSON.parse(made.out)).toMatchObject({ billTo: { country: 'Utopia' } })
    const typed = JSON.parse((await run(['map', 'run', 'woocommerce/order', join(files, 'order.json'), '--json'])).out)
    expect(typed).toMatchObject({ ok: true, misfits: [{ schema: 'sales-order@1', path: '/billTo/country' }] })
    await rm(files, { recursive: true, force: true })
  })

  test('pushes a document with the links it is given', async () => {
    const files = await mkdtemp(join(tmpdir(), 'crossdock-map-'))
    const [document, links] = [join(files, 'stock.json'), join(files, 'links.json')]
    await writeFile(document, JSON.stringify({ product: { ref: { type: 'product', key: 'LAMP-RED' } }, available: '12.5' }))
    await writeFile(links, JSON.stringify({ product: { 'LAMP-RED': '87' } }))
    expect(JSON.parse((await run(['map', 'run', 'woocommerce/stock', document, '--links', links])).out)).toEqual({
      product: '87',
      stock_quantity: 12,
    })
    const parked = await run(['map', 'run', 'woocommerce/stock', document])
    expect(parked).toMatchObject({ code: 1, out: expect.stringMatching(/^LINK_MISSING \/product/) })
    await rm(files, { recursive: true, force: true })
  })

  test('checks and tests the mappings of the package', async () => {
    expect(await run('map check woocommerce/order')).toMatchObject({ code: 0 })
    expect(await run('map test tryton/sale')).toMatchObject({ code: 0, out: expect.stringMatching(/^ok +tryton\/sale$/m) })
    expect((await run('map test tryton/nothing')).code).toBe(4)
    expect((await run('map run woocommerce/order nothing.json')).code).toBe(4)
    expect((await run(['map', 'run', 'woocommerce/order', answers('woocommerce', 'orders.json'), '--push'])).code).toBe(2)
  })
})

describe('connector and simulate', () => {
  test('a connector is held against its recording', async () => {
    const { run } = testShell({ folder })
    const tested = JSON.parse((await run('connector test standard-webhooks --json')).out) as object
    expect(tested).toMatchObject({ connector: 'standard-webhooks', failed: 0 })
    expect((await run('connector test nothing')).code).toBe(4)
    expect(lines(await run('connector list --json')).map(({ name }) => name)).toContain('tryton')
  })

  test.each(['woocommerce', 'tryton'])('a simulated %s runs until it is stopped, and refuses a fault nobody knows', async (system) => {
    const { run } = testShell({ folder })
    const { out, code } = await run(`simulate ${system} --json --fault 503=0.5`)
    expect(code).toBe(0)
    expect((JSON.parse(out) as { url: string }).url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect((await run(`simulate ${system} --fault fire=1`)).code).toBe(2)
    expect((await run(`simulate ${system} --port x`)).code).toBe(2)
  })
})
