/** Texts of commands to the ledger. */
export const enLedger = {
  'column.why': 'why',
  'ledger.put': 'make a document of the hub itself, or its next version, from a JSON file',
  'ledger.file': 'JSON file',
  'ledger.seen': 'version that you saw, 0 for a new one; a later one refuses the command',
  'ledger.why': 'reason, kept with what the command does',
  'ledger.noObject': '{file} does not hold a JSON object.',
  'ledger.written': '{type} {key} is at version {version}.',
} as const
