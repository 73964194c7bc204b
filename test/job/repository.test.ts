import { describe, expect, it } from 'vitest';
import { addedSources, archiveSources, proposedSources } from '../../lib/job/apt-sources';
import { Order } from '../../lib/job/order';
import { parseRepository } from '../../lib/job/repository';

const key = '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQINBF\n=abcd\n-----END PGP PUBLIC KEY BLOCK-----\n';
const stanza = `# ours
Types: deb deb-src
URIs: https://packages.example/ubuntu
Suites: noble
 noble-updates
Components: main
Signed-By:
${key
  .trimEnd()
  .split('\n')
  .map((line) => ` ${line || '.'}`)
  .join('\n')}
`;

describe('a repository', () => {
  it('is a PPA by its owner and name', () => {
    expect(parseRepository('ppa:cloud-init-dev/daily')).toEqual({
      kind: 'ppa',
      owner: 'cloud-init-dev',
      name: 'daily',
    });
  });

  it('is a deb822 stanza with its key', () => {
    expect(parseRepository(stanza)).toEqual({
      kind: 'stanza',
      uris: ['https://packages.example/ubuntu'],
      suites: ['noble', 'noble-updates'],
      components: ['main'],
      key,
    });
  });

  it('may be flat: its suite is the very folder, which has no components', () => {
    const flat = stanza.replace('Suites: noble\n noble-updates\n', 'Suites: ./\n').replace('Components: main\n', '');
    expect(parseRepository(flat)).toMatchObject({ suites: ['./'], components: [] });
    expect(parseRepository(flat.replace('./', 'stable/amd64/'))).toMatchObject({ suites: ['stable/amd64/'] });
  });

  it('is shown without its password where it is refused', () => {
    for (const [right, wrong] of [
      ['https://packages.example/ubuntu', 'ftp://robot:hush@packages.example/ubuntu'],
      ['https://packages.example/ubuntu', 'https://robot:hush"@packages.example/ubuntu'],
      ['# ours', 'deb https://robot:hush@packages.example/ubuntu noble'],
    ] as const) {
      const text = stanza.replace(right, wrong);
      expect(() => parseRepository(text)).toThrow(/packages\.example/);
      expect(() => parseRepository(text)).not.toThrow(/hush/);
    }
    expect(() => parseRepository('https://robot:hush@packages.example')).toThrow(/"https:\/\/packages\.example"/);
  });

  it.each([
    ['a PPA without owner', 'ppa:daily', /"ppa:daily" is no ppa:owner\/name/],
    ['a PPA with something behind its name', 'ppa:o/n/more', /"ppa:o\/n\/more" is no ppa:owner\/name/],
    ['two PPAs in one', 'ppa:o/n ppa:o/m', /is no ppa:owner\/name/],
    ['a PPA and a line', 'ppa:o/n\nppa:o/m', /is no ppa:owner\/name/],
    ['a PPA behind something', 'xppa:o/n', /is neither ppa:owner\/name nor a deb822 stanza/],
    ['a PPA of nobody', 'ppa:/n', /is no ppa:owner\/name/],
    ['a PPA that climbs', 'ppa:o/../n', /is no ppa:owner\/name/],
    ['a key with something behind it', `${stanza.trimEnd()}\n more\n`, /a Signed-By that is no key/],
    [
      'a key with something before it',
      stanza.replace('Signed-By:\n', 'Signed-By:\n more\n'),
      /a Signed-By that is no key/,
    ],
    ['a key without an end', stanza.replace(' -----END PGP PUBLIC KEY BLOCK-----', ' x'), /a Signed-By that is no key/],
    [
      'a line of sources.list',
      'deb http://packages.example noble main',
      /is neither ppa:owner\/name nor a deb822 stanza/,
    ],
    ['a stanza without key', stanza.replace(/Signed-By:[\s\S]*/, ''), /has no Signed-By with its key/],
    ['a key that is a path', stanza.replace(/Signed-By:[\s\S]*/, 'Signed-By: /etc/k.gpg\n'), /no key: "\/etc\/k\.gpg"/],
    ['a stanza without suites', stanza.replace(/Suites: noble\n noble-updates\n/, ''), /has no Suites/],
    ['sources only', stanza.replace('Types: deb deb-src', 'Types: deb-src'), /Types deb-src/],
    ['what is not fetched over HTTP', stanza.replace('https:', 'cdrom:'), /URI cdrom:.* no http or https address/],
    [
      'a quote in an address',
      stanza.replace('/ubuntu', '/";x{"id";};//'),
      /URI https:.*";x.* no http or https address/,
    ],
    ['a stanza without components', stanza.replace('Components: main\n', ''), /has no Components/],
    [
      'components of a folder',
      stanza.replace('Suites: noble\n noble-updates\n', 'Suites: ./\n'),
      /has Components, but its Suites are folders/,
    ],
    [
      'a folder without components beside a suite',
      stanza.replace(' noble-updates', ' ./').replace('Components: main\n', ''),
      /has no Components/,
    ],
    ['an odd component', stanza.replace('main', 'main;x'), /the word main;x as suite or component/],
    ['an odd suite', stanza.replace('Suites: noble', 'Suites: "noble"'), /the word "noble" as suite or component/],
    ['a line that is no field', stanza.replace('# ours', 'what is this'), /"what is this", which is no field/],
  ])('refuses %s', (_, text, message) => {
    expect(() => parseRepository(text)).toThrow(
      expect.objectContaining({ name: 'BadInput', message: expect.stringMatching(message), misuse: true }),
    );
  });
});

describe('the sources of an order', () => {
  const order = (fields: object) => Order.parse({ release: 'noble', architectures: ['amd64'], ...fields });

  it('are Ubuntu’s archive with its pockets, signed by the image’s own keyring', () => {
    const sources = archiveSources(order({}), 'amd64');

    expect(sources.map(({ uri, suite }) => `${uri} ${suite}`)).toEqual([
      'http://archive.ubuntu.com/ubuntu noble',
      'http://archive.ubuntu.com/ubuntu noble-updates',
      'http://archive.ubuntu.com/ubuntu noble-security',
    ]);
    expect(new Set(sources.map(({ signedBy }) => signedBy))).toEqual(
      new Set(['/usr/share/keyrings/ubuntu-archive-keyring.gpg']),
    );
  });

  it.each(['arm64', 'armhf', 'ppc64el', 's390x', 'riscv64'])('are the ports archive for %s', (architecture) => {
    const [first] = archiveSources(order({}), architecture);
    expect(first?.uri).toBe('http://ports.ubuntu.com/ubuntu-ports');
  });

  it('are the places that the order names, with their keyring', () => {
    const places = { archive: 'http://10.0.0.2/ubuntu', ports: 'http://10.0.0.2/ports', archiveKeyring: 'a2V5' };

    expect(archiveSources(order({ places }), 'amd64')[0]).toMatchObject({
      uri: 'http://10.0.0.2/ubuntu',
      keyring: 'a2V5',
    });
    expect(archiveSources(order({ places }), 'arm64')[0]).toMatchObject({
      uri: 'http://10.0.0.2/ports',
      keyring: 'a2V5',
    });
  });

  it('are those of a moment where a snapshot is wanted', () => {
    const sources = archiveSources(order({ places: { snapshot: '20261120T000000Z' } }), 'arm64');
    expect(sources[1]).toMatchObject({
      uri: 'https://snapshot.ubuntu.com/ubuntu/20261120T000000Z',
      suite: 'noble-updates',
    });
  });

  it('are, of a Debian, what the order or the machine says', () => {
    const sources = [{ uri: 'http://d.example/debian', suite: 'bookworm', components: ['main'] }];
    const debian = (fields: object) => archiveSources(order({ release: 'bookworm', ...fields }), 'amd64');

    expect(debian({ sources })).toEqual(sources);
    expect(debian({ places: { archive: 'http://10.0.0.2/debian' } })).toEqual([
      { uri: 'http://10.0.0.2/debian', suite: 'bookworm', components: ['main'] },
    ]);
  });

  it('hold -proposed only where something is wanted from it', () => {
    const suites = (proposed: unknown) =>
      proposedSources(order({ customise: { proposed } }), 'amd64').map(({ suite }) => suite);

    expect([suites([]), suites('all'), suites(['cloud-init'])]).toEqual([[], ['noble-proposed'], ['noble-proposed']]);
    expect(proposedSources(order({}), 'amd64')).toEqual([]);
  });

  it('hold every repository that is added', () => {
    const customise = { repositories: ['ppa:cloud-init-dev/daily', stanza] };
    expect(addedSources(order({ customise, places: { ppas: 'http://10.0.0.2/' } }))).toEqual([
      { uri: 'http://10.0.0.2/cloud-init-dev/daily/ubuntu', suite: 'noble', components: ['main'] },
      { uri: 'https://packages.example/ubuntu', suite: 'noble', components: ['main'] },
      { uri: 'https://packages.example/ubuntu', suite: 'noble-updates', components: ['main'] },
    ]);
  });
});
