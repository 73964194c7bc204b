/* stages: what a build does: one recipe per stage on top. */

import { join } from 'node:path';
import { BuildRequest } from '../job/build-request';
import { checked } from '../job/checked';
import type { Made } from '../job/handed-on/results';
import type { Job } from '../job/job';
import { runs } from '../job/layout';
import { digestOf } from '../machine/digest';
import { readText } from '../machine/files';
import type { Store } from '../store/store';
import type { SecretOf } from './sources/source-credentials';

/** Everything that a stage gets: its job and request, the stores, and folders to work in. */
export interface Workbench {
  readonly job: Job;
  readonly request: BuildRequest;
  /** Folder of this build in the work store: the keys of what it makes begin with it. */
  readonly folder: string;
  /** The work store, with what other stages of this execution made. */
  readonly store: Store;
  /** An empty folder on a real file system, removed afterwards. */
  readonly scratch: string;
  /** The folder of the stage bundle: initramfs/, keyrings/, bootloaders/, boot-check.sh. */
  readonly tools: string;
  /** Folder that caches downloads by digest. @default - no cache */
  readonly cache?: string;
  /** Maximum number of builds that share this machine. @default 1 */
  readonly buildsAtOnce?: number;
  /** Reads credentials by name, outside every tree. @default - there are no credentials */
  readonly secretOf?: SecretOf;
}

/** The build request that Plan stored. @throws NoSuchObject, BadInput */
export async function readRequest(
  { execution, folder }: Pick<Job, 'execution' | 'folder'>,
  store: Store,
  scratch: string,
): Promise<BuildRequest> {
  const file = join(scratch, 'request.json');
  await store.readTo(runs.request(folder), file);
  return checked(BuildRequest, JSON.parse(await readText(file)), `the build request of ${execution}`);
}

/** Hands a file on to the later stages. */
export async function handOn({ store }: Pick<Workbench, 'store'>, key: string, file: string): Promise<Made> {
  const { sha256, size } = await digestOf(file);
  await store.create(key, { file }, { sha256 });
  return { sha256, size };
}

/** Hands a small JSON object on to the later stages. */
export async function handOnJson({ store }: Pick<Workbench, 'store'>, key: string, value: object): Promise<Made> {
  const { size, sha256 } = await store.create(key, Buffer.from(`${JSON.stringify(value)}\n`));
  return { sha256, size };
}

/** Takes a file that an earlier stage handed on. Its name leaves out the execution's folder, because programs in a tree may see it. */
export async function takeUp({ store, scratch }: Pick<Workbench, 'store' | 'scratch'>, key: string): Promise<string> {
  const file = join(scratch, key.split('/').slice(2).join('-'));
  await store.readTo(key, file);
  return file;
}

/** Seconds since 1970 of a serial's day: the timestamp of everything that is made from that image. */
export function epochOf(serial: string): number {
  const [year, month, day] = [serial.slice(0, 4), serial.slice(4, 6), serial.slice(6, 8)];
  return Date.parse(`${year}-${month}-${day}T00:00:00Z`) / 1000;
}

/** The serial of a day: `20261120`, in UTC. */
export function serialOf(epoch: number): string {
  return new Date(epoch * 1000).toISOString().slice(0, 10).replaceAll('-', '');
}
