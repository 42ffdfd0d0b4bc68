/** What is refused, with the code of the documentation's list; 0: the call was fine and its document was not (`issuccess` false). */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: number
  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}
export const missing = (name: string): Refusal => new Refusal(130, `缺少必填参数: ${name}`)
