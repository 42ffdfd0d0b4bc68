import { pull } from '../../src/pipeline/pull.ts'
import { split } from '../../src/pipeline/split.ts'
import { openBed } from '../../src/testing/pipeline-bed.ts'
import shop from '../pipeline/workspace/connectors/shop/connector.ts'
import { startMeter } from './reading.ts'

/*
 * `hub-process.ts <address> <pages>`: the hub's own pull, from the partner to the inbox: every page is one transaction of receipt, envelopes and checkpoint on SQLite (WAL, synchronous
 * FULL). Nothing applies what lies there, so that only reading is measured.
 */
const [address = '', pages = '0'] = process.argv.slice(2)
const bed = await openBed({ shop, memory: false, settings: { pullAhead: 1_000_000_000, pullPages: 1_000_000 } })
bed.change({ setups: [{ name: 'shop', config: { url: address, secret: 'a secret of the shop' }, timeoutMs: 30_000 }] })
const { access } = bed.context
let read = 0
const counted: typeof access = (setup) => {
  const inner = access(setup)
  return {
    ...inner,
    async *read(...args) {
      for await (const page of inner.read(...args)) {
        if (++read === Math.ceil(Number(pages) / 4)) meter.mark()
        yield page
      }
    },
  }
}

const meter = startMeter()
const result = await pull({ ...bed.context, access: counted }, 'shop', 'orders')
if (result.state !== 'done') throw new Error(JSON.stringify(result))
const cost = meter.end(0, 0)

// what the pages hold, as the hub itself finds it in the receipts
while ((await split(bed.context)) > 0);
const rows = await bed.database.read.selectFrom('envelope').select('key').where('tenant', '=', bed.context.tenant).execute()
const checksum = rows.reduce((sum, { key }) => sum + (Number(key) % 1_000_003), 0)
process.stdout.write(JSON.stringify({ ...cost, records: rows.length, checksum }))
await bed.close()
