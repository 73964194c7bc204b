import { resolve } from 'node:path';
import type { Command } from '../run';

/**
 * Starts a program in a network of its own, without routes and names. What listens there at {@link relayAddress} hands
 * everything on to the gateway's socket, which is all that it can reach of the outside.
 * @param tools folder with our relay.pl
 */
export function relayedCommand(command: Command, { socket }: { readonly socket: string }, tools: string): Command {
  // Its whole path: the program may work in another folder.
  // Where the relay is killed, its program must not be left to go on.
  const bound = ['setpriv', '--pdeathsig', 'KILL', '--', ...command];
  return ['unshare', '--net', '--', 'perl', resolve(tools, 'relay.pl'), socket, '--', ...bound];
}

/** As buildspecs/relay.pl has it. */
export const relayAddress = 'http://127.0.0.1:3128';

/**
 * Lines of apt.conf for an apt behind a relay; to come last of all. First goes what the machine or the image may have
 * set: proxies for single hosts, and programs that find one out.
 */
export const relayedOptions: readonly string[] = [
  ...['http', 'https'].flatMap((scheme) => [
    ...['Proxy', 'Proxy-Auto-Detect', 'ProxyAutoDetect'].map((name) => `#clear Acquire::${scheme}::${name};`),
    `Acquire::${scheme}::Proxy "${relayAddress}";`,
  ]),
];
