import type { Channel } from './connector/outward.ts'
import { standardKey } from './connector/verify.ts'
import { isObject, type Json, type JsonObject } from './model/json.ts'
import { resolveReferences } from './secret-reference.ts'
import type { Surroundings } from './workspace-connections.ts'

export interface SetUpChannels {
  readonly channels: ReadonlyMap<string, Channel>
  /** values behind references: taken out of everything that is logged or answered */
  readonly secrets: readonly string[]
  readonly sealed: readonly string[]
}

/** Where alarms are told, each checked. */
export function setUpChannels(workspace: JsonObject, around: Surroundings): SetUpChannels {
  const channels = new Map<string, Channel>()
  const secrets: string[] = []
  const sealed: string[] = []
  for (const [name, value] of Object.entries(isObject(workspace.alarms) ? workspace.alarms : {})) {
    if (!isObject(value)) continue
    const path = ['alarms', name]
    const resolved = resolveReferences(value, around)
    secrets.push(...resolved.secrets)
    sealed.push(...resolved.sealed)
    for (const missing of resolved.missing)
      around.faults.push({
        code: missing.code,
        severity: missing.code === 'sealed-unseen' ? 'warning' : 'error',
        ...around.locate([...path, ...missing.path]),
        message: missing.message,
        suggestion: missing.suggestion,
      })
    const unseen = new Set(resolved.missing.map((missing) => missing.path[0]))
    const channel = channelOf(name, resolved.value)
    if (channel === undefined) continue
    const wrong = channel.kind === 'webhook' ? webhookFault(channel.url, channel.secret, unseen) : mailFault(channel.smtp, unseen)
    if (wrong !== undefined)
      around.faults.push({
        code: wrong.code,
        severity: 'error',
        ...around.locate([...path, wrong.field]),
        message: wrong.message,
        suggestion: wrong.suggestion,
      })
    else if (channel.kind === 'email' && URL.canParse(channel.smtp)) secrets.push(decodeURIComponent(new URL(channel.smtp).password))
    channels.set(name, channel)
  }
  return { channels, secrets: secrets.filter((secret) => secret !== ''), sealed }
}

function channelOf(name: string, value: Json): Channel | undefined {
  if (!isObject(value)) return undefined
  const texts = (list: Json | undefined): readonly string[] => (Array.isArray(list) ? list.map(String) : [])
  const base = { name, allowPrivate: texts(value.allowPrivate), ...(Array.isArray(value.kinds) ? { kinds: texts(value.kinds) } : {}) }
  return value.kind === 'email'
    ? { ...base, kind: 'email', smtp: String(value.smtp), from: String(value.from), to: texts(value.to) }
    : { ...base, kind: 'webhook', url: String(value.url), secret: String(value.secret) }
}

interface ChannelFault {
  readonly code: string
  readonly field: string
  readonly message: string
  readonly suggestion: string
}

function webhookFault(url: string, secret: string, unseen: ReadonlySet<string | undefined>): ChannelFault | undefined {
  if (!unseen.has('url') && !/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
    return { code: 'bad-url', field: 'url', message: 'is no http or https address', suggestion: 'write https://…' }
  if (!unseen.has('secret') && secret.split(/\s+/).every((one) => standardKey(one) === undefined))
    return {
      code: 'bad-secret',
      field: 'secret',
      message: 'is no secret of Standard Webhooks',
      suggestion: 'write whsec_ followed by base64 of 24 random bytes: echo whsec_$(openssl rand -base64 24)',
    }
  return undefined
}

const mailFault = (smtp: string, unseen: ReadonlySet<string | undefined>): ChannelFault | undefined =>
  unseen.has('smtp') || /^smtps?:$/.test(URL.parse(smtp)?.protocol ?? '')
    ? undefined
    : { code: 'bad-url', field: 'smtp', message: 'is no smtp or smtps address', suggestion: 'write smtps://user:password@host:465' }
