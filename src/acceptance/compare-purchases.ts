import { add, sum } from '../model/decimal.ts'
import type { Fields, Pairing } from './compare.ts'
import { recordsOf } from './compare.ts'
import { article, eachLine, goods, list, part, text, unitOf } from './document-values.ts'
import type { Ledger, LedgerDocument } from './ledger.ts'
import { quarantineCode } from './seed-books.ts'
import type { Truth } from './truth.ts'
import { related, rowsOf, textOf } from './tryton-values.ts'

/** Purchase orders, their answers, receipts and invoices: what the ledger says beside what both Trytons say. */
export function purchasePairings(ledger: Ledger, truth: Truth): readonly Pairing[] {
  return [orders(ledger, truth), answers(ledger, truth), receipts(ledger, truth), invoices(ledger, truth)]
}

const statusOf: Readonly<Record<string, string>> = { processing: 'issued', done: 'closed', cancelled: 'cancelled' }

function orders(ledger: Ledger, truth: Truth): Pairing {
  return {
    name: "purchase orders in Harbour's Tryton",
    ledger: recordsOf(
      ledger.of('purchase-order'),
      ({ number }) => number,
      ({ body }) => ({
        status: text(body.status),
        seller: ledger.keyOf(part(body.seller, 'ref')),
        currency: text(body.currency),
        day: text(body.issueDate),
        total: text(part(body.totals, 'grandTotal')),
        ...eachLine(list(body.lines), (line) => [
          text(line.number),
          {
            article: ledger.keyOf(part(line.product, 'ref')),
            quantity: text(line.quantity),
            unit: text(line.unit),
            price: text(line.unitPrice),
            amount: text(line.lineAmount),
          },
        ]),
      }),
    ),
    systems: recordsOf(
      truth.purchases,
      (row) => textOf(row, 'number'),
      (row) => ({
        status: statusOf[textOf(row, 'state')] ?? 'draft',
        seller: textOf(related(row, 'party'), 'code'),
        currency: textOf(related(row, 'currency'), 'code'),
        day: textOf(row, 'purchase_date'),
        total: textOf(row, 'total_amount'),
        ...eachLine(goods(row), (line) => [
          textOf(line, 'sequence'),
          {
            article: article(line),
            quantity: textOf(line, 'quantity'),
            unit: unitOf(line),
            price: textOf(line, 'unit_price'),
            amount: textOf(line, 'amount'),
          },
        ]),
      }),
    ),
  }
}

const kindOf: Readonly<Record<string, string>> = { processing: 'accepted', done: 'accepted', cancelled: 'rejected' }

/** One sale at Ningbo for each purchase order, with Harbour's number; its answer stands in the ledger as an order response to that very order. */
function answers(ledger: Ledger, truth: Truth): Pairing {
  const purchases = new Map(ledger.of('purchase-order').map((order) => [order.key, order]))
  const numberOf = ({ body }: LedgerDocument): string => purchases.get(ledger.keyOf(body.order))?.number ?? `unlinked ${text(body.number)}`
  return {
    name: "sales in Ningbo's Tryton, and its answers",
    ledger: recordsOf(ledger.of('order-response'), numberOf, ({ body }) => {
      const order = purchases.get(ledger.keyOf(body.order))
      const ordered = list(order?.body.lines)
      return {
        number: text(body.number),
        answer: text(body.kind),
        customer: ledger.keyOf(part(order?.body.buyer, 'ref')),
        currency: text(order?.body.currency),
        ...eachLine(list(body.lines), (line) => {
          const asked = ordered.find(({ number }) => number === line.number)
          return [
            text(line.number),
            {
              article: ledger.keyOf(part(asked?.product, 'ref')),
              'answered article': ledger.keyOf(part(line.product, 'ref')),
              quantity: text(line.quantity),
              unit: text(asked?.unit),
              price: text(asked?.unitPrice),
            },
          ]
        }),
      }
    }),
    systems: recordsOf(
      truth.supplierSales,
      (row) => textOf(row, 'reference'),
      (row) => ({
        number: textOf(row, 'number'),
        answer: kindOf[textOf(row, 'state')] ?? 'received',
        customer: textOf(related(row, 'party'), 'code'),
        currency: textOf(related(row, 'currency'), 'code'),
        ...eachLine(goods(row), (line) => [
          textOf(line, 'sequence'),
          {
            article: article(line),
            'answered article': article(line),
            quantity: textOf(row, 'state') === 'cancelled' ? '0' : textOf(line, 'quantity'),
            unit: unitOf(line),
            price: textOf(line, 'unit_price'),
          },
        ]),
      }),
    ),
  }
}

/** A line of a purchase may lie in two places after it came: the sums of what is good and of what is broken are compared. */
function receipts(ledger: Ledger, truth: Truth): Pairing {
  const purchases = new Map(ledger.of('purchase-order').map((order) => [order.key, order]))
  return {
    name: 'receipts',
    ledger: recordsOf(
      ledger.of('goods-receipt'),
      ({ number }) => number,
      ({ body }) => ({
        'delivery note': text(body.deliveryNote),
        supplier: ledger.keyOf(part(body.supplier, 'ref')),
        warehouse: ledger.keyOf(part(body.location, 'ref')),
        ...summed(
          list(body.lines).map((line) => {
            const order = purchases.get(ledger.keyOf(line.order))
            const row = list(order?.body.lines).find(({ key }) => key === part(line.orderLine, 'key'))
            const name = `${order?.number ?? 'unlinked'}/${text(row?.number)} ${ledger.keyOf(part(line.product, 'ref'))} ${text(line.unit)}`
            return { name, accepted: text(line.accepted), rejected: text(line.rejected) }
          }),
        ),
      }),
    ),
    systems: recordsOf(
      truth.receipts,
      (row) => textOf(row, 'number'),
      (row) => ({
        'delivery note': textOf(row, 'reference'),
        supplier: textOf(related(row, 'supplier'), 'code'),
        warehouse: textOf(related(row, 'warehouse'), 'code'),
        ...summed(
          rowsOf(row, 'inventory_moves').map((move) => {
            const line = related(related(move, 'origin'), 'origin')
            const name = `${textOf(related(line, 'purchase'), 'number')}/${textOf(line, 'sequence')} ${article(move)} ${unitOf(move, 'uom')}`
            const broken = textOf(related(move, 'to_location'), 'code') === quarantineCode
            const quantity = textOf(move, 'quantity')
            return { name, accepted: broken ? '0' : quantity, rejected: broken ? quantity : '0' }
          }),
        ),
      }),
    ),
  }
}

function invoices(ledger: Ledger, truth: Truth): Pairing {
  return {
    name: "Ningbo's invoices",
    ledger: recordsOf(
      ledger.of('invoice'),
      ({ number }) => number,
      ({ body }) => ({
        issuer: ledger.keyOf(part(body.issuer, 'ref')),
        currency: text(body.currency),
        day: text(body.issueDate),
        total: text(part(body.totals, 'grandTotal')),
        lines: text(list(body.lines).length),
        quantity: sum(list(body.lines).map(({ quantity }) => text(quantity))),
        amount: sum(list(body.lines).map(({ lineAmount }) => text(lineAmount))),
      }),
    ),
    systems: recordsOf(
      truth.invoices,
      (row) => textOf(row, 'reference'),
      (row) => ({
        issuer: textOf(related(row, 'party'), 'code'),
        currency: textOf(related(row, 'currency'), 'code'),
        day: textOf(row, 'invoice_date'),
        total: textOf(row, 'total_amount'),
        lines: String(goods(row).length),
        quantity: sum(goods(row).map((line) => textOf(line, 'quantity'))),
        amount: sum(goods(row).map((line) => textOf(line, 'amount'))),
      }),
    ),
  }
}

function summed(rows: readonly { readonly name: string; readonly accepted: string; readonly rejected: string }[]): Fields {
  const sums: Record<string, string> = {}
  for (const { name, accepted, rejected } of rows) {
    sums[`${name} accepted`] = add(sums[`${name} accepted`] ?? '0', accepted)
    sums[`${name} rejected`] = add(sums[`${name} rejected`] ?? '0', rejected)
  }
  return sums
}
