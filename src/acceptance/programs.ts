import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Each program that the run starts, and the Debian packages that bring it. */
const needed = [
  { program: 'trytond', packages: ['tryton-server'] },
  { program: 'trytond-admin', packages: ['tryton-server'] },
  { program: 'mariadbd', packages: ['mariadb-server'] },
  { program: 'redis-server', packages: ['redis-server'] },
] as const

/** Tryton's modules are Python packages without a program of their own; the set-up of a database fails when one is missing. */
export const trytonPackages = [
  'tryton-server',
  'tryton-modules-account-invoice-stock',
  'tryton-modules-purchase',
  'tryton-modules-sale',
  'tryton-modules-stock',
] as const

/** What is not on PATH and how to get it; undefined: everything is there. `embedded`: the hub runs on SQLite, so Redis is not needed, and MariaDB only for a shop that is a Vendure. */
export function missingPrograms(embedded: boolean, shop: 'woocommerce' | 'vendure'): string | undefined {
  const isWanted = (program: string) => program.startsWith('trytond') || !embedded || (shop === 'vendure' && program === 'mariadbd')
  const wanted = needed.filter(({ program }) => isWanted(program))
  const missing = wanted.filter(({ program }) => !onPath(program))
  if (missing.length === 0) return undefined
  const tryton = missing.some(({ program }) => program.startsWith('trytond')) ? trytonPackages : []
  const packages = [...new Set([...tryton, ...missing.flatMap((one) => one.packages)])]
  return `not on PATH: ${missing.map(({ program }) => program).join(', ')}. On Debian: apt-get install --no-install-recommends ${packages.join(' ')}`
}

function onPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
