/* bin/preflight: checks before a command begins its work. */

import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { MirrorError } from '../../lib/errors';
import type { BuildRequest } from '../../lib/job/build-request';
import { mirror as layout } from '../../lib/job/layout';
import { requireOwnKey } from '../../lib/publication/mirror/keyring';
import type { Signer } from '../../lib/simplestreams/openpgp/signer';
import type { DirectoryStore } from '../../lib/store/directory/directory';
import { findMirrorDirectory, openMirrorDirectory } from '../../lib/store/directory/mirror-directory';
import { defaultKeyPath, isKeyFile, keyPlace, requireOutside } from '../keys/signing-key';
import type { Terminal } from '../terminal/terminal';
import { folderOf, isWithin, requireWritable } from './folders';
import { makeSigner, signerOf } from './mirror-key';
import { requireWorkFolder } from './work-folder';

/** The mirror, work folder and key of a build on this machine. */
export interface Places {
  readonly mirror: string;
  readonly work: string;
  readonly key: string;
}

/** @throws KeyExposed, BadInput (misuse) if key or work folder would be inside the mirror */
export function placesOf(options: { readonly mirror: string; readonly work?: string; readonly key?: string }): Places {
  const mirror = folderOf('--mirror', options.mirror);
  const work = options.work === undefined ? `${mirror}.work` : folderOf('--work', options.work);
  const places = { mirror, work, key: keyPlace(options.key ?? defaultKeyPath()) };
  requireOutside(places.mirror, places.key);
  if (isWithin(places.mirror, places.work)) {
    throw new MirrorError('BadInput', `the work folder ${places.work} would be inside the mirror, which is served`, {
      hint: 'name a folder outside the mirror with --work',
      misuse: true,
    });
  }
  return places;
}

/** What the check of a build's places has found. */
export interface CheckedPlaces {
  /** Signer of the mirror's key; undefined if the key is to be created with the mirror. */
  readonly signer: Signer | undefined;
}

/**
 * Checks everything that a build writes to; creates nothing.
 * @throws NoSuchDirectory, BadInput, ForeignDirectory (misuse); NotSupported for a mirror of another release; KeyExposed,
 * KeyUnusable, BadSignature; ChecksumMismatch
 * if a view was restored, or changed by something else
 */
export async function checkPlaces(
  { mirror, work, key }: Places,
  requests: readonly Pick<BuildRequest, 'view'>[],
): Promise<CheckedPlaces> {
  await requireParent(mirror);
  const found = await findMirrorDirectory(mirror, { writes: true });
  await requireWritable('--mirror', mirror);
  await requireWorkFolder(work);
  await requireWritable('--work', work);
  const signer = await signerOf(key, found);
  if (signer === undefined && isKeyFile(key)) await requireWritable('--key', dirname(resolve(key)));
  if (found !== undefined && signer !== undefined) await requireOwnKey({ mirror: found, signer });
  for (const view of new Set(requests.map((request) => request.view))) await found?.requireOwn(layout.index(view));
  return { signer };
}

/** Creates the mirror and its key if they are new. @throws BadSignature if another build has just used another key */
export async function openPlaces(
  { mirror, key }: Places,
  { signer: known }: CheckedPlaces,
  terminal: Terminal,
): Promise<{ mirror: DirectoryStore; signer: Signer }> {
  const opened = await openMirrorDirectory(mirror, { create: true });
  const signer = known ?? (await makeSigner(key, terminal));
  await requireOwnKey({ mirror: opened, signer });
  return { mirror: opened, signer };
}

async function requireParent(path: string): Promise<void> {
  const parent = dirname(path);
  const found = await stat(parent).catch(() => undefined);
  if (found?.isDirectory()) return;
  throw new MirrorError('NoSuchDirectory', `cannot create ${path}: ${parent} is not an existing folder`, {
    hint: `create ${parent} first, or name another folder with --mirror`,
    misuse: true,
  });
}
