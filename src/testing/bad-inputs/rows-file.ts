import { expect } from 'vitest'
import { tinyMappings } from '../tiny-connectors.ts'
import { tinyOrder } from '../tiny-partner.ts'
import type { FilesRow, Row } from './row.ts'

const workspace = (b: number, name: string, text: string, code: string, says?: RegExp): FilesRow => ({
  kind: 'files',
  b,
  name,
  files: { 'crossdock.json': text },
  code,
  ...(says === undefined ? {} : { says }),
})
const connection = (name: string, more = '') =>
  `{ "connections": { ${JSON.stringify(name)}: { "connector": "tiny-shop", "books": "US", "config": { "url": "https://a.example" }${more} } } }`
const mapping = (b: number, name: string, rule: object, code: string, says?: RegExp): FilesRow => {
  const file = JSON.parse(tinyMappings['tiny/order'] ?? '{}')
  return {
    kind: 'files',
    b,
    name,
    files: { 'mappings/tiny/order.json': JSON.stringify({ ...file, fields: { ...file.fields, ...rule } }) },
    code,
    ...(says === undefined ? {} : { says }),
  }
}
const schema = (b: number, name: string, rest: string, says: RegExp): FilesRow => ({
  kind: 'files',
  b,
  name,
  files: { 'schemas/mine.json': `{ "$id": "mine@1", ${rest} }` },
  code: 'schema',
  says,
})
const csv = 'type,connection,externalKey,key\r\n'
const file = (b: number, name: string, body: string | Uint8Array, says: RegExp, type = 'text/csv'): Row => ({
  kind: 'ask',
  b,
  name,
  method: 'POST',
  path: '/v1/crosswalk/import',
  body,
  headers: { 'content-type': type },
  status: 422,
  code: 'unreadable-file',
  says,
})
const otherFile = (b: number, name: string, body: string | Uint8Array, type: string): Row => ({
  kind: 'ask',
  b,
  name,
  method: 'POST',
  path: '/v1/crosswalk/import',
  body,
  headers: { 'content-type': type },
  status: 415,
  code: 'content-type',
})
const zip = Buffer.from('504b0304140000000000000000000000000000000000000000000b0000002e2e2f2e2e2f65766961', 'hex')
const deep = `${'('.repeat(5000)}1${')'.repeat(5000)}`

/** Files that a person writes or uploads. With a fault the hub runs on what it had. */
export const fileRows: readonly Row[] = [
  workspace(20, 'a connection named as a path', connection('../../etc'), 'workspace-pattern'),
  workspace(20, 'a connection named with a NUL', connection('a\0b'), 'workspace-pattern'),
  workspace(20, 'a connection that is absolute', connection('/etc/passwd'), 'workspace-pattern'),
  {
    ...workspace(20, 'a connector that is a path', connection('a').replace('tiny-shop', '../../tiny-shop'), 'unknown-connector'),
    differs:
      'names are held against a pattern or a list; what files and links of the workspace lead to is up to the operator, who also runs the hub, so no real path is looked at',
  },
  workspace(19, 'a connection named constructor', connection('constructor'), 'E_JSON', /"constructor" is not allowed/),
  workspace(19, 'a connector named toString', connection('a').replace('tiny-shop', 'toString'), 'unknown-connector'),
  workspace(48, 'YAML with aliases', 'a: &a [x, x]\nb: [*a, *a]\n', 'E_JSON'),
  workspace(48, 'a key that stands twice', '{ "tenant": "a", "tenant": "b", "connections": {} }', 'duplicate-key'),
  workspace(48, 'an unknown field', '{ "connections": {}, "rutes": [] }', 'workspace-additionalProperties', /rutes/),
  workspace(48, 'a prototype name', '{ "connections": {}, "__proto__": { "tenant": "x" } }', 'E_JSON'),
  workspace(
    43,
    'a condition that walks to the constructor',
    connection('a', ', "streams": { "orders": { "when": "constructor.constructor" } }'),
    'workspace-additionalProperties',
  ),
  mapping(43, 'a path over the prototype', { note: { from: '__proto__.polluted' } }, 'E_NAME', /'__proto__' is not allowed/),
  mapping(43, 'a path over the constructor', { note: { expr: 'lines[0].constructor.constructor' } }, 'E_NAME'),
  mapping(44, 'an expression nested 5000 deep', { note: { expr: deep } }, 'E_LIMIT'),
  mapping(44, 'a loop', { note: { expr: 'while (true) {}' } }, 'E_SYNTAX'),
  mapping(44, 'a function that repeats', { note: { expr: "repeat('x', 1000000000)" } }, 'E_FUNCTION'),
  mapping(45, 'code for an expression', { note: { expr: '`*/;globalThis.touched=1;/*`' } }, 'E_SYNTAX'),
  {
    kind: 'play',
    b: 45,
    name: 'code in the names of fields and in texts is never run',
    play: async (bed) => {
      const code = 'globalThis.touched=1'
      const names = [
        `");${code};("`,
        `';${code};'`,
        `\`;${code};\``,
        `*/${code};/*`,
        `\u2028${code}\u2028`,
        `$\{${code}}`,
        `x"];${code};//`,
      ]
      const file = JSON.parse(tinyMappings['tiny/order'] ?? '{}')
      const write = (rule: (text: string) => readonly [string, object]) =>
        JSON.stringify({ ...file, fields: { ...file.fields, ...Object.fromEntries(names.map(rule)) } })
      const read = await bed.tryFiles({ 'mappings/tiny/order.json': write((text) => [`n${names.indexOf(text)}`, { from: text }]) })
      expect(read.filter(({ severity }) => severity === 'error').map((fault) => fault.code)).toEqual(names.map(() => 'E_SYNTAX'))
      const body = JSON.stringify(tinyOrder(7450))
      const made = await bed.tryFiles({ 'mappings/tiny/order.json': write((text) => [text, { value: text }]) }, async () => {
        expect((await bed.send('shop', body)).status).toBe(202)
        expect(await bed.settled(body)).toMatchObject({ state: 'dead', reason: 'invalid' })
      })
      expect(made.filter(({ severity }) => severity === 'error')).toEqual([])
      expect((await bed.reload()).filter(({ severity }) => severity === 'error')).toEqual([])
      await bed.goodOneIsApplied()
      expect(await bed.allGoodOnes()).toEqual([])
      expect(Object.hasOwn(globalThis, 'touched')).toBe(false)
    },
  },
  schema(46, 'a pattern that needs a look behind it', '"type": "string", "pattern": "^(?=a)b"', /\(\?=/),
  schema(47, 'a reference to elsewhere', '"$ref": "https://evil.example/schema.json"', /evil\.example/),
  schema(47, 'a misspelt word', '"type": "string", "maxLenght": 3', /maxLenght/),
  {
    ...schema(
      47,
      'a file of more than a million characters',
      `"description": "${'x'.repeat(1_000_000)}", "type": "object"`,
      /larger than 1000000/,
    ),
    code: 'E_LIMIT',
  },
  schema(47, 'a hundred thousand codes', `"enum": [${Array.from({ length: 100_000 }, (_, at) => at)}]`, /more than 50000 values/),
  schema(
    47,
    'each of any number of objects compared with every other',
    '"type": "array", "uniqueItems": true',
    /compared with every other/,
  ),
  {
    ...schema(47, 'no schema at all', '"type": "objekt"', /no JSON Schema 2020-12/),
    differs:
      'a recursive schema of the operator is compiled as it is: what comes in has a limited depth, is held against it up to the first fault only, and its patterns take linear time',
  },
  file(36, 'a quote that is not closed', `${csv}a,b,"c`, /Line 2: a quote is not closed/),
  file(36, 'ragged rows', `${csv}a,b,c`, /Line 2: there are 3 cells/),
  file(36, 'a column twice', 'type,connection,externalKey,key,key\r\n', /named twice/),
  file(36, 'a prototype name for a column', '__proto__,connection,externalKey,key\r\na,b,c,d', /column 'type' is missing/),
  file(36, 'semicolons', csv.replaceAll(',', ';'), /column 'type' is missing/),
  file(36, 'UTF-16', Buffer.from(`\ufeff${csv}`, 'utf16le'), /not UTF-8|is missing/),
  file(36, 'a cell of a megabyte', `${csv}unit,shop,${'x'.repeat(1_000_000)},C62`, /must be a text of 1 to 400/),
  file(36, 'a NUL in a cell', `${csv}unit,shop,a\0b,C62`, /must be a text/),
  file(36, 'text behind a quote', `${csv}a,b,"c"x,d`, /stands after a closing quote/),
  {
    kind: 'ask',
    b: 36,
    name: 'a mark before it and both ends of lines',
    method: 'POST',
    path: '/v1/crosswalk/import',
    body: `\ufeff${csv}unit,shop,pcs,C62\nunit,shop,box,XBX\r\n`,
    headers: { 'content-type': 'text/csv' },
    status: 200,
    says: /"made":2/,
  },
  {
    kind: 'play',
    b: 37,
    name: 'a formula leaves with an apostrophe, and comes in again as it was',
    play: async (bed) => {
      const keys = ['=cmd()', '+1', '-1', '@sum']
      for (const externalKey of keys) {
        const body = JSON.stringify({ type: 'unit', connection: 'other', externalKey, key: 'C62' })
        expect((await bed.ask('PUT', '/v1/crosswalk', { body })).status).toBe(200)
      }
      const text = await (await bed.ask('GET', '/v1/crosswalk/export?connection=other')).text()
      for (const key of keys) expect(text).toContain(`,'${key},`)
      expect(text).not.toMatch(/(^|,)[=+\-@]/m)
      const again = await bed.ask('POST', '/v1/crosswalk/import', { body: text, headers: { 'content-type': 'text/csv' } })
      expect(await again.json()).toMatchObject({ made: 0, kept: keys.length, refused: 0 })
    },
  },
  otherFile(40, 'an EDI interchange as a file', "UNB+UNOC:3+A+B+261123:0800+1'UNZ+2+2'", 'application/edifact'),
  {
    ...otherFile(41, 'a ZIP', zip, 'application/zip'),
    differs: 'no archive is unpacked anywhere: a ZIP is refused by its type, and read as the text it is not where it claims another',
  },
  file(41, 'a ZIP that says it is CSV', zip, /not UTF-8|is missing/),
  otherFile(13, 'a web page', '<html>', 'text/html'),
]
