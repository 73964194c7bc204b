import { MirrorError } from '../errors';
import type { Order } from './order';

/**
 * Refuses folders as sources where the machine that builds is none of the person's who names them.
 * @throws BadInput (misuse)
 */
export function refuseFileAddresses({ places, sources = [] }: Partial<Pick<Order, 'places' | 'sources'>>): void {
  const addresses = [
    ...Object.entries(places ?? {}).map(([name, value]) => [`places.${name}`, String(value)] as const),
    ...sources.map(({ uri }, at) => [`sources.${at}`, uri] as const),
  ];
  const [name, address] = addresses.find(([, value]) => /^file:/i.test(value)) ?? [];
  if (name === undefined) return;
  throw new MirrorError('BadInput', `${name} is ${address}, a folder that build machines in AWS do not have`, {
    hint: 'give an http or https address that they can reach',
    misuse: true,
  });
}
