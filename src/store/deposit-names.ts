import type { Reader } from './in-list.ts'

const namesIn =
  (table: 'deposit' | 'deposit_order' | 'deposit_payment' | 'deposit_term', column: 'key' | 'party') =>
  async (read: Reader, tenant: string, after: string, limit: number): Promise<string[]> => {
    const rows = await read
      .selectFrom(table as 'deposit_order')
      .select(column)
      .distinct()
      .where('tenant', '=', tenant)
      .where(column, '>', after)
      .orderBy(column)
      .limit(limit)
      .execute()
    return rows.map((row) => row[column])
  }
/** Merchants with a deposit or terms of one; orders that have to do with one, or may, and payments. */
export const depositNames = [namesIn('deposit', 'party'), namesIn('deposit_term', 'party')]
export const depositOrderNames = [namesIn('deposit_order', 'key'), ordersOfMerchants]
export const depositPaymentNames = [namesIn('deposit_payment', 'key'), documentsOf('payment')]
/** Documents of a type, and rows of terms that such documents have. */
export const termNames = (type: string) => [documentsOf(type), termsIn(type)]

async function ordersOfMerchants(read: Reader, tenant: string, after: string, limit: number): Promise<string[]> {
  const merchants = read.selectFrom('deposit').select('party').where('tenant', '=', tenant)
  const rows = await read
    .selectFrom('party_document')
    .select('key')
    .distinct()
    .where('tenant', '=', tenant)
    .where('type', '=', 'sales-order')
    .where('party', 'in', merchants)
    .where('key', '>', after)
    .orderBy('key')
    .limit(limit)
    .execute()
  return rows.map(({ key }) => key)
}

function documentsOf(type: string) {
  return async (read: Reader, tenant: string, after: string, limit: number): Promise<string[]> => {
    const rows = await read
      .selectFrom('document')
      .select('key')
      .where('tenant', '=', tenant)
      .where('type', '=', type)
      .where('key', '>', after)
      .orderBy('key')
      .limit(limit)
      .execute()
    return rows.map(({ key }) => key)
  }
}

function termsIn(type: string) {
  return async (read: Reader, tenant: string, after: string, limit: number): Promise<string[]> => {
    const rows = await read
      .selectFrom('deposit_term')
      .select('key')
      .where('tenant', '=', tenant)
      .where('type', '=', type)
      .where('key', '>', after)
      .orderBy('key')
      .limit(limit)
      .execute()
    return rows.map(({ key }) => key)
  }
}

/** Types that have rows of terms. */
export const typesOfTerms = async (read: Reader, tenant: string): Promise<string[]> =>
  (await read.selectFrom('deposit_term').select('type').distinct().where('tenant', '=', tenant).execute()).map(({ type }) => type)
