import type { enSimulate } from './en-simulate.ts'

export const zhSimulate: Readonly<Record<keyof typeof enSimulate, string>> = {
  'simulate.about': '本机上的模拟对方系统，用于试验工作区',
  'simulate.woocommerce': '带商品与已付订单的 WooCommerce 网店',
  'simulate.tryton': '带商品、库存与采购单的 Tryton ERP',
  'simulate.shopify': '带商品与订单的 Shopify 店铺',
  'simulate.vendure': '带商品与订单的 Vendure 店铺；加 --hook 时其插件会通知集成中心',
  'simulate.hook': '插件推送事件的地址',
  'simulate.odoo': '带商品、库存与采购单的 Odoo',
  'simulate.series': 'API 版本系列：19（JSON-2）或 18（JSON-RPC）',
  'simulate.port': '127.0.0.1 的端口；不给则任意',
  'simulate.currency': '系统的币种',
  'simulate.seed': '故障随机数种子',
  'simulate.fault': '故障及其频率（0 到 1），可重复：{kinds}',
  'simulate.badFault': '“{fault}”不是故障：请用 {kinds} 之一，频率 0 到 1，如 503=0.1。',
  'simulate.zone': '网店时区',
  'simulate.tax': '税率（百分比）',
  'simulate.orders': '起始订单数',
  'simulate.until': '运行至 Ctrl-C。',
}
