import { type CompileCost, compileCost } from './compile-cost.ts'
import { context, type Job, parsed, shopOrder, ublOrder } from './job.ts'
import { jsonataMapping } from './jsonata-engine.ts'
import { alternate, type Contender, median, type Quartiles } from './measure.ts'
import { moneyBig, moneyExact, moneyJob } from './money.ts'
import { prove } from './prove.ts'

/** What one job costs, us a document and ratios. */
export interface JobFigures {
  readonly us: Readonly<Record<string, number>>
  /** pull against the faster version by hand */
  readonly vsHand: Quartiles
  /** how many times longer JSONata takes than pull */
  readonly vsJsonata: number
  /** put with base against pull: an edited document, an unchanged one; absent for a job that only pulls */
  readonly put?: { readonly edited: Quartiles; readonly unchanged: Quartiles }
}

/** What one process measured. */
export interface ProcessFigures {
  readonly shop: JobFigures
  readonly ubl: JobFigures
  readonly compile: CompileCost
  readonly decimalVsBigJs: number
}

export interface Effort {
  /** pairs of windows */
  readonly rounds: number
  /** damaged documents that both versions by hand must refuse as the mapping does */
  readonly damages: number
}

export async function measureProcess(effort: Effort): Promise<ProcessFigures> {
  const [shop, ubl] = [shopOrder(), ublOrder()]
  await prove(shop, effort.damages)
  await prove(ubl, effort.damages)
  return {
    shop: await measureJob(shop, effort.rounds),
    ubl: await measureJob(ubl, effort.rounds),
    compile: await compileCost(shop, Math.ceil(effort.rounds / 3)),
    decimalVsBigJs: await measureMoney(Math.ceil(effort.rounds / 3)),
  }
}

async function measureJob(job: Job, rounds: number): Promise<JobFigures> {
  const { documents, mapping, edit } = job
  const over = (name: string, run: (document: (typeof documents)[number], i: number) => unknown): Contender => ({
    name,
    run: (i) => run(documents[i] ?? {}, i),
  })
  const pull = over('pull', (document) => mapping.pull(document, context))
  const hand = job.hand.map((version) => over(version.name, version))
  const pulled = edit === undefined ? [] : documents.map((document) => parsed(resultOf(mapping.pull(document, context))))
  const edited = edit === undefined ? [] : pulled.map((document) => parsed(edit.hub(document)))
  const put = (targets: typeof pulled, name: string) => over(name, (document, i) => mapping.push(targets[i] ?? {}, context, document))
  const puts = edit === undefined ? [] : [put(edited, 'put edited'), put(pulled, 'put unchanged')]
  const times = await alternate([pull, ...hand, ...puts], { documents: documents.length, rounds })
  const faster = hand.toSorted((a, b) => times.us(a.name) - times.us(b.name))[0]?.name ?? ''
  const slow = await alternate([pull, over('JSONata', jsonataMapping(job.jsonata))], {
    documents: documents.length,
    rounds: Math.ceil(rounds / 6),
  })
  const names = [pull, ...hand, ...puts].map(({ name }) => name)
  return {
    us: { ...Object.fromEntries(names.map((name) => [name, times.us(name)])), JSONata: slow.us('JSONata') },
    vsHand: times.ratio('pull', faster),
    vsJsonata: slow.ratio('JSONata', 'pull').median,
    ...(edit === undefined ? {} : { put: { edited: times.ratio('put edited', 'pull'), unchanged: times.ratio('put unchanged', 'pull') } }),
  }
}

function resultOf(result: ReturnType<Job['mapping']['pull']>) {
  if (!result.ok) throw new Error(JSON.stringify(result.errors))
  return result.value
}

async function measureMoney(rounds: number): Promise<number> {
  const orders = moneyJob(64)
  for (const lines of orders)
    if (moneyExact(lines).join() !== moneyBig(lines).join())
      throw new Error(`big.js gives ${moneyBig(lines)}, the kernel ${moneyExact(lines)}`)
  const over = (name: string, run: (lines: (typeof orders)[number]) => unknown): Contender => ({ name, run: (i) => run(orders[i] ?? []) })
  const times = await alternate([over('exact', moneyExact), over('big.js', moneyBig)], { documents: orders.length, rounds })
  return times.ratio('big.js', 'exact').median
}

/** Medians of what several processes measured, figure by figure. */
export function middle<T>(values: readonly T[]): T {
  const [first] = values
  if (typeof first === 'number') return median(values as readonly number[]) as T
  const entries = Object.keys(first as object).map((key) => [key, middle(values.map((value) => (value as Record<string, unknown>)[key]))])
  return Object.fromEntries(entries) as T
}
