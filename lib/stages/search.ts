import { join } from 'node:path';
import type { Order } from '../job/order';
import { type Places, streamAddress } from '../job/places';
import { writeBytes } from '../machine/bytes';
import type { Network } from '../machine/network';
import type { VerifyClearsigned } from '../simplestreams/verified-text';
import type { FindOptions } from './find-cloud-image';

/** Where an order wants its cloud image to be looked for, and by whose signature it counts. */
export async function searchOf(bench: {
  readonly order: Order;
  readonly job: { readonly release: string; readonly architecture: string };
  readonly scratch: string;
  /** Holds `keyrings/`. */
  readonly tools: string;
  readonly verify?: VerifyClearsigned;
}): Promise<FindOptions> {
  const { order, job, scratch, tools, verify } = bench;
  return {
    stream: streamAddress(order.places),
    release: job.release,
    architecture: job.architecture,
    keyring: await streamKeyring(order.places, scratch, tools),
    scratch,
    network: networkOf(order.places),
    ...(order.serial !== undefined && { serial: order.serial }),
    ...(verify && { verify }),
  };
}

/** How an order wants the network to be reached. */
export function networkOf({ proxy, ca }: Places): Network {
  return { ...(proxy !== undefined && { proxy }), ...(ca !== undefined && { ca }) };
}

async function streamKeyring({ streamKeyring: given }: Places, scratch: string, tools: string): Promise<string> {
  if (given === undefined) return join(tools, 'keyrings/ubuntu-cloudimage-keyring.gpg');
  const file = join(scratch, 'given-stream-keyring.gpg');
  await writeBytes(file, Buffer.from(given, 'base64'));
  return file;
}
