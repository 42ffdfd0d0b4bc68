import type { Example } from './describe-program-ledger.ts'

/** Examples of commands on events. */
export const eventExamples: Readonly<Record<string, readonly Example[]>> = {
  'events types': [{ line: 'events types', tells: 'what there is to hear of' }],
  'events list': [
    { line: 'events list --type order.* --since 2h', tells: 'what happened to orders in the last two hours' },
    { line: 'events list --document sales-order --key shop/1001', tells: 'the life of one order' },
  ],
  'events show': [{ line: 'events show 01K9Z3J5T8', tells: 'what receivers get of it' }],
  'events subscribe': [
    { line: 'events subscribe warehouse https://wms.example/events --types order.*,stock.changed', tells: 'prints the id and the secret' },
    {
      line: 'events subscribe audit https://audit.example/in --types "*" --origins erp --full',
      tells: 'everything that one ERP keeps, unhidden',
    },
  ],
  'events subscriptions': [{ line: 'events subscriptions', tells: 'who hears what, and who does not answer' }],
  'events messages': [{ line: 'events messages 01K9Z3J5T8 --state dead', tells: 'what a receiver did not take' }],
  'events pause': [{ line: 'events pause 01K9Z3J5T8', tells: 'while the receiver is rebuilt' }],
  'events resume': [{ line: 'events resume 01K9Z3J5T8', tells: 'once it is back' }],
  'events resend': [{ line: 'events resend 01K9Z3J5T8', tells: 'all dead letters of a receiver' }],
  'events unsubscribe': [{ line: 'events unsubscribe 01K9Z3J5T8', tells: 'for good' }],
  'events rotate': [{ line: 'events rotate 01K9Z3J5T8 --grace 48', tells: 'both secrets sign for two days' }],
  'events replay': [
    {
      line: 'events replay 01K9Z3J5T8 --from 2026-11-23T00:00:00Z --until 2026-11-24T00:00:00Z --dry-run',
      tells: 'how many there were that day',
    },
    { line: 'events replay 01K9Z3J5T8 --events 01K9Z3J5T9', tells: 'one event once more' },
  ],
}
