import type { Command } from 'commander'
import { startEasyPost } from '../simulator/carriers/easypost.ts'
import { startKuaidi100 } from '../simulator/carriers/kuaidi100.ts'
import { startTrack17 } from '../simulator/carriers/track17.ts'
import type { Service, ServiceOptions } from '../simulator/carriers/tracking.ts'
import type { Shell } from './shell.ts'

/** Flags that these simulators read; the others are those of every simulator. */
export interface CarrierFlags {
  readonly hook?: string
}
export interface SimulatorDesk<F> {
  readonly shell: Shell
  /** a command with the flags of every simulator */
  readonly system: (name: string, about: string) => Command
  readonly options: (flags: F) => ServiceOptions
  readonly run: (flags: F, access: Readonly<Record<string, string | number>>, system: Service) => Promise<void>
}

/** `simulate easypost`, `simulate track17`, `simulate kuaidi100`: tracking services; parcels go their way by `POST /staff/scan`. */
export function registerCarrierSimulators<F extends CarrierFlags>({ shell, system, options, run }: SimulatorDesk<F>): void {
  const { say } = shell
  const service = (name: string, about: string): Command => system(name, about).option('--hook <address>', say('simulate.pushes'))
  const opened = (flags: F): ServiceOptions => ({ ...options(flags), ...(flags.hook === undefined ? {} : { hook: flags.hook }) })

  service('easypost', say('simulate.easypost')).action(async (flags: F) => {
    const access = { apiKey: 'EZ-simulated-key', webhookSecret: 'simulated-hook-secret' }
    const easypost = await startEasyPost({ ...opened(flags), ...access })
    await run(flags, { url: easypost.url, ...access }, easypost)
  })
  service('track17', say('simulate.track17')).action(async (flags: F) => {
    const access = { key: 'simulated-key-of-17track' }
    const track17 = await startTrack17({ ...opened(flags), ...access })
    await run(flags, { url: track17.url, ...access }, track17)
  })
  service('kuaidi100', say('simulate.kuaidi100')).action(async (flags: F) => {
    const access = { customer: 'simulated', key: 'simulated-key' }
    const kuaidi100 = await startKuaidi100({ ...opened(flags), ...access })
    await run(flags, { url: kuaidi100.url, ...access, salt: 'salt-of-your-own', timeZone: 'Asia/Shanghai' }, kuaidi100)
  })
}
