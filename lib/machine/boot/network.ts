/** A server on 127.0.0.1, and its address for the machine. */
export interface GuestServer {
  /** `10.0.2.100:5248`: in QEMU's user network 10.0.2.0/24, where QEMU itself uses .2, .3 and .4. */
  readonly address: string;
  /** On 127.0.0.1. */
  readonly port: number;
}

/** QEMU's file descriptor for the wire of {@link closedNetwork}. */
export const wireNumber = 3;

/**
 * QEMU options for a restricted network. The image may contain foreign packages, and QEMU's user network normally reaches
 * everything that the builder does, including its loopback and addresses that hand out credentials. Restricted, it has
 * only DHCP and one program for each connection to the server. Name queries are answered on the wire (name-server.ts).
 * All are connected to one hub; the machine's port is `n0`.
 */
export function closedNetwork({ address, port }: GuestServer): string[] {
  const relay = `bash -c 'exec 3<>/dev/tcp/127.0.0.1/${port} 4<&0; cat <&4 >&3 & cat <&3; kill $!'`;
  return [
    ...['-netdev', `user,id=closed,ipv6=off,restrict=on,guestfwd=tcp:${address}-cmd:${relay}`],
    ...['-netdev', `socket,id=wire,fd=${wireNumber}`],
    ...['-netdev', 'hubport,id=toServer,hubid=0,netdev=closed'],
    ...['-netdev', 'hubport,id=toNames,hubid=0,netdev=wire'],
    ...['-netdev', 'hubport,id=n0,hubid=0'],
  ];
}
