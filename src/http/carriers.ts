import { carriers } from '../model/carriers.ts'
import { isObject, type Json, parseJson } from '../model/json.ts'
import { findingPage } from '../store/finding.ts'
import type { FindingTable } from '../store/tables.ts'
import { route } from './route.ts'
import { count, described, fields, list, nullable, text } from './shape.ts'

const tag = 'parcels'
const page = 500
/** Findings looked at for the queue. */
const mostFindings = 20_000

/** What mappings that read carriers call them: partner's word and our code, by mapping. */
export function carrierWords(
  texts: Iterable<readonly [name: string, text: string]>,
): { readonly mapping: string; readonly word: string; readonly code: string }[] {
  return [...texts].flatMap(([mapping, text]) => {
    const body = readable(text)
    const table = isObject(body) && body.direction === 'pull' && isObject(body.lookups) ? body.lookups.carrier : undefined
    if (!isObject(table)) return []
    return Object.entries(table).flatMap(([word, code]) => (typeof code === 'string' ? [{ mapping, word, code }] : []))
  })
}

export const carrierRoutes = [
  route({
    id: 'listCarriers',
    method: 'GET',
    path: '/v1/carriers',
    tag,
    scope: 'read',
    summary: { en: 'Carriers by our codes, and what partners call them', zh: '承运商代码及各合作方的叫法' },
    answer: fields({
      items: list(
        fields({
          code: text(),
          en: nullable(text()),
          zh: nullable(text()),
          words: described(list(fields({ mapping: text(), word: text() })), 'of the mappings in use'),
        }),
      ),
    }),
    handle: async ({ hub }) => {
      const words = Map.groupBy(
        carrierWords([...hub.catalogue().mappings].map(([mapping, compiled]) => [mapping, compiled.text] as const)),
        ({ code }) => code,
      )
      const codes = [...new Set([...Object.keys(carriers), ...words.keys()])].sort()
      return {
        body: {
          items: codes.map((code) => ({
            code,
            en: carriers[code]?.en ?? null,
            zh: carriers[code]?.zh ?? null,
            words: (words.get(code) ?? []).map(({ mapping, word }) => ({ mapping, word })),
          })),
        },
      }
    },
  }),
  route({
    id: 'listUnknownCarriers',
    method: 'GET',
    path: '/v1/carriers/unknown',
    tag,
    scope: 'read',
    summary: { en: 'Words for carriers that no table knows, the most parcels first', zh: '对照表未收录的承运商叫法，包裹最多的在前' },
    answer: fields({
      items: list(fields({ connection: text(), word: text(), parcels: count })),
    }),
    handle: async ({ hub }) => {
      const counts = new Map<string, number>()
      let after: FindingTable | undefined
      for (let seen = 0; seen < mostFindings; seen += page) {
        const rows = await findingPage(hub.database.read, hub.tenant, { state: 'open', codes: ['carrier-unmapped'] }, after, page)
        for (const { detail } of rows) {
          const { carriers: words }: { readonly carriers?: readonly string[] } = JSON.parse(detail)
          for (const word of words ?? []) counts.set(word, (counts.get(word) ?? 0) + 1)
        }
        after = rows.at(-1)
        if (rows.length < page) break
      }
      return {
        body: {
          items: [...counts]
            .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
            .map(([named, parcels]) => {
              const at = named.indexOf(': ')
              return { connection: named.slice(0, at), word: named.slice(at + 2), parcels }
            }),
        },
      }
    },
  }),
]

/** A mapping that was made of several texts is none by itself. */
function readable(text: string): Json | undefined {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}
