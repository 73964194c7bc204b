import { describe, expect, it } from 'vitest';
import { BuildRequest } from '../../../lib/job/build-request';
import { planOf } from '../../../lib/job/plan';
import { addedSources, archiveSources, proposedSources } from '../../../lib/job/sources/apt-sources';
import { parseRepository, stanzasIn } from '../../../lib/job/sources/repository';
import { isFor } from '../../../lib/job/sources/stanza';

const key = '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQINBF\n=abcd\n-----END PGP PUBLIC KEY BLOCK-----\n';
const indented = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => ` ${line || '.'}`)
    .join('\n');
const stanza = `# ours
Types: deb deb-src
URIs: https://packages.example/ubuntu
Suites: noble
 noble-updates
Components: main
Signed-By:
${indented(key)}
`;

const request = (fields: object) => BuildRequest.parse({ release: 'noble', architectures: ['amd64'], ...fields });
const stanzasOf = (text: string) => {
  const repository = parseRepository(text);
  return repository.kind === 'stanzas' ? repository.stanzas : [];
};

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
      kind: 'stanzas',
      stanzas: [
        {
          uris: ['https://packages.example/ubuntu'],
          suites: ['noble', 'noble-updates'],
          components: ['main'],
          keys: [key],
          architectures: { more: [], without: [] },
          options: {},
          unknown: [],
        },
      ],
    });
  });

  it('may be flat: its suite is the very folder, which has no components', () => {
    const flat = stanza.replace('Suites: noble\n noble-updates\n', 'Suites: ./\n').replace('Components: main\n', '');
    expect(stanzasOf(flat)).toMatchObject([{ suites: ['./'], components: [] }]);
    expect(stanzasOf(flat.replace('./', 'stable/amd64/'))).toMatchObject([{ suites: ['stable/amd64/'] }]);
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
    ['a PPA without owner', 'ppa:daily', /"ppa:daily" is not of the form ppa:owner\/name/],
    ['a PPA with something behind its name', 'ppa:o/n/more', /"ppa:o\/n\/more" is not of the form ppa:owner\/name/],
    ['two PPAs in one', 'ppa:o/n ppa:o/m', /is not of the form ppa:owner\/name/],
    ['a PPA and a line', 'ppa:o/n\nppa:o/m', /is not of the form ppa:owner\/name/],
    ['a PPA behind something', 'xppa:o/n', /is neither ppa:owner\/name nor a deb822 stanza/],
    ['a PPA of nobody', 'ppa:/n', /is not of the form ppa:owner\/name/],
    ['a PPA that climbs', 'ppa:o/../n', /is not of the form ppa:owner\/name/],
    ['a key with something behind it', `${stanza.trimEnd()}\n more\n`, /a Signed-By that is not an armoured key/],
    [
      'a key with something before it',
      stanza.replace('Signed-By:\n', 'Signed-By:\n more\n'),
      /a Signed-By that is not an armoured key/,
    ],
    [
      'a key without an end',
      stanza.replace(' -----END PGP PUBLIC KEY BLOCK-----', ' x'),
      /a Signed-By that is not an armoured key/,
    ],
    [
      'a line of sources.list',
      'deb http://packages.example noble main',
      /is neither ppa:owner\/name nor a deb822 stanza/,
    ],
    ['a stanza without key', stanza.replace(/Signed-By:[\s\S]*/, ''), /has no key in Signed-By/],
    [
      'a key that is a path',
      stanza.replace(/Signed-By:[\s\S]*/, 'Signed-By: /etc/k.gpg\n'),
      /not an armoured key: "\/etc\/k\.gpg"/,
    ],
    ['a stanza without suites', stanza.replace(/Suites: noble\n noble-updates\n/, ''), /has no Suites/],
    ['sources only', stanza.replace('Types: deb deb-src', 'Types: deb-src'), /Types: deb-src/],
    [
      'a URL with a slash in its password',
      stanza.replace(/https:\S+/, 'https://u:hush/hush@a.example/'),
      /URI https:\/\/a\.example\/, which is not an http or https URL/,
    ],
    [
      'a URL that may have its host in its password',
      stanza.replace(/https:\S+/, 'https://u:12/hush@a.example/'),
      /"URIs: https:\/\/a\.example\/" has the URI https:\/\/a\.example\/, which may have part of a password as its host/,
    ],
    [
      'a URL with a space in its password',
      stanza.replace(/https:\S+/, 'https://u:hush hush@a.example/'),
      /"URIs: https:\/\/a\.example\/" has the URI https:\/\/a\.example\/, which is not an http or https URL/,
    ],
    ['what is not fetched over HTTP', stanza.replace('https:', 'cdrom:'), /URI cdrom:.* not an http or https URL/],
    [
      'a quote in an address',
      stanza.replace('/ubuntu', '/";x{"id";};//'),
      /URI https:.*";x.* not an http or https URL/,
    ],
    ['a stanza without components', stanza.replace('Components: main\n', ''), /has no Components/],
    [
      'components of a folder',
      stanza.replace('Suites: noble\n noble-updates\n', 'Suites: ./\n'),
      /has Components, which cannot be combined with a path in Suites/,
    ],
    [
      'a folder without components beside a suite',
      stanza.replace(' noble-updates', ' ./').replace('Components: main\n', ''),
      /has no Components/,
    ],
    ['an odd component', stanza.replace('main', 'main;x'), /main;x in Suites or Components/],
    ['an odd suite', stanza.replace('Suites: noble', 'Suites: "noble"'), /"noble" in Suites or Components/],
    ['a line that is no field', stanza.replace('# ours', 'what is this'), /"what is this", which is not a field/],
    [
      'a line of one-line format that may have its host in its password',
      stanza.replace('# ours', 'deb https://u:12/hush@h noble main'),
      /has the line "deb https:\/\/h noble main", which is not a field/,
    ],
    ['a password in a line that is no field', stanza.replace('# ours', 'u/x hush@h'), /the line "h", which/],
    [
      'an address in another field',
      stanza.replace('Types: deb deb-src', 'Types: u:12/hush@h'),
      /has Types: h, but only deb/,
    ],
    ['an address as suite', stanza.replace('Suites: noble', 'Suites: u:12/hush@h'), /has h in Suites or Components/],
    [
      'an address as key',
      stanza.replace(/Signed-By:[\s\S]*/, `Signed-By: https://u:12/${'hush'.repeat(20)}@h\n`),
      /not an armoured key: "https:\/\/h"/,
    ],
    ['an address as snapshot', `Snapshot: https://u:12/hush@h\n${stanza}`, /has Snapshot: https:\/\/h, which is not/],
    ['an address as By-Hash', `By-Hash: https://u:12/hush@h\n${stanza}`, /has By-Hash: https:\/\/h, which is not/],
  ])('refuses %s', (_, text, message) => {
    expect(() => parseRepository(text)).toThrow(
      expect.objectContaining({ name: 'BadInput', message: expect.stringMatching(message), misuse: true }),
    );
    expect(() => parseRepository(text)).not.toThrow(/hush/);
  });
});

describe('a file of sources, in the shapes that people have', () => {
  const [first] = stanzasOf(stanza);
  const second = stanza.replace('# ours\n', '').replace('packages.example', 'other.example');

  it.each([
    ['with line ends of Windows', stanza.replaceAll('\n', '\r\n')],
    ['with a comment before it, and one in its key', `# a site\n\n${stanza.replace(' mQINBF', '# new\n mQINBF')}`],
    ['with empty lines around it', `\n\n${stanza}\n\n\n`],
    ['with fields that nobody knows, of odd names', `X-Field_2: x\nRepo+Lib.1:\n${stanza}`],
    ['with a line of blanks in it', stanza.replace('Components', '  \t\nComponents')],
    ['with names in capitals, and blanks before colons', stanza.replace('URIs:', 'URIS :')],
    ['without an end', stanza.trimEnd()],
  ])('is read %s', (_, text) => {
    expect(stanzasOf(text).map((one) => ({ ...one, unknown: [] }))).toEqual([first]);
  });

  it('may have several stanzas, which are several repositories', () => {
    const text = `# a vendor's\n\n${stanza}\n${second}`;
    expect(stanzasOf(text).map(({ uris }) => uris)).toEqual([
      ['https://packages.example/ubuntu'],
      ['https://other.example/ubuntu'],
    ]);
    expect(stanzasIn(text)).toEqual([stanza, second]);
  });

  it('may have several keys in one stanza', () => {
    const more = key.replace('mQINBF', 'mDMEaw');
    const text = `${stanza} .\n${indented(more)}\n`;
    expect(stanzasOf(text)[0]?.keys).toEqual([key, more]);
  });

  it('leaves out what is switched off, and sources', () => {
    const off = `Enabled: no\n${second}`;
    expect(stanzasOf(`${off}\n${stanza}`)).toEqual([first]);
    expect(stanzasIn(`${off}\n${stanza}`)).toEqual([stanza]);
    expect(stanzasOf(`${second.replace('deb deb-src', 'deb-src')}\n${stanza}`)).toEqual([first]);
    expect(stanzasIn(off)).toEqual([off]);
  });

  it.each([
    'no',
    'No',
    'false',
    '0',
    'off',
    'without',
    'disable',
  ])('refuses one that is switched off: Enabled: %s', (word) => {
    expect(() => parseRepository(`Enabled: ${word}\n${stanza}`)).toThrow(`disabled (Enabled: ${word})`);
  });

  it.each(['yes', '1', 'on', 'perhaps', ''])('takes one that says Enabled: %s, as apt does', (word) => {
    expect(stanzasOf(`Enabled: ${word}\n${stanza}`)).toEqual([first]);
  });

  it('keeps for whom it is', () => {
    const taken = (...lines: string[]) => {
      const [one] = stanzasOf([...lines, stanza].join('\n'));
      return ['amd64', 'arm64', 's390x'].filter((architecture) => one && isFor(one, architecture));
    };
    expect(taken('Architectures: amd64 arm64')).toEqual(['amd64', 'arm64']);
    expect(taken('Architectures: amd64,s390x')).toEqual(['amd64', 's390x']);
    expect(taken('Architectures: amd64', 'Architectures-Add: arm64')).toEqual(['amd64', 'arm64']);
    expect(taken('Architectures-Add: i386')).toEqual(['amd64', 'arm64', 's390x']);
    expect(taken('Architectures-Remove: arm64')).toEqual(['amd64', 's390x']);
    expect(
      addedSources(request({ customise: { repositories: [`Architectures: arm64\n${stanza}`] } }), 'amd64'),
    ).toEqual([]);
  });

  it('refuses one that is for no architecture of the order', () => {
    const plan = (...architectures: string[]) =>
      planOf(request({ architectures, customise: { repositories: [`Architectures: arm64\n${stanza}`] } }), 'x');
    expect(plan('amd64', 'arm64').architectures).toHaveLength(2);
    expect(() => plan('amd64')).toThrow(
      'the repository https://packages.example/ubuntu is not for amd64 (see its Architectures field)',
    );
    const text = `Architectures: arm64\n${stanza}\n${second}`;
    const two = request({ architectures: ['amd64'], customise: { repositories: [text] } });
    expect(planOf(two, 'x').architectures).toHaveLength(1);
    expect(addedSources(two, 'amd64').every(({ uri }) => uri === 'https://other.example/ubuntu')).toBe(true);
  });

  it('keeps what apt has to be told', () => {
    const fields =
      'Check-Valid-Until: 0\nCheck-Date: Off\nValid-Until-Min: 1\nValid-Until-Max: 864000\nDate-Max-Future: 0\nBy-Hash: force';
    const options = {
      ...{ 'Check-Valid-Until': 'no', 'Check-Date': 'no', 'By-Hash': 'force' },
      ...{ 'Valid-Until-Min': '1', 'Valid-Until-Max': '864000', 'Date-Max-Future': '0' },
    };
    expect(stanzasOf(`${fields}\n${stanza}`)[0]?.options).toEqual(options);
    const [source] = addedSources(request({ customise: { repositories: [`${fields}\n${stanza}`] } }), 'amd64');
    expect(source?.options).toEqual(options);
  });

  it('names fields that nothing comes of, except those that are private', () => {
    expect(stanzasOf(`X-Repolib-Name: x\nEnbled: no\nLanguages: en\nPDiffs: no\nAllow-Weak: no\n${stanza}`)).toEqual([
      { ...first, unknown: ['enbled'] },
    ]);
  });

  it.each([
    'Trusted: yes',
    'Trusted: no',
    'Include: small-tool',
    'Exclude: small-tool',
    'Targets: Packages',
    'Targets-Remove: Packages',
    'InRelease-Path: x/InRelease',
    'Snapshot: 20261120T000000Z',
    'Allow-Insecure: yes',
    'Allow-Weak: 1',
    'Allow-Downgrade-To-Insecure: maybe',
  ])('refuses what it cannot keep: %s', (field) => {
    expect(() => parseRepository(`${stanza.trimEnd()}\n${field}\n`)).toThrow(`has ${field}, which is not supported: `);
  });

  it.each([
    'Check-Date: maybe',
    'Valid-Until-Max: soon',
    'By-Hash: often',
    'Check-Valid-Until:',
  ])('refuses %s', (field) => {
    expect(() => parseRepository(`${stanza.trimEnd()}\n${field}\n`)).toThrow('which is not a valid value');
  });

  it('refuses a file with comments alone, and names another by its address', () => {
    expect(() => parseRepository('# nothing\n\n# here\n')).toThrow('has no stanza');
    expect(() => parseRepository(`# ours\n${second.replace('main', 'main;x')}`)).toThrow(
      'the repository "URIs: https://other.example/ubuntu" has main;x in Suites or Components',
    );
  });
});

describe('the sources of an order', () => {
  it('are Ubuntu’s archive with its pockets, signed by the image’s own keyring', () => {
    const sources = archiveSources(request({}), 'amd64');

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
    const [first] = archiveSources(request({}), architecture);
    expect(first?.uri).toBe('http://ports.ubuntu.com/ubuntu-ports');
  });

  it('are the sources that the order names, with their keyring', () => {
    const sources = { archive: 'http://10.0.0.2/ubuntu', ports: 'http://10.0.0.2/ports', archiveKeyringData: 'a2V5' };

    expect(archiveSources(request({ sources }), 'amd64')[0]).toMatchObject({
      uri: 'http://10.0.0.2/ubuntu',
      keyringData: 'a2V5',
    });
    expect(archiveSources(request({ sources }), 'arm64')[0]).toMatchObject({
      uri: 'http://10.0.0.2/ports',
      keyringData: 'a2V5',
    });
  });

  it('are those of a moment where a snapshot is wanted', () => {
    const sources = archiveSources(request({ sources: { snapshot: '20261120T000000Z' } }), 'arm64');
    expect(sources[1]).toMatchObject({
      uri: 'https://snapshot.ubuntu.com/ubuntu/20261120T000000Z',
      suite: 'noble-updates',
    });
  });

  it('are, of a Debian, what the order or the machine says', () => {
    const aptSources = [{ uri: 'http://d.example/debian', suite: 'bookworm', components: ['main'] }];
    const debian = (fields: object) => archiveSources(request({ release: 'bookworm', ...fields }), 'amd64');

    expect(debian({ aptSources })).toEqual(aptSources);
    expect(debian({ sources: { archive: 'http://10.0.0.2/debian' } })).toEqual([
      { uri: 'http://10.0.0.2/debian', suite: 'bookworm', components: ['main'] },
    ]);
  });

  it('hold -proposed only where something is wanted from it', () => {
    const suites = (proposed: readonly string[], allProposed = false) =>
      proposedSources(request({ customise: { proposed, allProposed } }), 'amd64').map(({ suite }) => suite);

    expect([suites([]), suites([], true), suites(['cloud-init'])]).toEqual([
      [],
      ['noble-proposed'],
      ['noble-proposed'],
    ]);
    expect(proposedSources(request({}), 'amd64')).toEqual([]);
  });

  it('hold every repository that is added', () => {
    const customise = { repositories: ['ppa:cloud-init-dev/daily', stanza] };
    expect(addedSources(request({ customise, sources: { ppas: 'http://10.0.0.2/' } }), 'amd64')).toEqual([
      { uri: 'http://10.0.0.2/cloud-init-dev/daily/ubuntu', suite: 'noble', components: ['main'] },
      { uri: 'https://packages.example/ubuntu', suite: 'noble', components: ['main'], keys: [key] },
      { uri: 'https://packages.example/ubuntu', suite: 'noble-updates', components: ['main'], keys: [key] },
    ]);
  });
});
