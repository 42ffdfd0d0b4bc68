import { execFileSync } from 'node:child_process'
import { networkInterfaces } from 'node:os'

/** A machine of its own as the network sees it: its own loopback, and one cable to the driver. */
export interface Host {
  readonly address: string
  /** put before a program, it runs there */
  readonly before: readonly string[]
  /** pulls the cable out: nothing arrives, and no connection breaks */
  cut(): void
  /** puts it back */
  join(): void
}

/** Network namespaces with private addresses of the test's own; nothing else can be reached from them, and they from nowhere else. */
export interface Hosts {
  /** of the driver, at every cable */
  readonly driver: string
  /** all of these addresses */
  readonly subnet: string
  /** the host of a process, which is made when it is asked for first */
  of(name: string): Host
  close(): void
}

const ip = (...args: readonly string[]): void => void execFileSync('ip', args, { stdio: 'pipe' })
let opened = 0

export function openHosts(): Hosts {
  const id = `${process.pid.toString(36)}${(opened++).toString(36)}`
  const base = freeBase()
  const driver = `${base}.1`
  const subnet = `${base}.0/24`
  const hosts = new Map<string, Host & { readonly space: string; readonly near: string }>()
  // without a cable an address of ours is nobody's, and never the default route's
  ip('route', 'add', 'blackhole', subnet)
  const make = (name: string) => {
    const space = `crossdock-${id}-${name}`
    const [near, far] = [`cx${id}${hosts.size}a`, `cx${id}${hosts.size}b`]
    const address = `${base}.${10 + hosts.size}`
    ip('netns', 'add', space)
    const host = {
      space,
      near,
      address,
      before: ['ip', 'netns', 'exec', space],
      cut: () => ip('-n', space, 'link', 'set', far, 'down'),
      join: () => ip('-n', space, 'link', 'set', far, 'up'),
    }
    hosts.set(name, host)
    ip('-n', space, 'link', 'set', 'lo', 'up')
    ip('link', 'add', near, 'type', 'veth', 'peer', 'name', far, 'netns', space)
    ip('address', 'add', driver, 'peer', address, 'dev', near)
    ip('-n', space, 'address', 'add', address, 'peer', driver, 'dev', far)
    ip('link', 'set', near, 'up')
    host.join()
    return host
  }
  return {
    driver,
    subnet,
    of: (name) => hosts.get(name) ?? make(name),
    close() {
      for (const { space, near } of hosts.values()) {
        ip('link', 'delete', near)
        ip('netns', 'delete', space)
      }
      ip('route', 'delete', 'blackhole', subnet)
    },
  }
}

/** Three numbers of a private network that nothing here uses. */
function freeBase(): string {
  const taken = [
    ...Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address)),
    ...execFileSync('ip', ['route'], { encoding: 'utf8' }).split(/\s+/),
  ]
  for (let n = 0; n < 256; n++) {
    const base = `10.213.${(process.pid + n) % 256}`
    if (!taken.some((address) => address.startsWith(`${base}.`))) return base
  }
  throw new Error('no private network between 10.213.0 and 10.213.255 is free')
}

/** Why there are no namespaces here; undefined: there are. */
export function hostsMissing(): string | undefined {
  try {
    const probe = openHosts()
    try {
      probe.of('probe')
    } finally {
      probe.close()
    }
    return undefined
  } catch {
    return "network namespaces need 'ip' (iproute2) and root, or CAP_NET_ADMIN and CAP_SYS_ADMIN"
  }
}
