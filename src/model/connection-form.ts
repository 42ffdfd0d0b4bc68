import type { Json, JsonObject } from './json.ts'
import type { Language } from './messages.ts'

/** What a person fills in to connect a system, in one language; drawn by the screens, and by `crossdock connection form`. */
export interface ConnectionForm {
  readonly connector: string
  readonly title: string
  readonly language: Language
  readonly fields: readonly FormField[]
}
export interface FormField {
  readonly name: string
  readonly title: string
  readonly help: string
  readonly required: boolean
  /** never shown again once it is entered; kept sealed or behind a reference */
  readonly secret: boolean
  readonly examples: readonly Json[]
  /** what a value must be: type, format, pattern, enum, bounds, as in the schema */
  readonly rule: JsonObject
}

/** What may be connected. */
export interface ConnectionForms {
  list(): Promise<readonly { readonly name: string; readonly title: string; readonly docs: string }[]>
  /** undefined: there is no such connector, or it has a fault that keeps it out */
  of(connector: string, language: Language): Promise<ConnectionForm | undefined>
}
