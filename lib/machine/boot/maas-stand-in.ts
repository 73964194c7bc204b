import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { preseedPath } from './kernel-command-line';

export interface StandIn extends AsyncDisposable {
  readonly port: number;
  /** Requested paths, in order. */
  readonly requests: readonly string[];
}

export interface StandInOptions {
  /** Maps URL paths to files. */
  readonly images: Readonly<Record<string, string>>;
  /** User data for cloud-init in the booted image. */
  readonly userData: string;
  /** Our address as seen from the booted machine: `10.0.2.100:5248`. */
  readonly address: string;
}

/**
 * Stands in for MAAS's rack and region: serves a booting machine the root image, the preseed that points cloud-init to
 * the metadata service, and that service. Listens only on 127.0.0.1, on a free port.
 */
export async function startStandIn(options: StandInOptions): Promise<StandIn> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    answer(request, response, options).catch((error: unknown) => {
      response.destroy(error as Error);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, options: StandInOptions): Promise<void> {
  const url = request.url ?? '';
  const image = options.images[url];
  if (image !== undefined) {
    response.writeHead(200, { 'Content-Length': (await stat(image)).size });
    await pipeline(createReadStream(image), response);
    return;
  }
  const text = metadata(options)[url];
  response.writeHead(text === undefined ? 404 : 200, { 'Content-Type': 'text/plain' });
  response.end(text ?? 'not found\n');
}

/** @see https://docs.cloud-init.io — datasource MAAS, which requests paths with a dated version below metadata_url */
function metadata({ userData, address }: StandInOptions): Record<string, string> {
  const service = '/MAAS/metadata/enlist/2012-03-01';
  const preseed = {
    datasource: { MAAS: { metadata_url: `http://${address}/MAAS/metadata/enlist`, timeout: 30 } },
    ssh_genkeytypes: ['ed25519'], // no one logs in, and an emulated machine takes 20 s to make RSA and DSA keys
  };
  return {
    [preseedPath]: `#cloud-config\n${JSON.stringify(preseed)}\n`,
    [`${service}/meta-data/instance-id`]: 'maas-mirror-boot-test',
    [`${service}/meta-data/local-hostname`]: 'maas-enlist',
    [`${service}/user-data`]: userData,
  };
}
