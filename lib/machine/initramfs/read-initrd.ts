import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as zlib from 'node:zlib';
import { execa } from 'execa';
import { MirrorError } from '../../errors';
import { CpioNames } from './cpio-names';

/**
 * Lists the files in an initrd: uncompressed archives (microcode, and modules in newer Ubuntu releases), then a compressed
 * one. Foreign programs took part in building it, so its content is not trusted.
 * @param file path on this machine
 * @throws IncompleteInitrd if the kernel could not unpack it either; NotSupported for other compressions
 */
export async function namesInInitrd(file: string): Promise<string[]> {
  const names: string[] = [];
  const take = (name: string) => void names.push(name.replace(/^\.?\//, ''));
  const at = await readPlain(file, take);
  if (at !== undefined) await readCompressed(file, at, take);
  return names;
}

/** @returns offset of the first compressed archive */
async function readPlain(file: string, take: (name: string) => void): Promise<number | undefined> {
  const archive = new CpioNames(basename(file), take);
  for await (const piece of createReadStream(file, { highWaterMark: pieceLength })) {
    if (!archive.push(piece as Buffer)) return archive.offset;
  }
  archive.end();
  return undefined;
}

async function readCompressed(file: string, at: number, take: (name: string) => void): Promise<void> {
  const name = basename(file);
  const archive = new CpioNames(name, take);
  const decompressor = decompressorFor(await beginningAt(file, at), name);
  let [length, isEnded] = [0, false];
  let fault: unknown;
  const read = async (pieces: AsyncIterable<Buffer>) => {
    try {
      for await (const piece of pieces) {
        length += piece.length;
        if (length > mostBytes) throw damaged(name, `has more than ${mostBytes} bytes uncompressed`);
        if (archive.push(piece)) continue;
        isEnded = true; // the kernel ignores anything after the archives, too
        return;
      }
    } catch (error) {
      fault = error;
      throw error;
    }
  };
  try {
    await pipeline(createReadStream(file, { start: at, highWaterMark: pieceLength }), decompressor, read);
  } catch (error) {
    // Stopping early makes the pipeline fail with an abort error.
    if (fault instanceof MirrorError) throw fault;
    if (isEnded) return;
    throw damaged(name, `cannot be decompressed: ${(error as Error).message}`, error);
  }
  if (!isEnded) archive.end();
}

/** Chooses by the first bytes. */
function decompressorFor(beginning: Buffer, name: string): Duplex {
  const starts = (hex: string) => beginning.toString('hex').startsWith(hex);
  if (starts('1f8b')) return zlib.createGunzip({ chunkSize: pieceLength });
  if (starts('28b52ffd')) return zstdStream();
  throw new MirrorError('NotSupported', `the initrd ${name} is compressed with neither gzip nor zstd`, {
    hint: `its first bytes are ${beginning.toString('hex')}; use gzip or zstd`,
  });
}

/** Node has zstd since 22.15. */
function zstdStream(): Duplex {
  const { createZstdDecompress } = zlib as Partial<typeof zlib>;
  return createZstdDecompress?.({ chunkSize: pieceLength }) ?? decompressedBy('zstd', ['-dcq']);
}

/** A stream through a program. */
export function decompressedBy(program: string, args: readonly string[]): Duplex {
  return execa(program, args, { buffer: false, stderr: 'ignore' }).duplex();
}

async function beginningAt(file: string, at: number): Promise<Buffer> {
  await using handle = await open(file);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(6), 0, 6, at);
  return buffer.subarray(0, bytesRead);
}

function damaged(name: string, what: string, cause?: unknown): MirrorError {
  return new MirrorError('IncompleteInitrd', `the initrd ${name} ${what}`, {
    hint: 'check the hooks of the image and its packages; one of them has damaged it',
    cause,
  });
}

const pieceLength = 1 << 20;

/** A generic kernel's initrd has 256 MB; hardly any machine could unpack this much. */
const mostBytes = 4 * 1024 ** 3;
