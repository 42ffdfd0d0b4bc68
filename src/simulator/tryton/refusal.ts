import type { Json } from '../../model/json.ts'

/** What a call is refused with. `answer` is the `error` array of the HTTP 200 answer; nothing of the call remains. */
export class Refusal extends Error {
  readonly answer: readonly Json[]

  constructor(answer: readonly Json[]) {
    super(`refused: ${JSON.stringify(answer)}`)
    this.answer = answer
  }
}

/** A rule of the business was broken: `["UserError", [text, "", domain]]`. */
export const userError = (text: string, domain: Json = null): Refusal => new Refusal(['UserError', [text, '', domain]])

/** The call itself was wrong, a field that does not exist for example: `[text, ""]`. */
export const faultyCall = (text: string): Refusal => new Refusal([text, ''])

/** A model or field that does not exist: `["'name'", ""]`. */
export const unknownName = (name: string): Refusal => faultyCall(`'${name}'`)

/** Somebody wrote the record after the stamp in the caller's context. */
export const modifiedMeanwhile = (): Refusal => new Refusal(['ConcurrencyException', 'Records were modified in the meanwhile'])
