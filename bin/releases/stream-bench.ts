import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { packagePath } from '../../lib/mirror/package-files';
import { verifyInProcess } from '../../lib/simplestreams/openpgp/openpgp-verify';
import { temporaryFolder } from '../preflight/environment';

/** What is needed to read a signed stream. */
export interface StreamBench {
  readonly scratch: string;
  readonly tools: string;
  readonly verify: (clearsigned: Buffer, keyring: Buffer) => ReturnType<typeof verifyInProcess>;
}

/** Reads streams on this machine, with a temporary folder. @throws what temporaryFolder and `read` throw */
export async function withStreamBench<T>(read: (bench: StreamBench) => Promise<T>): Promise<T> {
  const scratch = await mkdtemp(join(temporaryFolder(), 'maas-mirror-stream-'));
  try {
    const verify = (clearsigned: Buffer, keyring: Buffer) => verifyInProcess(clearsigned, keyring, new Date());
    return await read({ scratch, tools: packagePath('buildspecs'), verify });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
