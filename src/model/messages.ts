import { en } from './messages/en.ts'
import { zh } from './messages/zh.ts'

export type Language = 'en' | 'zh'
export type MessageKey = keyof typeof en

/** Names between braces of a text: `{count}`. */
type Names<T extends string> = T extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never
/** What a message has to be told; the compiler knows every message's parameters. */
export type MessageParameters<K extends MessageKey> = [Names<(typeof en)[K]>] extends [never]
  ? readonly []
  : readonly [Readonly<Record<Names<(typeof en)[K]>, string | number>>]

/** Texts a person reads, in one language. JSON output and logs never pass through here. */
export type Say = <K extends MessageKey>(key: K, ...parameters: MessageParameters<K>) => string

const texts: Readonly<Record<Language, Readonly<Record<MessageKey, string>>>> = { en, zh }

export const speaker =
  (language: Language): Say =>
  (key, ...[parameters]) =>
    fill(texts[language][key], parameters ?? {})

/**
 * The language of a person: the flag, else CROSSDOCK_LANG, else the locale of the terminal (LC_ALL, LC_MESSAGES, LANG in POSIX order), else English. Every
 * `zh…` is Chinese in simplified characters.
 */
export function languageOf(flag: string | undefined, env: Readonly<Record<string, string | undefined>>): Language {
  const wanted = [flag, env.CROSSDOCK_LANG, env.LC_ALL, env.LC_MESSAGES, env.LANG].find((text) => text !== undefined && text !== '') ?? 'en'
  return /^zh(?![a-z])/i.test(wanted) ? 'zh' : 'en'
}

function fill(text: string, parameters: Readonly<Record<string, string | number>>): string {
  return text.replaceAll(/\{([A-Za-z]+)\}/g, (_, name: string) => String(parameters[name] ?? `{${name}}`))
}
