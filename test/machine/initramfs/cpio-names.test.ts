import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { CpioNames } from '../../../lib/machine/initramfs/cpio-names';
import { requireDrivers } from '../../../lib/machine/initramfs/drivers';
import { decompressedBy, namesInInitrd } from '../../../lib/machine/initramfs/read-initrd';
import { inside } from '../../../lib/machine/tree/inside/inside';
import { temporaryFolder } from '../../fixtures/temporary-folder';

const hex = (number: number) => number.toString(16).padStart(8, '0');
const padded = (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);

interface Entry {
  readonly name: string;
  readonly content?: string;
  readonly mode?: number;
  readonly links?: number;
  readonly magic?: string;
}

/** One entry of an archive, as cpio(5) says of newc. */
function entry({ name, content = '', mode = 0o100644, links = 1, magic = '070701' }: Entry): Buffer {
  const fields = [1, mode, 0, 0, links, 0, content.length, 0, 0, 0, 0, name.length + 1, 0];
  return Buffer.concat([
    padded(Buffer.from(`${magic}${fields.map(hex).join('')}${name}\0`)),
    padded(Buffer.from(content)),
  ]);
}

const trailer = entry({ name: 'TRAILER!!!', mode: 0 });
const archive = (...entries: readonly Entry[]) => Buffer.concat([...entries.map(entry), trailer]);

async function namesIn(...parts: readonly Buffer[]): Promise<string[]> {
  const file = join(temporaryFolder(), 'initrd.img');
  writeFileSync(file, Buffer.concat(parts));
  return namesInInitrd(file);
}

const file = { name: 'usr/a', content: 'abc' };
const damaged = 'check the hooks of the image and its packages; one of them has damaged it';

describe('the names in an archive', () => {
  it('are those of files with something in them, whatever is before a path', async () => {
    const entries: Entry[] = [
      ...[file, { name: './b', content: 'x' }, { name: '/c', content: 'x' }, { name: 'd', links: 2 }],
      ...[
        { name: 'empty' },
        { name: 'folder', mode: 0o040755, links: 3 },
        { name: 'e', content: 'x', magic: '070702' },
      ],
      ...[
        { name: 'link', mode: 0o120777, content: 'target' },
        { name: '.hidden', content: 'x' },
      ],
    ];
    expect(await namesIn(archive(...entries))).toEqual(['usr/a', 'b', 'c', 'd', 'e', 'link', '.hidden']);
  });

  it('go on in the next one, after zeros, packed or not, and end there', async () => {
    const [one, other] = [archive(file), archive({ name: 'b', content: '1234' })];
    expect(await namesIn(one, other)).toEqual(['usr/a', 'b']);
    expect(await namesIn(one, Buffer.alloc(512), gzipSync(other), Buffer.alloc(0))).toEqual(['usr/a', 'b']);
    expect(await namesIn(one, gzipSync(Buffer.concat([other, Buffer.from('junk'.repeat(50))])))).toEqual([
      'usr/a',
      'b',
    ]);
    expect(await namesIn(one, Buffer.alloc(7))).toEqual(['usr/a']);
  });

  it('are found of an initrd for the drivers that it is to hold', async () => {
    const root = temporaryFolder();
    inside(root).write(
      'var/lib/dpkg/info/linux-modules.list',
      '/.\n/lib/modules/6.8/kernel/a.ko\n/usr/lib/modules/6.8/b.ko.zst\n',
    );
    const initrd = join(temporaryFolder(), 'initrd');
    writeFileSync(initrd, archive({ name: 'usr/lib/modules/6.8/x/a.ko', content: 'x' }));
    const wanted = { directories: [], modules: ['a'] };
    expect(await requireDrivers({ root, release: '6.8', initrd }, wanted)).toEqual({ wanted: 1, found: 1 });
    const both = requireDrivers({ root, release: '6.8', initrd }, { directories: [], modules: ['a', 'b'] });
    await expect(both).rejects.toThrow('the initrd of 6.8 lacks 1 of 2 drivers that its kernel has: b');
  });
});

describe('an initrd that the kernel could not unpack', () => {
  const whole = archive(file);
  const length = entry(file).length;

  it.each([
    ['is empty', [], 'ends before any archive, at byte 0'],
    ['ends in the first name', [whole.subarray(0, 112)], 'ends before any archive, at byte 0'],
    ['ends in a name', [whole.subarray(0, length + 112)], `ends in the middle of an archive, at byte ${length}`],
    ['ends in a content', [whole.subarray(0, length - 2)], `ends in the middle of an archive, at byte ${length - 2}`],
    ['ends before its end', [whole.subarray(0, length)], `ends in the middle of an archive, at byte ${length}`],
    [
      'has something else in it',
      [whole.subarray(0, length), Buffer.alloc(110, 'y')],
      `lacks an expected header, at byte ${length}`,
    ],
    ['has no name', [entry({ name: '' })], 'has a name of 1 bytes, at byte 0'],
    ['has a name without end', [entry({ name: 'x'.repeat(4096) })], 'has a name of 4097 bytes, at byte 0'],
    ['is cut where it is packed', [gzipSync(whole).subarray(0, 30)], 'cannot be decompressed: unexpected end of file'],
    [
      'is packed and cut before that',
      [gzipSync(whole.subarray(0, length))],
      `ends in the middle of an archive, at byte ${length}`,
    ],
    ['has nothing in what is packed', [gzipSync(Buffer.alloc(0))], 'ends before any archive, at byte 0'],
  ])('refuses one that %s', async (_, parts, what) => {
    await expect(namesIn(...parts)).rejects.toMatchObject({
      ...{ name: 'IncompleteInitrd', message: `the initrd initrd.img ${what}`, hint: damaged },
    });
  });

  it('refuses one that is packed by something else, with its first bytes', async () => {
    await expect(namesIn(whole, Buffer.from('BZh91AY').fill('z', 7))).rejects.toMatchObject({
      name: 'NotSupported',
      message: 'the initrd initrd.img is compressed with neither gzip nor zstd',
      hint: 'its first bytes are 425a68393141; use gzip or zstd',
    });
  });

  it('takes the longest name that Linux has', () => {
    const names: string[] = [];
    const reader = new CpioNames('x', (name) => names.push(name));
    expect(reader.push(archive({ name: 'n'.repeat(4095), content: 'x' }))).toBe(true);
    reader.end();
    expect(names[0]).toHaveLength(4095);
  });
});

it('goes through a program that unpacks', async () => {
  const stream = decompressedBy('tr', ['a-z', 'A-Z']);
  stream.end('what was packed');
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  expect(Buffer.concat(chunks).toString()).toBe('WHAT WAS PACKED');
});
