/** A server on 127.0.0.1, and where a machine finds it. */
export interface GuestServer {
  /** `10.0.2.100:5248`: in QEMU's user network 10.0.2.0/24, but none of its own .2, .3 and .4. */
  readonly address: string;
  /** Of 127.0.0.1. */
  readonly port: number;
}

/** Number of the file that is the other end of {@link closedNetwork}'s wire, in QEMU. */
export const wireNumber = 3;

/**
 * The image may hold anybody's packages, and QEMU's user network has the builder's way to everywhere, its loopback and
 * the addresses that give credentials away: closed, it has DHCP, and one program for each connection to the server. It has
 * no name server: who hears on the wire is it (name-server.ts). All are on one hub, whose port for the machine is `n0`.
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
