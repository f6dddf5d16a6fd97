import { BlockList, isIPv4, isIPv6 } from 'node:net';

/**
 * The kind of an IP address. `never` is link-local (such as the metadata services of clouds), unspecified, multicast
 * and broadcast: no setting allows them. `private` is every other address that is not routed on the internet.
 */
export type AddressKind = 'public' | 'private' | 'loopback' | 'never';

type Range = readonly [net: string, prefix: number, family: 'ipv4' | 'ipv6'];

const never: readonly Range[] = [
  ['0.0.0.0', 32, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['224.0.0.0', 4, 'ipv4'],
  ['255.255.255.255', 32, 'ipv4'],
  ['::', 128, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
  // EC2's metadata service over IPv6: a unique-local address that is used like a link-local one.
  ['fd00:ec2::', 32, 'ipv6'],
];

const loopback: readonly Range[] = [
  ['127.0.0.0', 8, 'ipv4'],
  ['::1', 128, 'ipv6'],
];

/** IANA's special-purpose IPv4 blocks that are not globally reachable. */
const private4: readonly Range[] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.0.2.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['198.51.100.0', 24, 'ipv4'],
  ['203.0.113.0', 24, 'ipv4'],
  ['240.0.0.0', 4, 'ipv4'],
];

/** Only 2000::/3 of IPv6 is routed, without the IPv4 tunnels (Teredo, 6to4) and documentation blocks in it. */
const global6: readonly Range[] = [['2000::', 3, 'ipv6']];
const private6: readonly Range[] = [
  ['2001::', 23, 'ipv6'],
  ['2001:db8::', 32, 'ipv6'],
  ['2002::', 16, 'ipv6'],
  ['3fff::', 20, 'ipv6'],
];

function blockList(ranges: readonly Range[]): BlockList {
  const list = new BlockList();
  for (const [net, prefix, family] of ranges) list.addSubnet(net, prefix, family);
  return list;
}

const lists = {
  never: blockList(never),
  loopback: blockList(loopback),
  private4: blockList(private4),
  global6: blockList(global6),
  private6: blockList(private6),
};

/** IPv4 inside IPv6: mapped (`::ffff:0:0/96`) and NAT64 (`64:ff9b::/96`). */
const embedded = /^(?:::ffff:|64:ff9b::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;

/** The kind of `address`. An IPv4 address inside an IPv6 one decides. A text that is not an address is `never`. */
export function addressKind(address: string): AddressKind {
  const [bare = ''] = address.split('%');
  if (isIPv4(bare)) return kindOf4(bare);
  if (!isIPv6(bare)) return 'never';
  const canonical = new URL(`http://[${bare}]`).hostname.slice(1, -1);
  const inner = embedded.exec(canonical);
  if (inner) return kindOf4(dotted(inner[1] as string, inner[2] as string));
  if (lists.never.check(canonical, 'ipv6')) return 'never';
  if (lists.loopback.check(canonical, 'ipv6')) return 'loopback';
  const global = lists.global6.check(canonical, 'ipv6') && !lists.private6.check(canonical, 'ipv6');
  return global ? 'public' : 'private';
}

function kindOf4(address: string): AddressKind {
  if (lists.never.check(address, 'ipv4')) return 'never';
  if (lists.loopback.check(address, 'ipv4')) return 'loopback';
  return lists.private4.check(address, 'ipv4') ? 'private' : 'public';
}

function dotted(high: string, low: string): string {
  const bits = Number.parseInt(high, 16) * 0x10000 + Number.parseInt(low, 16);
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 0xff).join('.');
}
