import { type Migration, tableShape } from '../table-shape.ts'

/** Which process renews the token of a connection; the tokens themselves are sealed secrets. */
export const tokenTurns: Migration = {
  number: 7,
  name: 'token-turns',
  async up(tx, maker) {
    await maker.createTable(
      tx,
      'token_turn',
      tableShape({
        columns: { tenant: 'word', connection: 'word', lease_until: 'whole', lease_token: 'hash?' },
        primary: ['tenant', 'connection'],
        compact: true,
      }),
    )
  },
}
