import { describe, expect, it } from 'vitest'
import { addressRule, refusedName } from './address.ts'

const closed = addressRule([])
const open = addressRule(['10.0.0.0/8', '127.0.0.0/8', '100.64.0.0/10', '169.254.0.0/16', '::/0', '0.0.0.0/0'])

describe('addresses', () => {
  it.each(['8.8.8.8', '93.184.216.34', '2606:4700:4700::1111', '2a00:1450:4001:80e::200e'])('%s is public', (address) => {
    expect(closed(address)).toBeUndefined()
  })
  it.each([
    '127.0.0.1',
    '127.255.0.9',
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '100.64.0.1',
    '0.0.0.0',
    '0.1.2.3',
    '192.0.2.1',
    '198.18.0.1',
    '198.51.100.7',
    '203.0.113.7',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '192.88.99.1',
    '::1',
    '::',
    'fe80::1',
    'fec0::1',
    'fc00::1',
    'fd12::1',
    'ff02::1',
    '2001:db8::1',
    '2001:2::1',
    '3fff::1',
    '5f00::1',
    '4000::1',
    '100::1',
  ])('%s is refused', (address) => {
    expect(closed(address)).toBeDefined()
  })
  it.each([
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '::127.0.0.1',
    '::8.8.8.8',
    '64:ff9b::7f00:1',
    '64:ff9b:1::7f00:1',
    '2002:7f00:1::',
    '2001:0:7f00:1::',
    '::ffff:0:127.0.0.1',
  ])('%s carries an IPv4 address and is refused', (address) => {
    expect(closed(address)).toBeDefined()
  })
  it.each([
    '169.254.169.254',
    '169.254.170.2',
    '100.100.100.200',
    '192.0.0.192',
    'fd00:ec2::254',
    '::ffff:169.254.169.254',
    '::127.0.0.1',
    '2002:7f00:1::',
    'fe80::a9fe:a9fe',
    '0.0.0.0',
    '224.0.0.1',
  ])('%s stays refused whatever the operator opens', (address) => {
    expect(open(address)).toBeDefined()
  })
  it('opens exactly what the operator lists', () => {
    const rule = addressRule(['127.0.0.0/8', 'fd12::/16'])
    expect(rule('127.0.0.1')).toBeUndefined()
    expect(rule('fd12::9')).toBeUndefined()
    expect(rule('10.0.0.1')).toBeDefined()
    expect(rule('::1')).toBeDefined()
  })
  it('refuses what is no CIDR', () => {
    expect(() => addressRule(['10.0.0.0'])).toThrow(/no CIDR/)
  })
  it.each(['metadata.google.internal', 'METADATA.google.internal.'])('%s is not even asked for', (name) => {
    expect(refusedName(name)).toBeDefined()
  })
})
