import { mkdir } from 'node:fs/promises';
import { type Command, run } from '../run';

/** Unpacks the tarball of a root file system into a new folder, with all that a root file system has. Needs root. */
export async function unpackRoot(tarball: string, folder: string): Promise<void> {
  await mkdir(folder);
  await run(tarCommand(tarball, folder), { quiet: true });
}

export function tarCommand(tarball: string, folder: string): Command {
  return [
    ...(['tar', '--extract', '--file', tarball, '--directory', folder] as const),
    // This machine's users have other numbers than the image's.
    ...['--numeric-owner', '--same-owner', '--preserve-permissions'],
    // Without a pattern tar restores only user.*: ping would lose its security.capability.
    ...['--xattrs', '--xattrs-include=*', '--acls'],
  ];
}
