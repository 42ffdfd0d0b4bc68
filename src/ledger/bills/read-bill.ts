import { readAlipay } from './alipay.ts'
import { type Bill, billText } from './bill.ts'
import { readWechatFund, readWechatTrade } from './wechat.ts'

const readers = { alipay: readAlipay, 'wechat-trade': readWechatTrade, 'wechat-fund': readWechatFund } as const

export type BillFormat = keyof typeof readers
export const billFormats = Object.keys(readers) as readonly BillFormat[]

/** A bill as its provider offers it for download, unpacked. All of it, or nothing. @throws HubError (reject) `unreadable-bill`, `bill-differs` */
export const readBill = (format: BillFormat, bytes: Uint8Array): Bill => readers[format](billText(bytes))
