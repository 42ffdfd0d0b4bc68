import type { Json } from '../../model/json.ts'
import { wordsOf } from './words.ts'

/** Words that status fields use, English and Chinese, by what they mean in a trade document. */
const words: Readonly<Record<string, string>> = {
  draft: 'draft, quotation, quote, saved, new quote, cart, sketch, 草稿, 暂存, 创建, 未提交, 报价',
  pending:
    'pending, new, not started, placed, open, awaiting payment, awaiting fulfillment, awaiting shipment, awaiting pickup, unpaid, submitted, created, wait buyer pay, wait seller send goods, received order, unfulfilled, outstanding, requested, waiting, to ship, ready to ship, active order, 待付款, 待支付, 待审核, 待发货, 已提交, 未付款, 待处理, 等待买家付款, 等待卖家发货, 待出库, 新建',
  confirmed: 'confirmed, accepted, approved, authorized, authorised, sale, released, acknowledged, valid, 已确认, 已审核, 审核通过, 已接单',
  paid: 'paid, payment received, captured, paid in full, 已付款, 已支付, 付款成功',
  processing:
    'processing, in progress, in process, on hold, hold, onhold, partial, partially shipped, partially fulfilled, partially paid, preparing, picking, allocated, in production, verification required, manual verification required, awaiting, printed, 处理中, 进行中, 部分发货, 备货中, 配货中, 挂起, 异常',
  packed: 'packed, packing, label created, ready, ready for pickup, pre transit, 已打包, 已拣货, 待揽收',
  shipped:
    'shipped, sent, dispatched, in transit, on the way, out for delivery, fulfilled partly, wait buyer confirm goods, delivering, picked up, 已发货, 运输中, 派送中, 等待买家确认收货, 待收货, 已出库',
  delivered: 'delivered, received, signed, 已签收, 已收货, 已送达',
  done: 'completed, complete, closed, done, finished, fulfilled, success, succeeded, successful, settled, archived, trade finished, trade success, invoiced, 已完成, 交易成功, 完成, 成功, 已关闭单据, 已结案, 已关单',
  cancelled:
    'cancelled, canceled, cancel, void, voided, trade closed, trade closed by taobao, abandoned, deleted, trash, expired, withdrawn, 已取消, 交易关闭, 取消, 作废, 已作废, 关闭',
  failed: 'failed, failure, error, declined, denied, rejected, refused, 失败, 已拒绝, 拒绝',
  returned: 'returned, returning, return to sender, 已退货, 退货',
  reversed: 'refunded, partially refunded, reversed, chargeback, disputed, 已退款, 退款成功, 退款',
  lost: 'lost, missing, 丢失',
  posted: 'posted, issued, open invoice, validated, 已过账, 已开票, 已记账',
  active: 'active, enabled, published, live, valid, normal, publish, 启用, 正常, 有效, 在售, 已启用',
  inactive: 'inactive, disabled, hidden, archived, unpublished, suspended, blocked, private, 停用, 禁用, 下架, 冻结, 失效',
  goods: 'goods, product, simple, physical, stockable, storable, variable, merchandise, consu, 商品, 实物, 货品',
  service: 'service, virtual, digital, 服务, 虚拟',
  bundle: 'bundle, kit, grouped, combo, set, 套装, 组合',
  'credit-note': 'credit note, credit memo, out refund, in refund, creditmemo, refund, 红字, 红冲, 贷项',
  invoice: 'invoice, out invoice, in invoice, 发票, 蓝字',
  warehouse: 'warehouse, storage, depot, fulfillment center, internal, 仓库, 仓',
  store: 'store, shop, retail, branch, 门店, 店铺',
  supplier: 'supplier, vendor, seller, 供应商',
  api: 'api, rest api, import api, 接口',
  portal: 'checkout, web, online, online store, storefront, portal, website, mobile, app, store api, pc, wap, 网站, 商城, 小程序',
  manual: 'admin, manual, pos, draft order, phone, backoffice, 手工, 手动',
  import: 'import, csv, file, 导入',
  shipping: 'shipping, delivery, freight, 运费',
  billing: 'billing, bill, invoice, 账单, 开票',
  exclusive: 'exclusive, excl, exclude, excluded, net, untaxed, tax exclusive, 不含税, 未税',
  inclusive: 'inclusive, incl, include, included, gross, tax inclusive, 含税',
  none: 'none, no tax, not taxable, notax, 免税, 无税',
  payment: 'payment, sale, charge, debit, capture, 收款, 付款',
  refund: 'refund, credit, 退款',
  customer: 'customer, buyer, 客户',
  lot: 'lot, batch, 批次',
  serial: 'serial, 序列号',
  outbound: 'outbound, out, outgoing, sale, 出库, 发货',
  inbound: 'inbound, in, incoming, 入库, 收货',
}

/** Which hub code stands for a meaning, the first that the field knows. */
const codesFor: Readonly<Record<string, string>> = {
  draft: 'draft planned proposed prospect pending',
  pending: 'pending open issued planned active',
  confirmed: 'authorised accepted open issued posted approved planned active',
  paid: 'captured open issued posted',
  processing: 'open issued pending planned changed',
  packed: 'packed open issued planned',
  shipped: 'shipped open issued captured',
  delivered: 'delivered closed done',
  done: 'closed done settled delivered captured posted accepted',
  cancelled: 'cancelled ended withdrawn rejected reversed deleted closed',
  failed: 'failed rejected reject cancelled',
  returned: 'returned closed reversed',
  reversed: 'reversed closed returned refund',
  posted: 'posted issued open active',
  active: 'active open accepted',
  inactive: 'delisted suspended ended closed withdrawn',
}
const meanings: ReadonlyMap<string, readonly string[]> = gather()

function gather(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>()
  for (const [meaning, written] of Object.entries(words))
    for (const text of written.split(', ')) {
      const key = keyOf(text)
      found.set(key, [...(found.get(key) ?? []), meaning])
    }
  return found
}

/** `WAIT_SELLER_SEND_GOODS`, `wait-seller-send-goods` and `Wait Seller Send Goods` are one; Chinese stays as it is written. */
function keyOf(text: string): string {
  if (/\p{Script=Han}/u.test(text)) return text.trim()
  return text
    .replace(/^wc-/, '')
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '' && word !== 'is')
    .join(' ')
}

/** The hub code that a partner's code means; undefined when that is not known. A code that is the hub's own stands for itself. */
export function meaningOf(value: Json, codes: readonly string[]): string | undefined {
  if (typeof value !== 'string') return undefined
  const key = keyOf(value)
  const same = codes.find((code) => code !== 'unknown' && keyOf(code) === key)
  if (same !== undefined) return same
  const found = meanings.get(key) ?? meanings.get(wordsOf(value).join(' ')) ?? []
  for (const meaning of found) for (const code of [meaning, ...(codesFor[meaning] ?? '').split(' ')]) if (codes.includes(code)) return code
  return undefined
}

/** How many of the values are codes whose meaning is known. */
export const meaningsKnown = (values: readonly Json[], codes: readonly string[]): number =>
  values.filter((value) => meaningOf(value, codes) !== undefined).length
