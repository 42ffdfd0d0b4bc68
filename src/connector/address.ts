import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** Why an address may not be connected to; undefined: it may. */
export type AddressRule = (address: string) => string | undefined

/** Cloud metadata services: they hand out credentials, so no consent of an operator opens them (reliability B53). */
const metadata: ReadonlySet<string> = new Set(['169.254.169.254', '169.254.170.2', '100.100.100.200', '192.0.0.192', 'fd00:ec2::254'])
const metadataNames: ReadonlySet<string> = new Set(['metadata.google.internal', 'metadata.goog', 'instance-data'])

/** IPv6 forms that carry an IPv4 address inside: they reach what the IPv4 rule would refuse (reliability B52). */
const carriers: ReadonlySet<string> = new Set(['ipv4Mapped', 'rfc6145', 'rfc6052', '6to4', 'teredo'])
/** Never a partner, whatever the operator allows. */
const neverRanges: ReadonlySet<string> = new Set(['unspecified', 'broadcast', 'multicast', 'linkLocal', 'deprecatedSiteLocal', 'discard'])

/**
 * The rule of one connection: public unicast addresses, and what the operator opened as CIDR (`10.1.0.0/16`). Metadata services, link-local,
 * multicast and IPv6 forms around IPv4 stay shut.
 * @throws RangeError for a text that is no CIDR.
 */
export function addressRule(allowPrivate: readonly string[]): AddressRule {
  const opened = allowPrivate.map(readCidr)
  return (text) => {
    if (isIP(text) === 0) return 'is no address'
    const address = ipaddr.parse(text)
    const range = address.range()
    if (metadata.has(address.toString()) || metadata.has(text)) return 'is a metadata service'
    if (carriers.has(range)) return `is an IPv6 form of an IPv4 address (${range})`
    if (
      range === 'unicast' &&
      address.kind() === 'ipv6' &&
      address
        .toByteArray()
        .slice(0, 12)
        .every((byte) => byte === 0)
    )
      return 'is an IPv6 form of an IPv4 address (compatible)'
    if (neverRanges.has(range)) return `is no partner's address (${range})`
    if (opened.some(([net, bits]) => net.kind() === address.kind() && address.match(net, bits))) return undefined
    if (range !== 'unicast') return `is not public (${range})`
    return address.kind() === 'ipv4' || isGlobalUnicast(address.toByteArray()) ? undefined : 'is outside 2000::/3'
  }
}

/** Why a host name may not be asked for at all. */
export const refusedName = (host: string): string | undefined =>
  metadataNames.has(host.toLowerCase().replace(/\.$/, '')) ? 'is a metadata service' : undefined

/** IPv6 hands out public addresses from 2000::/3 only; `::127.0.0.1` counts as unicast elsewhere. */
const isGlobalUnicast = (bytes: readonly number[]): boolean => ((bytes[0] ?? 0) & 0xe0) === 0x20

function readCidr(text: string): readonly [ipaddr.IPv4 | ipaddr.IPv6, number] {
  try {
    return ipaddr.parseCIDR(text)
  } catch (cause) {
    throw new RangeError(`allowPrivate: "${text}" is no CIDR; write it like 10.1.0.0/16 or fd12::/48`, { cause })
  }
}
