import type { Words } from './route.ts'

/** What the operations on deposits are about, and their parameters. */
export const depositTag: Words = {
  en: 'What merchants paid in advance: available, frozen for orders, and every change of it',
  zh: '商户预存款：可用、为订单冻结的金额及每笔变动',
}

export const depositWords: Readonly<Record<string, Words>> = {
  funds: { en: 'only of merchants with a deposit: orders that wait for it, or do not', zh: '只看预存款商户的待款（或已足额）订单' },
  merchant: {
    en: 'key of the merchant; it may hold slashes, so it stands here and not in the path',
    zh: '商户主键；可含斜杠，故不放在路径中',
  },
  'listDeposits.low': { en: 'only deposits that are low, or are not', zh: '只看余额不足（或充足）的预存款' },
  account: { en: 'account of the deposit; available when left out', zh: '预存款账户，缺省为 available' },
}
