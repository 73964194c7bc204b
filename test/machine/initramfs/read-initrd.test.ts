import { linkSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CpioNames } from '../../../lib/machine/initramfs/cpio-names';
import { decompressedBy, namesInInitrd } from '../../../lib/machine/initramfs/read-initrd';
import { run } from '../../../lib/machine/run';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import '../../fixtures/needs-root';

/** An archive of the real cpio with files of these names. */
async function cpioOf(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const [tree, file] = [temporaryFolder(), join(temporaryFolder(), 'cpio')];
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, name)), { recursive: true });
    writeFileSync(join(tree, name), text);
  }
  const script = 'cd "$1" && find . -type f | sort | cpio --quiet -o -H newc > "$2"';
  await run(['sh', '-ec', script, 'sh', tree, file], { quiet: true });
  return readFileSync(file);
}

function initrdOf(...parts: readonly Buffer[]): string {
  const file = join(temporaryFolder(), 'initrd');
  writeFileSync(file, Buffer.concat(parts));
  return file;
}

async function zstdOf(bytes: Buffer): Promise<Buffer> {
  const file = initrdOf(bytes);
  await run(['zstd', '-q', file, '-o', `${file}.zst`], { quiet: true });
  return readFileSync(`${file}.zst`);
}

const early = { 'kernel/x86/microcode/GenuineIntel.bin': 'm'.repeat(5000) };
const main = { init: '#!/bin/sh\n', 'usr/lib/modules/6.8/kernel/drivers/nvme/host/nvme.ko': 'x'.repeat(10_001) };
const both = [...Object.keys(early), ...Object.keys(main)];

describe('the names in an initrd', () => {
  it('are those of archives that are not compressed, and of the compressed one behind them', async () => {
    const [first, last] = [await cpioOf(early), await cpioOf(main)];

    expect(await namesInInitrd(initrdOf(first, last))).toEqual(both);
    expect(await namesInInitrd(initrdOf(first, gzipSync(last)))).toEqual(both);
    expect(await namesInInitrd(initrdOf(first, Buffer.alloc(300), await zstdOf(last)))).toEqual(both);
    expect(await namesInInitrd(initrdOf(gzipSync(Buffer.concat([first, last]))))).toEqual(both);
  });

  it('are found by the program zstd, too, for a Node that knows none', async () => {
    const stream = decompressedBy('zstd', ['-dcq']);
    stream.end(await zstdOf(Buffer.from('what was packed')));

    expect((await buffer(stream)).toString()).toBe('what was packed');
  });

  it('are the same in whatever pieces it arrives', async () => {
    const bytes = Buffer.concat([await cpioOf(early), Buffer.alloc(512), await cpioOf(main)]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1 }), (lengths) => {
        const names: string[] = [];
        const archive = new CpioNames('initrd', (name) => names.push(name.replace(/^\.\//, '')));
        for (let [at, turn] = [0, 0]; at < bytes.length; turn += 1) {
          const length = lengths[turn % lengths.length] as number;
          expect(archive.push(bytes.subarray(at, at + length))).toBe(true);
          at += length;
        }
        archive.end();
        expect(names).toEqual(both);
      }),
    );
  });

  it('refuses an initrd that is cut, damaged, or packed by something else', async () => {
    const whole = await cpioOf(main);
    const packed = await zstdOf(whole);
    const faults: [Buffer, string, RegExp][] = [
      [whole.subarray(0, 5000), 'IncompleteInitrd', /ends in the middle of an archive/],
      [
        packed.subarray(0, packed.length - 20),
        'IncompleteInitrd',
        /cannot be decompressed|ends (?:in the middle|before any)/,
      ],
      [gzipSync(whole.subarray(0, 5000)), 'IncompleteInitrd', /ends in the middle of an archive/],
      [
        Buffer.concat([whole.subarray(0, 112), Buffer.alloc(8000, 'y')]),
        'IncompleteInitrd',
        /lacks an expected header/,
      ],
      [Buffer.from('070701'.padEnd(110, 'f')), 'IncompleteInitrd', /has a name of \d+ bytes/],
      [Buffer.from('BZh9 and so on'), 'NotSupported', /neither gzip nor zstd/],
    ];
    for (const [bytes, name, message] of faults) {
      await expect(namesInInitrd(initrdOf(bytes))).rejects.toMatchObject({
        name,
        message: expect.stringMatching(message),
      });
    }
  });

  it('are no folders, and no files that are empty', async () => {
    const tree = temporaryFolder();
    for (const name of ['a.ko', 'b.ko', 'empty.ko']) writeFileSync(join(tree, name), name.startsWith('e') ? '' : 'x');
    linkSync(join(tree, 'b.ko'), join(tree, 'c.ko'));
    mkdirSync(join(tree, 'folder.ko'));
    const file = join(temporaryFolder(), 'cpio');
    await run(['sh', '-ec', 'cd "$1" && find . | sort | cpio --quiet -o -H newc > "$2"', 'sh', tree, file], {
      quiet: true,
    });

    expect(await namesInInitrd(initrdOf(readFileSync(file)))).toEqual(['a.ko', 'b.ko', 'c.ko']);
  });

  it('end where what is packed is no archive any more', async () => {
    const long = Buffer.alloc(8 * 1024 * 1024, 'junk');
    expect(await namesInInitrd(initrdOf(gzipSync(Buffer.concat([await cpioOf(main), long]))))).toEqual(
      Object.keys(main),
    );
  });

  it('refuses an initrd for what is wrong with it, however much follows', async () => {
    const junk = Buffer.alloc(8 * 1024 * 1024, 'y');
    const bytes = gzipSync(Buffer.concat([(await cpioOf(main)).subarray(0, 112), junk]));
    await expect(namesInInitrd(initrdOf(bytes))).rejects.toMatchObject({
      name: 'IncompleteInitrd',
      message: expect.stringMatching(/lacks an expected header/),
    });
  });

  it('refuses an initrd whose names alone would fill the memory', () => {
    const entry = Buffer.alloc(4206);
    entry.write(`070701${'0'.repeat(88)}${(4095).toString(16).padStart(8, '0')}${'0'.repeat(8)}`.padEnd(4205, 'n'));
    const archive = new CpioNames('initrd', () => {});
    const piece = Buffer.concat(Array.from({ length: 1000 }, () => Buffer.concat([entry, Buffer.alloc(2)])));
    expect(() => {
      for (let count = 0; count < 1000; count++) archive.push(piece);
    }).toThrow(
      expect.objectContaining({ name: 'IncompleteInitrd', message: expect.stringMatching(/has names of more/) }),
    );
  });

  it('refuses, and does not hang or crash, whatever an initrd holds', async () => {
    const whole = await cpioOf(main);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.uint8Array({ minLength: 1, maxLength: 40 }), async (at, bytes) => {
        const spoiled = Buffer.from(whole);
        Buffer.from(bytes).copy(spoiled, at);
        const outcome = await namesInInitrd(initrdOf(spoiled)).catch((error: Error) => error.name);
        expect(Array.isArray(outcome) || ['IncompleteInitrd', 'NotSupported'].includes(outcome)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });
});
