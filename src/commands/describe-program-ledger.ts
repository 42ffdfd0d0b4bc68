/** One command line that can be typed as it stands, and what it is for. */
export interface Example {
  readonly line: string
  readonly tells: string
}

/** Examples of commands on the ledger. */
export const ledgerExamples: Readonly<Record<string, readonly Example[]>> = {
  'ledger put': [
    { line: 'ledger put party hub/V-17 supplier.json --seen 0 --why "met at the fair"', tells: 'a supplier that no system knows yet' },
  ],
  'ledger list': [
    { line: 'ledger list sales-order --origin shop', tells: 'orders of one shop' },
    { line: 'ledger list stock-level --json', tells: 'one document per line' },
  ],
  'ledger show': [{ line: 'ledger show sales-order shop/1001', tells: 'with the keys other systems have for it' }],
  'ledger as-of': [
    { line: 'ledger as-of sales-order shop/1001 2026-11-23T12:00:00Z', tells: 'at a time' },
    { line: 'ledger as-of sales-order shop/1001 2d', tells: 'two days ago' },
  ],
  'invoices list': [
    { line: 'invoices list --held', tells: 'the queue: whose payment waits, and why' },
    { line: 'invoices list --supplier NINGBO --match price-variance', tells: 'what one supplier asks above the agreed price' },
  ],
  'invoices match': [{ line: 'invoices match erp/118', tells: 'which goods each line is for' }],
  'invoices accept': [{ line: 'invoices accept erp/118 --why "price agreed by phone, 24 November"', tells: 'its payment goes on' }],
  'invoices rematch': [{ line: 'invoices rematch erp/118 erp/119', tells: 'after the tolerance of a supplier changed' }],
  'ledger history': [{ line: 'ledger history sales-order shop/1001', tells: 'which version came when' }],
  'ledger journal': [{ line: 'ledger journal sales-order shop/1001', tells: 'received, linked, sent, corrected …' }],
  'ledger changes': [
    { line: 'ledger changes sales-order shop/1001', tells: 'who, when, from what to what, why, for every field' },
    { line: 'ledger changes purchase-order erp/42 --from 1 --to 3', tells: 'what differs between two versions' },
  ],
  'ledger parcels': [{ line: 'ledger parcels --status exception', tells: 'what did not go well on its way' }],
  'ledger parcel': [{ line: 'ledger parcel 1Z999AA10123456784', tells: 'all that happened to it, told by whom' }],
  'ledger verify': [
    { line: 'ledger verify', tells: 'exit code 1 when one figure does not hold' },
    { line: 'ledger verify --repair --json', tells: 'derive again what differs, and say what it was' },
  ],
  'ledger verifications': [{ line: 'ledger verifications', tells: 'what the nights found' }],
  'ledger figures': [{ line: 'ledger figures --json', tells: 'for a script' }],
  'findings list': [
    { line: 'findings list --code does-not-foot', tells: 'documents whose sums do not hold' },
    { line: 'findings list --by-age --owner none', tells: 'the oldest first, of those that nobody has' },
  ],
  'findings close': [{ line: 'findings close 01K9Z3J5T8 --note "rounded by the shop, agreed"', tells: 'with the reason for others' }],
  'findings act': [
    { line: 'findings act 01K9Z3J5T8 --note "agreed with the supplier"', tells: 'what is proposed for its code' },
    { line: 'findings act 01K9Z3J5T8 --key LAMP-49 --note "same article"', tells: 'a link: which of ours it is' },
  ],
  'findings assign': [
    { line: 'findings assign 01K9Z3J5T8 --person anna', tells: 'she looks after it' },
    { line: 'findings assign 01K9Z3J5T8 --nobody', tells: 'back into the queue' },
  ],
  'findings counts': [{ line: 'findings counts', tells: 'how many, how old, whose' }],
  'findings kinds': [{ line: 'findings kinds --lang zh', tells: 'what every code means, and what is proposed' }],
  'purchase list': [
    { line: 'purchase list --late', tells: 'issued orders whose day is over and of which something is missing' },
    { line: 'purchase list --seller hub/V-17 --since 2h', tells: 'what happened to the orders of one seller' },
  ],
  'purchase show': [{ line: 'purchase show hub/PO-2026-00001', tells: 'ordered, confirmed, received, invoiced, paid, line by line' }],
  'purchase changes': [
    { line: 'purchase changes hub/PO-2026-00001', tells: 'who changed what, and why' },
    { line: 'purchase changes hub/PO-2026-00001 --from 1 --to 3', tells: 'what differs between two versions' },
  ],
  'purchase create': [{ line: 'purchase create order.json --issue --why "stock for spring"', tells: 'and send it to the seller' }],
  'purchase amend': [{ line: 'purchase amend hub/PO-2026-00001 changes.json --why "seller cut it"', tells: 'quantities, dates, lines' }],
  'purchase issue': [{ line: 'purchase issue hub/PO-2026-00001', tells: 'a draft becomes an order' }],
  'purchase close': [{ line: 'purchase close hub/PO-2026-00001', tells: 'what did not come becomes a finding' }],
  'purchase reopen': [{ line: 'purchase reopen hub/PO-2026-00001', tells: 'more comes after all' }],
  'purchase cancel': [{ line: 'purchase cancel hub/PO-2026-00001 --why "ordered twice"', tells: 'while nothing was received' }],
  'purchase respond': [
    { line: 'purchase respond hub/PO-2026-00001 answer.json', tells: 'accept, change, reject, backorder or substitute' },
  ],
  'purchase receive': [{ line: 'purchase receive receipt.json', tells: 'accepted and rejected, with or without an order' }],
  'purchase post': [{ line: 'purchase post hub/GR-2026-00001', tells: 'a draft counts from now on' }],
  'purchase reverse': [{ line: 'purchase reverse hub/GR-2026-00001 --why "counted twice"', tells: 'as if it had not come' }],
  'ledger shipments': [
    { line: 'ledger shipments --ack failed', tells: 'of which a platform could not be told' },
    { line: 'ledger shipments --order shop/1001', tells: 'all that left for one order' },
  ],
  'ledger shipment': [{ line: 'ledger shipment erp/3017', tells: 'its parcels, and who has been told of it' }],
  'ledger targets': [{ line: 'ledger targets sales-order shop/1001', tells: 'whether the ERP has the order' }],
  'ledger carriers': [
    { line: 'ledger carriers', tells: 'our codes, and what partners call them' },
    { line: 'ledger carriers --unknown', tells: 'what an overlay should teach' },
  ],
  'ledger order-as-of': [{ line: 'ledger order-as-of sales-order shop/1001 2d', tells: 'what was open two days ago' }],
  'ledger stock-as-of': [{ line: 'ledger stock-as-of LAMP-49 2026-11-23T12:00:00Z', tells: 'what could be sold at noon' }],
}
