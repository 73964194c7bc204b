import { constants, copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from '../run';
import { run } from '../run';

/** A file and what it is to be called in the archive. */
export interface TarMember {
  readonly name: string;
  readonly file: string;
}

/**
 * Packs files at the top level of a tar.xz, by name. Equal names and bytes give equal bytes.
 * @param epoch seconds since 1970, the time of every member
 */
export async function makeTarXz(members: readonly TarMember[], archive: string, epoch: number): Promise<void> {
  // tar renames by patterns only, and stores a second name of one file as a link: so all are copied to their names.
  const folder = `${archive}.members`;
  await mkdir(folder);
  try {
    for (const { name, file } of members) await copyFile(file, join(folder, name), constants.COPYFILE_EXCL);
    const names = members.map(({ name }) => name).sort();
    // Without TAR_OPTIONS and XZ_OPT, which would change the bytes.
    await run(tarXzCommand(folder, names, archive, epoch), { env: { PATH: process.env.PATH ?? '', LC_ALL: 'C' } });
  } finally {
    await rm(folder, { recursive: true });
  }
}

export function tarXzCommand(folder: string, names: readonly string[], archive: string, epoch: number): Command {
  return [
    'tar',
    '--create',
    `--file=${archive}`,
    '--format=ustar',
    '--owner=0',
    '--group=0',
    '--numeric-owner',
    '--mode=0644',
    `--mtime=@${epoch}`,
    // More threads cut the stream in blocks, so that its bytes would depend on the machine.
    '--use-compress-program=xz -6 --threads=1',
    `--directory=${folder}`,
    '--',
    ...names,
  ];
}
