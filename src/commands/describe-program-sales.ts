import type { Example } from './describe-program-ledger.ts'

/** Command lines on sales orders. */
export const salesExamples: Readonly<Record<string, readonly Example[]>> = {
  'orders list': [
    { line: 'orders list --platform shopify --payment paid --fulfilment none', tells: 'paid and not yet sent, in all Shopify shops' },
    { line: 'orders list --updated-since 2h --json', tells: 'what moved lately, to read on from there' },
    { line: 'orders list --from 2026-11-01 --to 2026-11-30 --totals', tells: 'what a month came to' },
  ],
  'orders show': [{ line: 'orders show shop/1001', tells: 'goods, information, documents, business and money of one order' }],
  'orders place': [
    { line: 'orders place lamp.json --supplements shop/1001 --reason "one was missing in the box"', tells: 'goods added to an order' },
  ],
  'orders resend': [{ line: 'orders resend shop/1001 --reason "the ERP is back"', tells: 'what failed goes again, and never twice' }],
  'sales list': [
    { line: 'sales list --by store --from 2026-11-01 --until 2026-11-30', tells: 'what each store sold in a month' },
    { line: 'sales list --by product --supplier NINGBO', tells: 'of the goods of one supplier' },
  ],
  'sales report': [{ line: 'sales report nanjing-road.json', tells: 'what a store without orders sold on a day' }],
  'payouts list': [{ line: 'payouts list --verdict differs', tells: 'what platforms paid that does not agree with the ledger' }],
  'payouts show': [{ line: 'payouts show shop/98417 --verdict fee-differs', tells: 'each line with its arithmetic' }],
  'payouts open': [
    { line: 'payouts open --origin shop --older-than-days 7', tells: 'paid by buyers a week ago, and not by the platform' },
    { line: 'payouts open --totals', tells: 'what platforms still have to pay' },
  ],
  'payouts import': [
    { line: 'payouts import bill.csv --connection shop --number 2026-11-24 --currency CNY', tells: 'a bill that no connection brings' },
    {
      line: 'payouts import all.csv --format wechat-trade --connection shop --number wechat-2026-11-24',
      tells: 'a bill as WeChat Pay offers it',
    },
  ],
  'returns list': [
    { line: 'returns list --status requested', tells: 'what waits for a decision' },
    { line: 'returns list --due-before 2026-11-24T00:00:00Z', tells: 'what is due before then, the most urgent first' },
  ],
  'returns show': [{ line: 'returns show hub/AS-1', tells: 'with its refund, its shipment and the order that replaced the goods' }],
  'returns request': [{ line: 'returns request broken-lamp.json', tells: 'of an order whose shop has no after-sale of its own' }],
  'returns step': [
    { line: 'returns step hub/AS-1 approved --why "the photo shows it"', tells: 'decide' },
    { line: 'returns step hub/AS-1 received --shipment erp/88', tells: 'the goods are back: they count as restocked' },
  ],
  'returns replace': [{ line: 'returns replace hub/AS-2', tells: 'the same goods once more, at no price' }],
  'deposits list': [{ line: 'deposits list --low', tells: 'who should pay soon' }],
  'deposits show': [{ line: 'deposits show M-1001', tells: 'available, frozen, and what waits' }],
  'deposits entries': [
    { line: 'deposits entries M-1001 --limit 20', tells: 'the last changes, with what was there before and after' },
    { line: 'deposits entries M-1001 --from 2026-11-01 --until 2026-11-30 --csv', tells: 'a month as a file' },
  ],
  'deposits terms': [
    {
      line: 'deposits terms M-1001 CNY --low-below 500.00 --number DT-1 --why "pays in advance from December on"',
      tells: 'makes a deposit',
    },
  ],
  'deposits top-up': [
    {
      line: 'deposits top-up M-1001 CNY 5000.00 --reference ICBC-77 --number TU-1 --why "bank slip of today"',
      tells: 'orders that waited go',
    },
  ],
  'deposits adjust': [
    { line: 'deposits adjust M-1001 CNY -12.50 --number DC-1 --why "freight of November"', tells: 'to be approved by another person' },
  ],
  'deposits credit': [
    {
      line: 'deposits credit M-1001 CNY 2000.00 --until 2026-12-31 --number DC-2 --why "New Year"',
      tells: 'to be approved by another person',
    },
  ],
  'deposits approve': [{ line: 'deposits approve hub/DC-1 --why "checked with the invoice"', tells: 'the money moves now' }],
  'deposits reject': [{ line: 'deposits reject hub/DC-1 --why "no such freight"', tells: 'nothing moves' }],
  'deposits refund': [
    {
      line: 'deposits refund M-1001 CNY 10.00 shop/1001 --number DC-3 --why "arrived scratched"',
      tells: 'never more than was taken for the order',
    },
  ],
  'deposits withdraw': [
    { line: 'deposits withdraw M-1001 CNY 300.00 --number DC-4 --why "asked for by mail"', tells: 'refused where not so much is free' },
  ],
  'routing show': [{ line: 'routing show shop/1001', tells: 'which rule took each line, and why no other did' }],
  'routing move': [{ line: 'routing move shop/1001 ningbo-erp --why "the other is closed today"', tells: 'before it is submitted' }],
  'routing dry-run': [
    { line: 'routing dry-run --since 7d', tells: 'what a change of the rules would do' },
    { line: 'routing dry-run --since 30d --rules next.json', tells: 'what rules would do that stand nowhere yet' },
  ],
}
