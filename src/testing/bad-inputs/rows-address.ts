import type { AddressRow } from './row.ts'

const everything = ['0.0.0.0/0', '::/0']
const refused = (b: number, name: string, url: AddressRow['url'], error: RegExp = /refused-address/): AddressRow => ({
  kind: 'address',
  b,
  name,
  url,
  error,
})
const loopback = (name: string, host: string): AddressRow => refused(51, name, (port) => `http://${host}:${port}`)
const six = (name: string, host: string): AddressRow => refused(52, name, (port) => `http://[${host}]:${port}`)
const metadata = (name: string, host: string): AddressRow => ({ ...refused(53, name, () => `http://${host}`), allowPrivate: everything })
const scheme = (name: string, url: string): AddressRow => refused(57, name, () => url, /^bad-base-url: .*only http and https are spoken/)

/** Addresses of connections that nobody opened with allowPrivate. */
export const addressRows: readonly AddressRow[] = [
  loopback('a short address', '127.1'),
  loopback('a hexadecimal address', '0x7f.1'),
  loopback('one number', '2130706433'),
  loopback('an octal address', '017700000001'),
  loopback('circled digits', '①②⑦.0.0.1'),
  loopback('zero', '0'),
  refused(51, 'a name with a dot', (port) => `http://localhost.:${port}`, /^(refused-address|enotfound): /),
  loopback('a private range', '10.0.0.1'),
  refused(51, 'a user before the host', (port) => `http://user:word@127.0.0.1:${port}`, /^bad-base-url: .*user and password/),
  refused(51, 'a backslash before the host', (port) => `http://x.example\\@127.0.0.1:${port}`, /x\.example.*nothing was sent/),
  refused(51, 'a tab in the host', (port) => `http://127.0.\t0.1:${port}`),
  six('loopback', '::1'),
  six('mapped', '::ffff:127.0.0.1'),
  six('compatible', '::127.0.0.1'),
  six('translated', '64:ff9b::7f00:1'),
  six('6to4', '2002:7f00:1::'),
  six('teredo', '2001:0:7f00:1::'),
  six('link local', 'fe80::1'),
  six('site local', 'fec0::1'),
  six('unique local', 'fd00::1'),
  metadata('of most clouds', '169.254.169.254'),
  metadata('of Alibaba', '100.100.100.200'),
  metadata('of Oracle', '192.0.0.192'),
  metadata('of Google by its name', 'metadata.google.internal'),
  metadata('of Amazon in IPv6', '[fd00:ec2::254]'),
  refused(54, 'the address itself instead of a name', (port) => `http://127.0.0.1:${port}`),
  scheme('gopher', 'gopher://127.0.0.1:70'),
  scheme('a file', 'file:///etc/passwd'),
  scheme('ftp', 'ftp://127.0.0.1'),
  {
    ...scheme('sftp', 'sftp://127.0.0.1:22'),
    b: 42,
    differs: 'the hub reads no folders of others: there is no SFTP in it, and an address of that kind is refused',
  },
  {
    ...refused(57, 'a database port of this machine', () => 'http://127.0.0.1:6379'),
    differs:
      'schemes are a list, ports are not: an ERP listens where its operator put it, also on 8069 or 3306; what protects the inside is the address, which must be opened by name whatever the port',
  },
]
