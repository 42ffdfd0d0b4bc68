import { relative } from 'node:path'
import { checkedAgainst } from './catalog/partner-schemas.ts'
import type { Catalog, CatalogText } from './catalog.ts'
import { unbundle } from './mapping/bundle.ts'
import { compileMapping } from './mapping/compile.ts'
import type { CompiledMapping, CompileResult } from './mapping/types.ts'
import type { Fault } from './model/errors.ts'
import type { CompiledSchemas } from './model/schema.ts'
import type { Catalogue, Overlaid } from './pipeline/context.ts'
import type { OverlayText } from './workspace-overlays.ts'

/** Compiles the mappings of a workspace, and each again as the connections with an overlay for it run it. */
export function compileMappings(
  texts: readonly CatalogText[],
  around: {
    readonly overlays: readonly OverlayText[]
    readonly catalog: Catalog
    readonly schemas: CompiledSchemas
    readonly codes: Catalogue['codes']
    readonly faults: Fault[]
  },
): Pick<Catalogue, 'compile'> & { readonly mappings: Map<string, CompiledMapping>; readonly overlaid: NonNullable<Catalogue['overlaid']> } {
  const { catalog, faults } = around
  const mappings = new Map<string, CompiledMapping>()
  const codes = Object.fromEntries([...around.codes].map(([kind, list]) => [kind, Object.fromEntries(list)]))
  const compile = ({ name, file, text }: Pick<CatalogText, 'name' | 'file' | 'text'>, overlay?: OverlayText): CompileResult => {
    const options = { file: relative(process.cwd(), file), codes, ...checkedAgainst(catalog, around.schemas, name) }
    return compileMapping(text, overlay === undefined ? options : { ...options, overlay })
  }
  for (const text of texts) {
    const result = compile(text)
    faults.push(...result.faults)
    if (result.mapping) mappings.set(text.name, result.mapping)
  }
  const named = (name: string, overlay: OverlayText): CompileResult | undefined => {
    const text = texts.find((one) => one.name === name)
    return text && compile(text, overlay)
  }
  const ownOf = (name: string, connection: string | undefined) =>
    around.overlays.find((overlay) => overlay.mapping === name && overlay.connection === connection)
  return {
    mappings,
    overlaid: compileOverlays(around.overlays, named, faults),
    compile: (name, text, shown, connection) => {
      const kept = unbundle(text)
      if (kept.text === text) return compile({ name, file: shown, text }, ownOf(name, connection))
      return compileMapping(kept.text, {
        file: shown,
        codes: { ...codes, ...kept.codes },
        ...checkedAgainst(catalog, around.schemas, name),
        tables: kept.tables,
        ...(kept.overlay === undefined ? {} : { overlay: { file: `${shown} (overlay)`, text: kept.overlay } }),
      })
    },
  }
}

/** Compiles each mapping with its overlay. Faults that the mapping has without it are told once, with the mapping. */
function compileOverlays(
  overlays: readonly OverlayText[],
  compile: (mapping: string, overlay: OverlayText) => CompileResult | undefined,
  faults: Fault[],
): ReadonlyMap<string, ReadonlyMap<string, Overlaid>> {
  const told = new Set(faults.map(identity))
  const made = new Map<string, CompileResult | undefined>()
  const overlaid = new Map<string, Map<string, Overlaid>>()
  for (const overlay of overlays) {
    const key = `${overlay.mapping} ${overlay.path}`
    if (!made.has(key)) {
      const result = compile(overlay.mapping, overlay)
      made.set(key, result)
      faults.push(...(result?.faults ?? []).filter((fault) => !told.has(identity(fault))))
    }
    const mapping = made.get(key)?.mapping
    if (mapping === undefined) continue
    const own = overlaid.get(overlay.connection) ?? new Map<string, Overlaid>()
    own.set(overlay.mapping, { mapping, file: overlay.path })
    overlaid.set(overlay.connection, own)
  }
  return overlaid
}

const identity = ({ code, file, line, column, path, message }: Fault): string => JSON.stringify([code, file, line, column, path, message])

/** What a mapping with an overlay or with shared tables is made of, as one text: what its hash stands for. */
export function madeOfSeveral(
  texts: readonly CatalogText[],
  mappings: ReadonlyMap<string, CompiledMapping>,
  overlaid: Catalogue['overlaid'],
): readonly { readonly path: string; readonly text: string }[] {
  const plain = texts.flatMap(({ name, text }) => {
    const made = mappings.get(name)
    return made === undefined || made.text === text ? [] : [{ path: `compiled/${name}.json`, text: made.text }]
  })
  const own = [...(overlaid ?? [])].flatMap(([connection, list]) =>
    [...list].map(([name, { mapping }]) => ({ path: `compiled/${connection}/${name}.json`, text: mapping.text })),
  )
  return [...plain, ...own]
}
