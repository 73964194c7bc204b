import { constants, copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from '../run';
import { run } from '../run';

/** A file and its name in the archive. */
export interface TarMember {
  readonly name: string;
  readonly file: string;
}

/**
 * Packs files at the top level of a tar.xz, sorted by name; reproducible.
 * @param epoch seconds since 1970, the modification time of every member
 */
export async function makeTarXz(members: readonly TarMember[], archive: string, epoch: number): Promise<void> {
  // tar can rename only by patterns, and stores hard links as links, so each file is copied to its name first.
  const folder = `${archive}.members`;
  await mkdir(folder);
  try {
    for (const { name, file } of members) await copyFile(file, join(folder, name), constants.COPYFILE_EXCL);
    const names = members.map(({ name }) => name).sort();
    // Without TAR_OPTIONS and XZ_OPT, which would change the output.
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
    // With more threads xz splits the stream into blocks, so the output would depend on the machine.
    '--use-compress-program=xz -6 --threads=1',
    `--directory=${folder}`,
    '--',
    ...names,
  ];
}
