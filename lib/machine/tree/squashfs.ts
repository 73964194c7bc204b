import { open } from 'node:fs/promises';
import { MirrorError } from '../../errors';
import { type Command, run } from '../run';
import { isInstalled } from '../this-machine';

const MAGIC = 0x73717368;
const SUPERBLOCK_BYTES = 96;

/** Compression of a squashfs, with a level if the compressor has levels. */
export interface Compression {
  readonly name: 'zstd' | 'xz' | 'lz4' | 'gzip';
  readonly level?: number;
}

/** For images passed between stages. */
export const passingCompression: Compression = { name: 'lz4' };

export interface SquashfsOptions {
  readonly compression: Compression;
  /** Seconds since 1970: creation time of the file system and upper limit for file times. */
  readonly epoch: number;
}

/** Packs a tree, including extended attributes and whiteouts; reproducible. */
export async function makeSquashfs(tree: string, file: string, options: SquashfsOptions): Promise<void> {
  const excludes = excludesAttributes(await run(['mksquashfs', '-version'], { quiet: true }));
  if (!excludes) await refuseLabels(tree);
  // With SOURCE_DATE_EPOCH, mksquashfs sets its own time and clamps newer file times; it then refuses -mkfs-time.
  const env = { PATH: process.env.PATH ?? '', SOURCE_DATE_EPOCH: String(options.epoch) };
  await run(mksquashfsCommand(tree, file, { ...options, excludes }), { env });
}

/** A machine with SELinux reports a label of its own on every file, even on files that store none. */
const label = 'security.selinux';

/** Whether this version of mksquashfs has -xattrs-exclude (since 4.6). */
export function excludesAttributes(version: string): boolean {
  const [, major = '0', minor = '0'] = /mksquashfs version (\d{1,4})\.(\d{1,4})/.exec(version) ?? [];
  return Number(major) > 4 || (Number(major) === 4 && Number(minor) >= 6);
}

/**
 * Prints the first file that has the attribute; on a machine with SELinux every file has it. Exits with 1 if the search
 * failed. "Operation not supported", as in a squashfs without attributes, counts as none. 141: head ended getfattr.
 */
const firstWithAttribute = `exec 3>&1
fault=$( {
  getfattr --recursive --physical --no-dereference --match "$1" . | head -n 1 >&3
  status=\${PIPESTATUS[0]}
  case $status in 0 | 1 | 141) ;; *) echo "getfattr ended $status" >&2 ;; esac
} 2>&1 | grep --max-count=1 --invert-match ': Operation not supported$')
[ -z "$fault" ] || { echo "$fault" >&2; exit 1; }`;

async function refuseLabels(tree: string): Promise<void> {
  if (!(await isInstalled('getfattr'))) {
    throw new MirrorError('MissingTool', `getfattr is not installed; it is required to check files for ${label}`, {
      hint: 'install the package attr, or squashfs-tools 4.6 or newer',
    });
  }
  const found = await run(['bash', '-c', firstWithAttribute, 'bash', `^${label.replace('.', '\\.')}$`], {
    quiet: true,
    cwd: tree,
  });
  if (found === '') return;
  const seen = found.replace('# file: ', '').slice(0, 200);
  throw new MirrorError(
    'NotSupported',
    `files of the image have the attribute ${label} on this machine, for example ${seen}`,
    {
      hint: 'it would be published with the image: build on a machine without SELinux, or install squashfs-tools 4.6 or newer, which excludes it',
    },
  );
}

export function mksquashfsCommand(
  tree: string,
  file: string,
  { compression, excludes }: SquashfsOptions & { readonly excludes?: boolean },
): Command {
  const level =
    compression.level === undefined || compression.name === 'xz'
      ? []
      : ['-Xcompression-level', String(compression.level)];
  const excluded = excludes ? ['-xattrs-exclude', `^${label.replace('.', '\\.')}$`] : [];
  const plain = ['-noappend', '-no-progress', '-quiet'];
  return ['mksquashfs', tree, file, ...plain, '-comp', compression.name, ...level, ...excluded];
}

/** Creation time in the header of a squashfs, in seconds since 1970. */
export async function squashfsTime(file: string): Promise<number> {
  return (await superblock(file)).readUInt32LE(8);
}

/** @throws BadImage if a file is not a complete squashfs of version 4 */
export async function checkSquashfs(file: string): Promise<void> {
  const header = await superblock(file);
  const version = header.readUInt16LE(28);
  if (version !== 4) throw badImage(file, `its format version is ${version}, not 4`);
  const promised = header.readBigUInt64LE(40);
  await using handle = await open(file);
  const { size } = await handle.stat();
  if (BigInt(size) < promised) throw badImage(file, `it is truncated (${size} of ${promised} bytes)`);
}

async function superblock(file: string): Promise<Buffer> {
  await using handle = await open(file).catch((error: NodeJS.ErrnoException) => {
    throw badImage(file, error.code === 'ENOENT' ? 'no such file' : error.message);
  });
  const { buffer, bytesRead } = await handle
    .read(Buffer.alloc(SUPERBLOCK_BYTES), 0, SUPERBLOCK_BYTES, 0)
    .catch((error: NodeJS.ErrnoException) => {
      throw badImage(file, error.message);
    });
  if (bytesRead < SUPERBLOCK_BYTES || buffer.readUInt32LE(0) !== MAGIC) {
    throw badImage(
      file,
      `it begins with ${JSON.stringify(buffer.subarray(0, Math.min(bytesRead, 4)).toString('latin1'))}`,
    );
  }
  return buffer;
}

function badImage(file: string, why: string): MirrorError {
  return new MirrorError('BadImage', `${file} is not a valid squashfs: ${why}`, {
    hint: 'specify a squashfs image, for example the squashfs of a cloud image',
  });
}
