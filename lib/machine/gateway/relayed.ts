import { resolve } from 'node:path';
import type { Command } from '../run';

/**
 * Starts a program in a network namespace without routes and name resolution. A relay at {@link relayAddress} forwards
 * everything to the gateway's socket, the only connection to the outside.
 * @param tools folder that contains relay.pl
 */
export function relayedCommand(command: Command, { socket }: { readonly socket: string }, tools: string): Command {
  // An absolute path, because the program may run in another folder.
  // If the relay is killed, its program must end, too.
  const bound = ['setpriv', '--pdeathsig', 'KILL', '--', ...command];
  return ['unshare', '--net', '--', 'perl', resolve(tools, 'relay.pl'), socket, '--', ...bound];
}

/** The same as in buildspecs/relay.pl. */
export const relayAddress = 'http://127.0.0.1:3128';

/**
 * Lines of apt.conf for an apt behind a relay; they must come last. They first clear what the machine or the image may
 * have set: proxies for single hosts, and programs that detect one.
 */
export const relayedOptions: readonly string[] = [
  ...['http', 'https'].flatMap((scheme) => [
    ...['Proxy', 'Proxy-Auto-Detect', 'ProxyAutoDetect'].map((name) => `#clear Acquire::${scheme}::${name};`),
    `Acquire::${scheme}::Proxy "${relayAddress}";`,
  ]),
];
