import { mkdir } from 'node:fs/promises';
import { type Command, run } from '../run';

/** Unpacks the tarball of a root file system into a new folder, with owners, modes, attributes and ACLs. Requires root. */
export async function unpackRoot(tarball: string, folder: string): Promise<void> {
  await mkdir(folder);
  await run(tarCommand(tarball, folder), { quiet: true });
}

export function tarCommand(tarball: string, folder: string): Command {
  return [
    ...(['tar', '--extract', '--file', tarball, '--directory', folder] as const),
    // User ids on this machine differ from those in the image.
    ...['--numeric-owner', '--same-owner', '--preserve-permissions'],
    // By default tar restores only user.*: ping would lose its security.capability.
    ...['--xattrs', '--xattrs-include=*', '--acls'],
  ];
}
