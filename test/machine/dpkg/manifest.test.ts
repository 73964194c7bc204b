import { describe, expect, it } from 'vitest';
import { manifestFrom, manifestOf } from '../../../lib/machine/dpkg/manifest';
import { run } from '../../../lib/machine/run';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { inSmallTree } from '../../fixtures/trees/in-small-tree';

describe('a manifest', () => {
  it('is what dpkg-query says, of this machine and of a tree', async () => {
    expect(manifestOf('/')).toBe(await asDpkgSays('/'));
    await inSmallTree(async ({ path }) => expect(manifestOf(path)).toBe(await asDpkgSays(path)));
  });

  it('lists what is installed, held or not, and nothing that is half there or gone', () => {
    const status = [
      stanza('dpkg', 'install ok installed', '1.22'),
      stanza('held', 'hold ok installed', '1:2-3'),
      stanza('leaving', 'deinstall ok installed', '4'),
      stanza('gone', 'deinstall ok config-files', '1'),
      stanza('unpacked', 'install ok unpacked', '1'),
      stanza('broken', 'install ok half-installed', '1'),
    ];
    expect(manifestFrom(status.join('\n'))).toBe('dpkg\t1.22\nheld\t1:2-3\nleaving\t4\n');
  });

  it('names the architecture of what can be there more than once, and of another than the tree’s', () => {
    const status = [
      stanza('libc6', 'install ok installed', '2', 'arm64', 'Multi-Arch: same\n'),
      stanza('libc6', 'install ok installed', '2', 'armhf', 'Multi-Arch: same\n'),
      stanza('wine', 'install ok installed', '9', 'armhf'),
      stanza('fonts', 'install ok installed', '5', 'all', 'Multi-Arch: foreign\n'),
      stanza('dpkg', 'install ok installed', '1', 'arm64', 'Multi-Arch: foreign\n'),
    ];
    expect(manifestFrom(status.join('\n'))).toBe('dpkg\t1\nfonts\t5\nlibc6:arm64\t2\nlibc6:armhf\t2\nwine:armhf\t9\n');
  });

  it('reads a field to the end of its line, which nothing but a line feed is', () => {
    const read = (version: string) => () => manifestFrom(stanza('first', 'install ok installed', version));
    for (const end of ['\r', '\u2028', '\u2029', '\u0085']) {
      expect(read(`1${end}Package: second${end}Version: 2`)).toThrow(expect.objectContaining({ name: 'BadImage' }));
    }
  });

  it.each(['1\t2', '1\u001b[31m', '1 2', '1\u202e', '٣', ''])('refuses the version %j', (version) => {
    const status = stanza('first', 'install ok installed', version);
    expect(() => manifestFrom(status)).toThrow(
      expect.objectContaining({ name: 'BadImage', message: expect.stringMatching(/invalid name or version: first/) }),
    );
  });

  it('refuses a tree without packages', async () => {
    expect(() => manifestOf(temporaryFolder())).toThrow(
      expect.objectContaining({
        name: 'BadImage',
        message: 'the image has no /var/lib/dpkg/status, so it is neither Debian nor Ubuntu',
      }),
    );
  });
});

function stanza(name: string, status: string, version: string, architecture = 'arm64', more = ''): string {
  const fields = `Package: ${name}\nStatus: ${status}\nArchitecture: ${architecture}\n${more}Version: ${version}\n`;
  return `${fields}Description: small\n Version: of something else\n`;
}

async function asDpkgSays(tree: string): Promise<string> {
  const format = '${db:Status-Abbrev}\t${binary:Package}\t${Version}\n';
  const command = ['dpkg-query', `--admindir=${tree}/var/lib/dpkg`, '--show', `--showformat=${format}`] as const;
  const lines = (await run(command, { quiet: true })).split('\n').filter((line) => line[1] === 'i');
  return `${lines
    .map((line) => line.slice(line.indexOf('\t') + 1))
    .sort()
    .join('\n')}\n`;
}
