import type { JsonObject } from '../../model/json.ts'

/** What the server refuses, with its own code: 1 the session is lost, 9 a field is missing, 10 not found, 11 validation. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: number
  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}
/** What the gateway in front refuses, with status 519. */
export class GatewayRefusal extends Error {
  override readonly name = 'GatewayRefusal'
  readonly code: number
  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

export const sessionLost = (): Refusal => new Refusal(1, '会话信息已丢失，请重新登录')
export const invalid = (message: string): Refusal => new Refusal(11, message)

export const refused = ({ code, message }: Refusal): JsonObject => ({
  Result: {
    ResponseStatus: {
      ErrorCode: 500,
      IsSuccess: false,
      Errors: [{ FieldName: null, Message: message, DIndex: 0 }],
      SuccessEntitys: [],
      SuccessMessages: [],
      MsgCode: code,
    },
  },
})
export const succeeded = (id: number, number: string): JsonObject => ({
  Result: {
    ResponseStatus: {
      IsSuccess: true,
      Errors: [],
      SuccessEntitys: [{ Id: id, Number: number, DIndex: 0 }],
      SuccessMessages: [],
      MsgCode: 0,
    },
    Id: id,
    Number: number,
    NeedReturnData: [{}],
  },
})
