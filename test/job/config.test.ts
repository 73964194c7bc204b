import { readFileSync } from 'node:fs';
import Ajv2020 from 'ajv/dist/2020';
import { describe, expect, it, vi } from 'vitest';
import { releaseOf } from '../../lib/catalog/releases';
import type { BuildRequest } from '../../lib/job/build-request';
import { configSchema, parseConfig, requestsOf } from '../../lib/job/config';
import { releaseFor } from '../../lib/job/releases/release-for';

const text = `
views:
  candidate: { releases: [noble, jammy], architectures: [amd64, arm64], kernels: { required: [ga, hwe], optional: [hwe-edge] } }
  cloud-init-next:
    releases: [noble]
    customise: { repositories: [ppa:cloud-init-dev/daily], proposed: [cloud-init] }
    bootloaders: false
schedule: daily
sources: { archive: http://mirror.example/ubuntu, archiveKeyring: keys/archive.gpg, ca: ca.pem }
`;
const ca = '-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n';
const files: Record<string, string> = { 'keys/archive.gpg': 'binary', 'ca.pem': ca };
const read = (path: string) => Buffer.from(files[path] ?? '');
const options = { ownArchitecture: () => 's390x', read, keyring: read };
const requestsIn = (yaml: string, more: object = {}) =>
  requestsOf(parseConfig(yaml, 'mirror.yaml'), { ...options, ...more });

describe('a configuration', () => {
  it('orders every release of every view, and the bootloaders of the views that want them', () => {
    const requests = requestsIn(text);

    expect(requests.map(({ view, release }) => `${view} ${release}`)).toEqual([
      'candidate noble',
      'candidate jammy',
      'candidate bootloaders',
      'cloud-init-next noble',
    ]);
    expect(requests[1]).toMatchObject({
      release: 'jammy',
      architectures: ['amd64', 'arm64'],
      kernels: { required: ['ga', 'hwe'], optional: ['hwe-edge'] },
      bootTest: true,
      rebuild: false,
    });
    expect(requests[3]?.customise).toEqual({
      repositories: ['ppa:cloud-init-dev/daily'],
      proposed: ['cloud-init'],
      allProposed: false,
      packages: [],
      purge: [],
    });
  });

  it('describes releases in the orders of those releases only, which may be named by its versions', () => {
    const yaml = `
views: { candidate: { releases: ["24.04", "27.04", jammy], architectures: [amd64], kernels: { required: [lowlatency] } } }
catalogue: { releases: { zany: { version: "27.04", codename: Zany Zebra }, noble: { supportEol: 2029-06-30 } } }
`;
    const requests = requestsIn(yaml);
    expect(requests.map(({ release, about }) => [release, about])).toEqual([
      ['noble', { supportEol: '2029-06-30', sources: ['mirror.yaml'] }],
      ['zany', { version: '27.04', codename: 'Zany Zebra', sources: ['mirror.yaml'] }],
      ['jammy', undefined],
      ['bootloaders', undefined],
    ]);
    for (const word of ['zany', '27.04']) {
      expect(requestsIn(yaml, { releases: [word] }).map(({ release }) => release)).toEqual(['zany', 'bootloaders']);
    }
    expect(releaseFor(requests[0] as BuildRequest)).toEqual({ ...releaseOf('noble'), supportEol: '2029-06-30' });
  });

  it.each([
    ['{ zany: { version: "24.04" } }', /zany: 24.04 is the version of noble, not of zany/],
    ['{ zany: { version: "27.04" }, zebra: { version: "27.04" } }', /zebra: 27.04 is also the version of zany/],
    ['{ Zany: { version: "27.04" } }', /must be a series: one word of lower-case letters/],
    [
      '{ zany: { version: 27.04 } }',
      /zany.version: is a number, not a string; put it in quotes: "27.04" \(got 27.04\)/,
    ],
    ['{ zany: { version: 26.10 } }', /put it in quotes: "26.10"/],
    ['{ zany: { version: "27.04", eol: 2028-01-01 } }', /Unrecognized key: "eol"/],
    ['{ noble: { supportEol: soon } }', /noble.supportEol: must be a date/],
    ['{ bookworm: { supportEol: 2029-01-01 } }', /bookworm is not an Ubuntu release/],
    ['{ zany: { version: "27.04", architectures: [sparc] } }', /unknown architecture "sparc"/],
  ])('refuses the description %s', (releases, message) => {
    const yaml = `views: {}\ncatalogue: { releases: ${releases} }\n`;
    expect(() => parseConfig(yaml, 'mirror.yaml')).toThrow(
      expect.objectContaining({ name: 'BadInput', misuse: true, message: expect.stringMatching(message) }),
    );
  });

  const refused = (yaml: string, name: string, message: string | RegExp) =>
    expect(() => parseConfig(yaml, 'mirror.yaml')).toThrow(
      expect.objectContaining({
        name,
        misuse: true,
        message: typeof message === 'string' ? message : expect.stringMatching(message),
      }),
    );

  it('refuses several things at once, each with the value that was seen there', () => {
    refused(
      'views: { a: { releases: [24.04], bootTimeout: 2h, eol: soon } }\nschedule: often\n',
      'BadInput',
      'mirror.yaml is not valid: ' +
        'views.a.releases.0: is a number, not a string; put it in quotes: "24.04" (got 24.04); ' +
        'views.a.bootTimeout: must be a whole number of minutes from 1 to 180 (got "2h"); ' +
        'views.a: Unrecognized key: "eol" (got {"eol":"soon"}); ' +
        'schedule: must be one of hourly, daily, weekly (got "often")',
    );
  });

  it.each([
    ['catalogue: { releases: { zany: { version: "27.04", supportEol: 20 Jan 2028 } } }', /2027-04-22 \(got [^)]*\)$/],
    ['catalogue: { releases: { zany: { version: "27.4" }, able: { version: "27.4" } } }', /^(?!.*the version of)/],
  ])('refuses the form in %s, and asks no later rule about it', (yaml, message) => {
    refused(`views: {}\n${yaml}\n`, 'BadInput', message);
  });

  it.each(['', '# later\n', '---\n'])('refuses to be empty: %j', (yaml) => {
    refused(yaml, 'BadInput', 'mirror.yaml is empty');
  });

  it.each(['3', '{ versions: 3 }', ''])('refuses keep: %s, which nothing does yet', (keep) => {
    refused(
      `views: {}\nkeep: ${keep}\n`,
      'NotSupported',
      /^keep in mirror.yaml is not supported yet: every version is kept$/,
    );
  });

  it('puts the content of the files that it names into every order', () => {
    for (const { sources } of requestsIn(text)) {
      expect(sources).toMatchObject({
        archive: 'http://mirror.example/ubuntu',
        archiveKeyringData: Buffer.from('binary').toString('base64'),
        caData: ca,
        stream: 'daily',
      });
    }
  });

  it('can be built by view and by release', () => {
    const some = (more: object) => requestsIn(text, more).map(({ view, release }) => `${view} ${release}`);

    expect(some({ view: 'cloud-init-next' })).toEqual(['cloud-init-next noble']);
    expect(some({ releases: ['jammy'] })).toEqual(['candidate jammy', 'candidate bootloaders']);
    expect(requestsIn(text, { view: 'candidate', rebuild: true }).every(({ rebuild }) => rebuild)).toBe(true);
  });

  it('builds for the own architecture where a view names none, and no bootloaders for Debian', () => {
    const requests = requestsIn('views: { candidate: { releases: [bookworm] } }');
    expect(requests.map(({ release, architectures }) => [release, ...architectures])).toEqual([['bookworm', 's390x']]);
  });

  it.each([
    [
      'an unknown field, by its name',
      'views: { a: { release: [noble] } }',
      /mirror\.yaml is not valid: views\.a: .*"release"/,
    ],
    ['a view with a bad name', 'views: { Candidate: {} }', /views.*Candidate/],
    [
      'a view that is called as what lies beside views, and says the rule',
      'views: { pool: { releases: [noble] } }',
      /views\.pool: is a reserved name, as are pool, snapshots, bootloaders and pages/,
    ],
    [
      'a kernel as package',
      'views: { a: { customise: { packages: [linux-generic] } } }',
      /views\.a\.customise\.packages\.0: is a kernel/,
    ],
    [
      'a snapshot that never was',
      'views: {}\nsources: { snapshot: 20261131T000000Z }',
      /sources\.snapshot: is not a valid date and time/,
    ],
    [
      'a quote in an address',
      `views: {}\nsources: { proxy: 'http://x";APT::Update::Pre-Invoke{"id";};//' }`,
      /sources\.proxy: must be an http or https URL/,
    ],
    [
      'a repository that is none',
      'views: { a: { customise: { repositories: [foo] } } }',
      /views\.a\.customise\.repositories\.0: .*"foo" is neither/,
    ],
    ['a schedule that is none', 'views: {}\nschedule: often', /schedule: .*got "often"/],
    ['what is not valid YAML', 'views: [', /mirror\.yaml is not valid YAML: /],
    ['views that are missing', 'schedule: daily', /views: /],
    [
      'places, which were renamed',
      'views: {}\nplaces: { stream: daily }',
      /^mirror\.yaml: places is now called sources$/,
    ],
    [
      'all of -proposed by its old word',
      'views: { a: { customise: { proposed: all } } }',
      /views\.a\.customise\.proposed: "all" is now written allProposed: true/,
    ],
    [
      'the same in a list',
      'views: { a: { customise: { proposed: [all] } } }',
      /views\.a\.customise\.proposed: "all" is now written allProposed: true/,
    ],
    [
      'packages of -proposed, and all of them',
      'views: { a: { customise: { proposed: [vim], allProposed: true } } }',
      /views\.a\.customise\.proposed: .*cannot be combined with allProposed/,
    ],
  ])('refuses %s', (_, yaml, message) => {
    expect(() => parseConfig(yaml, 'mirror.yaml')).toThrow(
      expect.objectContaining({ name: 'BadInput', misuse: true, message: expect.stringMatching(message) }),
    );
  });

  it.each([
    [
      'a view that is not there',
      { view: 'stabel' },
      /nothing is configured for view stabel; the views are candidate \(noble, /,
    ],
    ['a release that no view has', { releases: ['focal'] }, /nothing is configured for release focal/],
  ])('refuses to build %s', (_, more, message) => {
    expect(() => requestsIn(text, more)).toThrow(
      expect.objectContaining({ name: 'BadInput', message: expect.stringMatching(message) }),
    );
  });
});

it('refuses keep, which nothing does yet', () => {
  expect(() => parseConfig('views: { a: { releases: [noble] } }\nkeep: { versions: 5 }', 'mirror.yaml')).toThrow(
    expect.objectContaining({
      ...{ name: 'NotSupported', misuse: true },
      message: expect.stringMatching(/^keep in mirror\.yaml is not supported yet/),
      hint: expect.stringContaining('a later version will support it'),
    }),
  );
});

describe('a view that is not built', () => {
  const views = (yaml: string) =>
    parseConfig(`views: { candidate: { releases: [noble] }, ${yaml} }`, 'mirror.yaml').views;

  it('is promoted by its settings or by hand, follows a view, or takes parts of several', () => {
    const found = views(`
      stable: { promote: { from: candidate, after: 3d, require: [hw-lab] } },
      lab-2: { from: stable },
      mixed: { select: [ { releases: [jammy, bootloaders], flavours: [ga-22.04], from: stable }, { from: snapshots/2026-11 } ] },
      manual: {},
      empty: `);

    expect(found.stable).toMatchObject({ promote: { from: 'candidate', after: '3d', require: ['hw-lab'] } });
    expect(found['lab-2']).toMatchObject({ from: 'stable' });
    expect(found.mixed?.select?.[0]).toEqual({
      ...{ releases: ['jammy', 'bootloaders'], flavours: ['ga-22.04'], from: 'stable' },
    });
    expect([found.manual?.releases, found.empty]).toEqual([[], null]);
  });

  it('is not built, though the others are', () => {
    const yaml = 'views: { candidate: { releases: [noble] }, stable: { promote: { from: candidate } } }';

    expect(requestsIn(yaml).map(({ view }) => view)).toEqual(['candidate', 'candidate']);
    expect(() => requestsIn(yaml, { view: 'stable' })).toThrow(
      /nothing is configured for view stable; .* stable \(no releases\)/,
    );
  });

  it.each([
    [
      'releases and promote',
      'a: { releases: [noble], promote: { from: candidate } }',
      /views\.a: has releases and promote; give one/,
    ],
    [
      'promote and from',
      'a: { promote: { from: candidate }, from: candidate }',
      /views\.a: has promote and from; give one/,
    ],
    [
      'from and select',
      'a: { from: candidate, select: [ { from: candidate } ] }',
      /views\.a: has from and select; give one/,
    ],
    [
      'a recipe',
      'a: { from: candidate, architectures: [amd64] }',
      /views\.a\.architectures: is for views with releases/,
    ],
    ['no boot test', 'a: { bootTest: false }', /views\.a\.bootTest: is for views with releases/],
    [
      'no bootloaders',
      'a: { promote: { from: candidate }, bootloaders: false }',
      /views\.a\.bootloaders: is for views/,
    ],
    ['itself as its source', 'a: { from: a }', /views\.a: has itself as a source: a from a \(/],
    [
      'itself as the source of its source',
      'a: { promote: { from: b } }, b: { select: [ { from: candidate }, { from: c } ] }, c: { from: a }',
      /views\.a: has itself as a source: a from b from c from a \([^;]*$/,
    ],
    ['no parts', 'a: { select: [] }', /views\.a\.select: must not be empty/],
    [
      'a part without a source',
      'a: { select: [ { releases: [noble] } ] }',
      /views\.a\.select\.0\.from: must be a string/,
    ],
    [
      'a time that is none',
      'a: { promote: { from: candidate, after: 3 days } }',
      /after: must be a duration, such as 3d or 12h/,
    ],
    [
      'a check with a blank',
      'a: { promote: { from: candidate, require: [hw lab] } }',
      /require\.0: must be lower-case/,
    ],
    ['the name of a later version', 'pages: { from: candidate }', /views\.pages: is a reserved name/],
  ])('refuses %s', (_, yaml, message) => {
    expect(() => views(yaml)).toThrow(
      expect.objectContaining({ name: 'BadInput', misuse: true, message: expect.stringMatching(message) }),
    );
  });

  it('takes views that only the mirror has as sources: it is read when the settings are applied', () => {
    expect(() => views('a: { from: old }, b: { promote: { from: old } }')).not.toThrow();
  });
});

describe('a configuration with a password in it', () => {
  it.each([
    ['what is wrong with the address', `views: {}\nsources: { proxy: "http://robot:hush'@proxy.example" }`],
    ['that it is not valid YAML', 'views: {}\nsources: { proxy: http://robot:hush@proxy.example }]'],
    ['that a line with it is not valid YAML', 'views: {}\nsources: { proxy: "http://robot:hush hush@proxy.example'],
    ['that its tag is unknown', 'views: {}\nsources: { proxy: !new "http://robot:hush hush@proxy.example" }'],
    ['that its escape is invalid', 'views: {}\nsources: { proxy: "http://u:p\\Uhush@proxy.example" }'],
    ['that it begins as a tag does', 'views: {}\nsources: { proxy: !http://u:hush@proxy.example }'],
    ['that it begins as a block does', 'views: {}\nsources:\n  proxy: >hush@proxy.example\n'],
    ['that it begins as an alias does', 'views: {}\nsources: { proxy: *hush@proxy.example }'],
    ['that it is a directive', '%hush@proxy.example\n---\nviews: {}'],
    [
      'that it is in a stanza',
      'views: { a: { customise: { repositories: ["Types: deb\\nURIs: https://u:12/hush hush@h\\nSuites: a\\n"] } } }',
    ],
    ['that a field beside it is wrong', 'views: {}\nsources: { proxy: http://robot:hush@proxy.example, prox: x }'],
  ])('says %s without showing it', (_, yaml) => {
    const thrown = expect.objectContaining({ name: 'BadInput', message: expect.not.stringContaining('hush') });
    using warned = vi.spyOn(process, 'emitWarning');
    expect(() => parseConfig(yaml, 'mirror.yaml')).toThrow(thrown);
    expect(warned).not.toHaveBeenCalled(); // Node prints them
  });
});

describe('the JSON Schema of mirror.yaml', () => {
  const schema = JSON.parse(readFileSync('mirror.schema.json', 'utf8')) as object;

  it('is the one that configurations are checked with', () => {
    expect(schema).toEqual(JSON.parse(JSON.stringify(configSchema())));
  });

  it('takes and refuses what we take and refuse', async () => {
    const { parse } = await import('yaml');
    const takes = new Ajv2020({ strict: false }).compile(schema);

    expect(takes(parse(text)), JSON.stringify(takes.errors)).toBe(true);
    for (const bad of ['views: { a: { release: [noble] } }', 'views: {}\nschedule: often', 'schedule: daily']) {
      expect(takes(parse(bad)), bad).toBe(false);
    }
  });
});

describe('what is not YAML', () => {
  const [atPlace, ofAliases] = [
    'correct the file at that line and column',
    'define each anchor before its aliases, and use fewer aliases',
  ];
  const ten = (word: string) => `[${Array(10).fill(word)}]`;
  const laughs = `a: &a ${ten('x')}\nb: &b ${ten('*a')}\nc: &c ${ten('*b')}\nd: ${ten('*c')}`;

  it.each([
    ['views: &a *b', 'an alias has an anchor or a tag at line 1, column 11', atPlace],
    ['views: &', 'an alias or anchor has no valid name at line 1, column 8', atPlace],
    ['%YAML x\n---\nviews: {}', 'a line that begins with % is not a valid directive at line 1, column 7', atPlace],
    [
      'views: "\\U"',
      'invalid escape sequence in double quotes (use single quotes, or write \\\\ for a backslash) at line 1, column 9',
      atPlace,
    ],
    ['views:\n  a: {}\n b: {}', 'wrong indentation, or a missing ] or } at line 3, column 1', atPlace],
    ['&a ? views', 'an anchor or tag is in the wrong place at line 1, column 4', atPlace],
    ['views: @x', 'a value begins with a special character (put it in quotes) at line 1, column 8', atPlace],
    [
      'views: a: b',
      'a second key or a list on the line of a key (put a value that contains ": " in quotes) at line 1, column 8',
      atPlace,
    ],
    ['views: [\n  - a\n  ]', 'a list or mapping of several lines inside [ ] or { } at line 2, column 3', atPlace],
    ['views: {}\nviews: {}', 'a key is repeated at line 2, column 1', atPlace],
    [`views: {}\n${'k'.repeat(1025)}: x`, 'a key is longer than 1024 characters at line 2, column 1', atPlace],
    ['views: [', 'wrong indentation, or a missing ] or } at line 1, column 9', atPlace],
    ['views: {}\nb\nc: d', 'a closing quote, a comma, a colon or a space is missing at line 2, column 1', atPlace],
    ['"a\nb": c', 'a key is not on one line at line 1, column 1', atPlace],
    ['views: &a &b c', 'a value has several anchors at line 1, column 11', atPlace],
    ['views: !!str !!str c', 'a value has several tags at line 1, column 14', atPlace],
    ['views:\n\ta: b', 'a tab in the indentation (use spaces) at line 2, column 1', atPlace],
    [
      'views: !x c',
      'unknown tag, or a value that does not fit its tag (put a value that begins with ! in quotes) at line 1, column 8',
      atPlace,
    ],
    ['views: }', 'unexpected character or word at line 1, column 8', atPlace],
    ['views: *a', 'an alias has no anchor before it, or there are too many aliases', ofAliases],
    [laughs, 'an alias has no anchor before it, or there are too many aliases', ofAliases],
  ])('is refused in a sentence, with the position: %s', (text, what, hint) => {
    const message = `mirror.yaml is not valid YAML: ${what}`;
    expect(() => parseConfig(text, 'mirror.yaml')).toThrow(
      expect.objectContaining({ ...{ name: 'BadInput', misuse: true }, message, hint }),
    );
    // It would quote the file, too.
    expect(() => parseConfig(text, 'mirror.yaml')).not.toThrow(expect.objectContaining({ cause: expect.anything() }));
  });
});

it('refuses YAML that is nested too deeply', () => {
  expect(() => parseConfig('['.repeat(5000), 'mirror.yaml')).toThrow(
    /^mirror\.yaml is not valid YAML: invalid syntax at line 1, column \d+$/,
  );
});

describe('YAML that no field can have', () => {
  const views = (text: string) => () => parseConfig(text, 'mirror.yaml');

  it.each([
    ['views: &v { c: *v }', 'mirror.yaml is not valid: views.c is an alias of a value that contains it'],
    ['views: { __proto__: { releases: [noble] } }', 'mirror.yaml is not valid: views.__proto__ is not a valid name'],
    [
      'views:\n  a: &a { releases: [noble] }\n  b: { <<: *a }',
      'mirror.yaml is not valid: views.b.<<: merge keys are not supported',
    ],
    ['views: {}\n---\nviews: {}', 'mirror.yaml has more than one YAML document'],
    ['views:', 'mirror.yaml has no views: `views` is empty'],
  ])('is refused in a sentence: %s', (text, message) => {
    expect(views(text)).toThrow(expect.objectContaining({ name: 'BadInput', misuse: true, message }));
  });

  it('may have a value twice', () => {
    expect(Object.keys(views('views: { a: &a { releases: [noble] }, b: *a, c: *a }')().views)).toEqual(['a', 'b', 'c']);
  });

  it('has no views to build from', () => {
    const build = () =>
      requestsOf(views('views: {}')(), {
        ownArchitecture: () => 'amd64',
        read: () => Buffer.of(),
        keyring: () => Buffer.of(),
      });
    expect(build).toThrow('the configuration has no views');
  });
});
