import { cpSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { basename, join, matchesGlob, relative } from 'node:path'
import { run } from './packaged-process.ts'

/** A Dockerfile replayed without docker: every stage is a folder that stands for its root, every RUN runs there with paths of the image moved into it. */

export interface Image {
  /** stands for `/` */
  readonly root: string
  readonly env: Readonly<Record<string, string>>
  readonly workdir: string
  /** of USER; `root` when there is none */
  readonly user: string
  readonly entrypoint: readonly string[]
  readonly command: readonly string[]
  readonly healthcheck: readonly string[]
  readonly port: string
}

interface Instruction {
  readonly name: string
  readonly rest: string
}

export interface BuildOptions {
  /** folder of the Dockerfile */
  readonly context: string
  /** takes the stages */
  readonly folder: string
  /** environment of RUN: node and npm on PATH as the base image has them */
  readonly env: NodeJS.ProcessEnv
  /** a path of the base image that the replay provides, such as usr/local/bin/node */
  readonly base: (root: string) => void
  /** commands that somebody ran already: the folder that came of it is linked to in place of running them again */
  readonly ran: ReadonlyMap<string, string>
  /** hears of each stage when it is whole */
  readonly whole: (stage: string, image: Image) => void
  readonly limitMs: number
  readonly tell: (text: string) => void
}

/** The last stage. @throws Error at an instruction that fails, or that this replay does not know */
export async function buildImage(options: BuildOptions): Promise<Image> {
  const stages = new Map<string, Image>()
  let name = ''
  let image: Image | undefined
  for (const { name: instruction, rest } of instructions(readFileSync(join(options.context, 'Dockerfile'), 'utf8'))) {
    if (instruction === 'FROM') {
      if (image !== undefined) options.whole(name, image)
      name = /\bAS (\w+)$/i.exec(rest)?.[1] ?? 'final'
      image = emptyImage(join(options.folder, name))
      options.base(image.root)
    } else {
      if (image === undefined) throw new Error(`Dockerfile: ${instruction} before FROM`)
      image = await apply(image, { name: instruction, rest }, stages, options)
    }
    stages.set(name, image)
  }
  if (image === undefined) throw new Error('Dockerfile: no FROM')
  options.whole(name, image)
  return image
}

function emptyImage(root: string): Image {
  for (const folder of ['usr/local/bin', 'tmp']) mkdirSync(join(root, folder), { recursive: true })
  return { root, env: {}, workdir: '/', user: 'root', entrypoint: [], command: [], healthcheck: [], port: '' }
}

function instructions(text: string): Instruction[] {
  return text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => ({ name: line.split(' ', 1)[0] ?? '', rest: line.slice(line.indexOf(' ') + 1).trim() }))
}

async function apply(image: Image, { name, rest }: Instruction, stages: ReadonlyMap<string, Image>, options: BuildOptions): Promise<Image> {
  switch (name) {
    case 'ENV': {
      const [key = '', value = ''] = rest.split(/=(.*)/s)
      return { ...image, env: { ...image.env, [key]: value } }
    }
    case 'WORKDIR':
      mkdirSync(join(image.root, rest), { recursive: true })
      return { ...image, workdir: rest }
    case 'COPY':
      copy(image, rest.split(/\s+/), stages, options.context)
      return image
    case 'RUN':
      await runStep(image, rest, options)
      return image
    case 'USER':
      return { ...image, user: rest }
    case 'EXPOSE':
      return { ...image, port: rest }
    case 'HEALTHCHECK':
      return { ...image, healthcheck: JSON.parse(rest.slice(rest.indexOf('CMD ') + 4)) as string[] }
    case 'ENTRYPOINT':
      return { ...image, entrypoint: JSON.parse(rest) as string[] }
    case 'CMD':
      return { ...image, command: JSON.parse(rest) as string[] }
    case 'VOLUME':
    case 'STOPSIGNAL':
      return image
    default:
      throw new Error(`Dockerfile: the replay does not know ${name}`)
  }
}

function copy(image: Image, words: readonly string[], stages: ReadonlyMap<string, Image>, context: string): void {
  const from = words.find((word) => word.startsWith('--from='))?.slice('--from='.length)
  const places = words.filter((word) => !word.startsWith('--'))
  const target = places.at(-1) ?? './'
  const sourceRoot = from === undefined ? context : stages.get(from)?.root
  if (sourceRoot === undefined) throw new Error(`Dockerfile: COPY from the unknown stage ${from}`)
  const isIgnored = from === undefined ? ignoreRules(context) : () => false
  for (const source of places.slice(0, -1)) {
    const path = join(sourceRoot, source)
    if (!existsSync(path) || isIgnored(source))
      throw new Error(`Dockerfile: COPY ${source}: it is not there, or .dockerignore keeps it out`)
    const into = join(image.root, target.startsWith('/') ? '' : image.workdir, target)
    const place = statSync(path).isDirectory() || !target.endsWith('/') ? into : join(into, basename(source))
    cpSync(path, place, { recursive: true, filter: (file) => !isIgnored(relative(sourceRoot, file)) })
  }
}

function ignoreRules(context: string): (path: string) => boolean {
  const rules = readFileSync(join(context, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
  return (path) => rules.some((rule) => matchesGlob(path, rule))
}

async function runStep(image: Image, text: string, { env, limitMs, tell, ran }: BuildOptions): Promise<void> {
  const plain = text.replace(/^(--mount=\S+\s+)+/, '')
  const cwd = join(image.root, image.workdir)
  const result = ran.get(plain)
  if (result !== undefined) {
    symlinkSync(result, join(cwd, basename(result)))
    return tell(`RUN ${plain}: was run in this checkout, its ${basename(result)} is taken`)
  }
  // only root may give files away
  const owner = process.getuid?.() === 0 ? ` && chown ${userId}:${userId} $1` : ''
  const command = plain.replace(/ && chown node:node (\S+)/, owner)
  const began = performance.now()
  await run(['sh', '-euc', inRoot(image.root, command)], { cwd, env: { ...env, ...image.env, PATH: pathOf(image, env) }, limitMs })
  tell(`RUN ${command} (${((performance.now() - began) / 1000).toFixed(1)} s)`)
}

/** `node` of the official images. */
export const userId = 1000

export const pathOf = (image: Image, env: NodeJS.ProcessEnv): string => `${join(image.root, 'usr/local/bin')}:${env.PATH ?? ''}`

/** Absolute paths of the image as paths of this machine. */
export const inRoot = (root: string, text: string): string => text.replace(/(?<=^|[\s=])\/(?=[a-z])/g, `${root}/`)
