import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packageRoot } from '../package-root.ts'
import { eventKinds } from './event-catalogue.ts'

const file = join(packageRoot, 'docs', 'events.md')

test('docs/events.md has the catalogue (vitest run event-docs -u writes it)', async () => {
  const types = [...new Set(eventKinds.map(({ type }) => type))]
  const rows = types.map((type) => {
    const entries = eventKinds.filter((kind) => kind.type === type)
    const documents = [...new Set(entries.flatMap((entry) => entry.documents ?? ['any']))]
    return `| \`${type}\` | ${documents.join(', ')} | ${entries[0]?.about} |`
  })
  const table = ['| type | about | tells |', '|---|---|---|', ...rows].join('\n')
  const text = readFileSync(file, 'utf8').replace(
    /<!-- catalogue -->[\s\S]*<!-- \/catalogue -->/,
    () => `<!-- catalogue -->\n${table}\n<!-- /catalogue -->`,
  )
  expect(text).toContain(table)
  await expect(text).toMatchFileSnapshot(file)
})

test('every kind of line that is written is an event: a new one is an entry of the catalogue', () => {
  const kinds = new Set<string>()
  const writers = new Set<string>()
  for (const room of ['ledger', 'pipeline', 'http'])
    for (const file of readdirSync(join(packageRoot, 'src', room), { recursive: true, encoding: 'utf8' }))
      if (file.endsWith('.ts') && !file.endsWith('.test.ts')) {
        const text = readFileSync(join(packageRoot, 'src', room, file), 'utf8')
        if (/insertJournal/.test(text)) writers.add(file)
        for (const [, kind = ''] of text.matchAll(/\bjournal\(\s*\w+,\s*'([a-z-]+)'/g)) kinds.add(kind)
      }
  expect([...kinds].toSorted()).toEqual(
    expect.arrayContaining(['finding-opened', 'order-state-changed', 'parcel-changed', 'stock-changed']),
  )
  // whoever writes the journal past writeJournal tells nobody
  expect([...writers]).toEqual(['write-journal.ts'])
  expect([...kinds].filter((kind) => !eventKinds.some((entry) => entry.kinds.includes(kind)))).toEqual([])
})
