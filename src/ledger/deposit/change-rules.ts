import { reject } from '../../model/errors.ts'

/** Refuses to write a change of a deposit by the general command: what it does to the accounts would be left out. @throws HubError `to-be-commanded` (reject) */
export async function checkChange(key: string): Promise<void> {
  throw reject(
    'to-be-commanded',
    `deposit-change ${key}: use POST /v1/deposits/changes (\`crossdock deposits withdraw\`, \`adjust\` …), which moves the money too`,
  )
}
