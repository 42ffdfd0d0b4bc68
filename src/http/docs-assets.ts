import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { sha256 } from '../model/id.ts'
import { docsScript, docsStyle } from './docs-browser.ts'

/** One file that the page of the API loads. */
export interface Asset {
  /** `/docs/assets/<digest>/<name>`: a path always means the same bytes */
  readonly path: string
  readonly etag: string
  readonly contentType: string
  readonly bytes: Uint8Array
}
export type AssetName = (typeof assetNames)[number]
export type Assets = Readonly<Record<AssetName, Asset>>

const assetNames = ['swagger-ui-bundle.js', 'swagger-ui.css', 'docs.js', 'docs.css'] as const

/** The named files and no others, read at the first call and kept. @throws Error when the package `swagger-ui-dist` is not installed whole */
export function openAssets(): () => Promise<Assets> {
  let reading: Promise<Assets> | undefined
  return () => {
    reading ??= readAssets().catch((error: unknown) => {
      reading = undefined
      throw error
    })
    return reading
  }
}

async function readAssets(): Promise<Assets> {
  return {
    'swagger-ui-bundle.js': asset('swagger-ui-bundle.js', await packaged('swagger-ui-bundle.js')),
    'swagger-ui.css': asset('swagger-ui.css', await packaged('swagger-ui.css')),
    'docs.js': asset('docs.js', Buffer.from(docsScript)),
    'docs.css': asset('docs.css', Buffer.from(docsStyle)),
  }
}

const packaged = (name: AssetName): Promise<Uint8Array> => readFile(createRequire(import.meta.url).resolve(`swagger-ui-dist/${name}`))

function asset(name: AssetName, bytes: Uint8Array): Asset {
  const digest = sha256(bytes).slice(0, 20)
  const contentType = `text/${name.endsWith('.css') ? 'css' : 'javascript'}; charset=utf-8`
  return { path: `/docs/assets/${digest}/${name}`, etag: `"${digest}"`, contentType, bytes }
}
