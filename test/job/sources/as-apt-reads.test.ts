import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MirrorError } from '../../../lib/errors';
import { BuildRequest } from '../../../lib/job/build-request';
import { addedSources } from '../../../lib/job/sources/apt-sources';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import '../../fixtures/needs-root';

const native = execFileSync('dpkg', ['--print-architecture'], { encoding: 'utf8' }).trim();
/** The addresses of the lists of packages that apt would ask for, or undefined where it refuses the file. */
function asApt(text: string, folder: string): string[] | undefined {
  const file = join(folder, 'given.sources');
  writeFileSync(file, text);
  const options = {
    ...{
      'Dir::Etc::sourcelist': file,
      'Dir::Etc::sourceparts': '/dev/null',
      'Dir::State::lists': join(folder, 'lists'),
    },
    ...{
      'Dir::Cache': folder,
      'Dir::State::status': '/dev/null',
      'APT::Architecture': native,
      'APT::Architectures': native,
    },
  };
  const words = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const { status, stdout } = spawnSync('apt-get', [...words, 'update', '--print-uris'], { encoding: 'utf8' });
  if (status !== 0) return undefined;
  const addresses = stdout.split('\n').flatMap((line) => /^'([^']*\/Packages)(?:\.[a-z0-9]+)?' /.exec(line)?.[1] ?? []);
  return sorted(addresses.filter((address) => !/\/binary-(?:all|xyz)\//.test(address)));
}

/** The same by what we read; undefined where we refuse the file. */
function asWe(text: string): string[] | undefined {
  try {
    const request = BuildRequest.parse({
      release: 'noble',
      architectures: [native],
      customise: { repositories: [text] },
    });
    const lists = addedSources(request, native).flatMap(({ uri, suite, components }) => {
      const base = uri.replace(/\/+$/, '');
      if (suite.endsWith('/')) return [`${base}/${suite}Packages`];
      return components.map((component) => `${base}/dists/${suite}/${component}/binary-${native}/Packages`);
    });
    return sorted(lists);
  } catch (error) {
    expect(error instanceof MirrorError || (error as Error).name === 'ZodError').toBe(true);
    return undefined;
  }
}

const sorted = (words: readonly string[]) => [...new Set(words)].sort();

const keyLines = ['-----BEGIN PGP PUBLIC KEY BLOCK-----', '.', 'mQINBF', '=abcd', '-----END PGP PUBLIC KEY BLOCK-----'];
const oneOf = fc.constantFrom;
type Wrong = 'nothing' | 'type' | 'components' | 'suites' | 'mixture';
const some = <T>(...from: T[]) => fc.subarray(from, { minLength: 1 });

/** A stanza, as its lines. The number makes its addresses its own: apt refuses one address with two keys. */
const stanza = (at: number) =>
  fc
    .record({
      types: oneOf('deb', 'deb deb-src', 'deb-src deb'),
      uris: some(`http://a${at}.example/x`, `https://b${at}.example/y/`),
      suites: oneOf(['noble'], ['noble', 'noble-updates'], ['jammy'], ['./'], ['stable/']),
      components: some('main', 'universe', 'x/y'),
      wrong: oneOf<Wrong>(...Array(9).fill('nothing'), 'type', 'components', 'suites', 'mixture'),
      enabled: oneOf(undefined, undefined, 'yes', 'no', '0', '1', 'off', 'No', 'perhaps', ''),
      architectures: oneOf(undefined, undefined, native, 'xyz', `xyz ${native}`, `xyz,${native}`),
      more: oneOf(undefined, undefined, undefined, native, 'xyz'),
      without: oneOf(undefined, undefined, undefined, native, 'xyz'),
      dates: oneOf(undefined, 'Check-Date: no', 'Check-Valid-Until: yes', 'Valid-Until-Max: 86400', 'By-Hash: force'),
      odd: oneOf(undefined, 'X-Field_2: x', 'Nonsense: deb', 'Suites: overwritten', 'Name+1: y', '# Enabled: no'),
      keys: oneOf(1, 2),
      // How a list is written: all in one line, or one in a line.
      wrapped: fc.boolean(),
      colon: oneOf(': ', ':', ' : ', ':\t'),
      between: oneOf(undefined, '# a comment', '   ', '\t'),
      request: fc.integer({ min: 0, max: 1000 }),
    })
    .map((one) => {
      const join_ = one.wrapped ? '\n ' : ' ';
      const field = (name: string, value: string | undefined) =>
        value === undefined ? [] : [`${name}${one.colon}${value}`];
      const key = Array.from({ length: one.keys }, () => keyLines).flat();
      // apt reads the one list of a folder whatever the field says; we keep to it.
      const suites = one.wrong === 'mixture' ? ['noble', './'] : one.wrong === 'suites' ? [] : one.suites;
      const isFlat = suites.some((suite) => suite.endsWith('/'));
      const hasComponents = isFlat === (one.wrong === 'components' || one.wrong === 'mixture');
      const fields = [
        ...field('Types', one.wrong === 'type' ? 'rpm' : one.types),
        ...field('URIs', one.uris.join(join_)),
        ...(suites.length > 0 ? field('Suites', suites.join(join_)) : []),
        ...(hasComponents ? field('Components', one.components.join(join_)) : []),
        ...field('Enabled', one.enabled),
        ...(isFlat ? [] : field('Architectures', one.architectures)),
        ...(isFlat ? [] : field('architectures-ADD', one.more)),
        ...(isFlat ? [] : field('Architectures-Remove', one.without)),
        ...[one.dates ?? [], one.odd ?? []].flat(),
        `Signed-By:\n${key.map((line) => ` ${line}`).join('\n')}`,
      ];
      const turned = [...fields.slice(one.request % fields.length), ...fields.slice(0, one.request % fields.length)];
      // No comment or blank can go on with what is not there.
      const [first = '', ...rest] = turned;
      return [first, ...rest.flatMap((text) => [...(one.between === undefined ? [] : [one.between]), text])].join('\n');
    });

const file = fc
  .record({
    stanzas: fc
      .integer({ min: 1, max: 3 })
      .chain((count) => fc.tuple(...Array.from({ length: count }, (_, at) => stanza(at)))),
    before: oneOf('', '# a comment\n', '# a comment\n\n', '\n\n', '#\n#\n'),
    gap: oneOf('\n\n', '\n\n\n', '\n\n# between\n\n', '\n\n# at the top\n'),
    after: oneOf('', '\n', '\n\n', '\n\n# the end\n'),
    crlf: fc.boolean(),
  })
  .map(({ stanzas, before, gap, after, crlf }) => {
    const text = `${before}${stanzas.join(gap)}${after}\n`;
    return crlf ? text.replaceAll('\n', '\r\n') : text;
  });

describe('a file of sources', () => {
  it('gives the lists that this machine’s apt reads by it, or is refused by both', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'lists/partial'), { recursive: true });
    let [taken, refused] = [0, 0];
    fc.assert(
      fc.property(file, (text) => {
        const [apt, we] = [asApt(text, folder), asWe(text)];
        // Where nothing would come of a file, apt is content, and an order that asks for it is not.
        expect(we ?? []).toEqual(apt ?? []);
        if (we === undefined) refused++;
        else taken++;
      }),
      { numRuns: 120 },
    );
    expect(taken).toBeGreaterThan(20);
    expect(refused).toBeGreaterThan(5);
  });
});
