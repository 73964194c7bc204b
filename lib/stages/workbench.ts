/* stages: what a build does; the recipe of each stage is at the top. */

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

/** All that a stage has: what is ordered, where things lie, and where it may work. */
export interface Workbench {
  readonly job: Job;
  readonly request: BuildRequest;
  /** Where this build puts what it makes: keys of the work store begin with it. */
  readonly folder: string;
  /** The work store, which holds what other stages of this execution made. */
  readonly store: Store;
  /** An empty folder on a real file system, removed afterwards. */
  readonly scratch: string;
  /** The folder of the stage bundle: initramfs/, keyrings/, bootloaders/, boot-check.sh. */
  readonly tools: string;
  /** Folder that keeps downloads by their digests. @default - nothing is kept */
  readonly cache?: string;
  /** How many builds at most share this machine. @default 1 */
  readonly buildsAtOnce?: number;
  /** Reads what a name of credentials stands for, outside every tree. @default - it knows none */
  readonly secretOf?: SecretOf;
}

/** The order that Plan wrote down. @throws NoSuchObject, BadInput */
export async function readRequest(
  { execution, folder }: Pick<Job, 'execution' | 'folder'>,
  store: Store,
  scratch: string,
): Promise<BuildRequest> {
  const file = join(scratch, 'request.json');
  await store.readTo(runs.request(folder), file);
  return checked(BuildRequest, JSON.parse(await readText(file)), `the order of ${execution}`);
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

/** Takes what an earlier stage handed on. The name of the execution's folder is not for file names, which foreign trees may see. */
export async function takeUp({ store, scratch }: Pick<Workbench, 'store' | 'scratch'>, key: string): Promise<string> {
  const file = join(scratch, key.split('/').slice(2).join('-'));
  await store.readTo(key, file);
  return file;
}

/** Seconds since 1970 of a serial's day: the clock of everything that is made from that image. */
export function epochOf(serial: string): number {
  const [year, month, day] = [serial.slice(0, 4), serial.slice(4, 6), serial.slice(6, 8)];
  return Date.parse(`${year}-${month}-${day}T00:00:00Z`) / 1000;
}

/** The serial of a day: `20261120`, in UTC. */
export function serialOf(epoch: number): string {
  return new Date(epoch * 1000).toISOString().slice(0, 10).replaceAll('-', '');
}
