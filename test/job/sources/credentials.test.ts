import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BuildRequest } from '../../../lib/job/build-request';
import { checked } from '../../../lib/job/checked';
import { parseConfig } from '../../../lib/job/config';
import { addedSources } from '../../../lib/job/sources/apt-sources';
import { credentialsIn, splitAddress } from '../../../lib/job/sources/credentials';
import { stanzaAt } from '../../fixtures/archives/private-stanza';

const request = (fields: object) =>
  checked(BuildRequest, { release: 'noble', architectures: ['amd64'], ...fields }, 'the order');
const withRepository = (repository: unknown) => () => request({ customise: { repositories: [repository] } });
const refusal = (message: RegExp) =>
  expect.objectContaining({ name: 'BadInput', misuse: true, message: expect.stringMatching(message) });
const messageOf = (call: () => unknown): string => {
  try {
    call();
  } catch (error) {
    const { message, hint } = error as { readonly message: string; readonly hint?: string };
    return `${message} ${hint}`;
  }
  return '';
};
const printable = /^\P{Cc}+$/u;
const word = fc.string({ minLength: 1, unit: 'binary' }).filter((text) => printable.test(text));

describe('credentials', () => {
  it('are a user and a password, whatever is in them', () => {
    fc.assert(
      fc.property(
        word.filter((user) => !user.includes(':')),
        word,
        fc.constantFrom('', '\n', '\r\n'),
        (user, password, end) => {
          expect(credentialsIn(`${user}:${password}${end}`, 'secret')).toEqual({ user, password });
        },
      ),
    );
  });

  it.each([
    ['nothing', ''],
    ['a password alone', 'hush-hush-42'],
    ['no user', ':hush-hush-42'],
    ['no password', 'hush-hush-42:'],
    ['two lines', 'robot:hush-hush-42\nother:hush-hush-42\n'],
    ['what would be another header', 'robot:hush-hush-42\r\nHost: x'],
    ['JSON', '{\n "user": "robot", "password": "hush-hush-42"\n}'],
  ])('refuses %s, and shows nothing of it', (_, text) => {
    const call = () => credentialsIn(text, 'ppa-secret');
    expect(call).toThrow(/^ppa-secret does not contain repository credentials$/);
    expect(messageOf(call)).not.toContain('hush');
  });

  it('leave an address that they stand in, whatever is in them', () => {
    fc.assert(
      fc.property(
        word.filter((user) => !user.includes(':')),
        word,
        (user, password) => {
          fc.pre(user.isWellFormed() && password.isWellFormed());
          const uri = `https://${encodeURIComponent(user)}:${encodeURIComponent(password)}@archive.example:8443/a@b`;
          expect(splitAddress(uri)).toEqual({
            uri: 'https://archive.example:8443/a@b',
            credentials: { user, password },
          });
        },
      ),
    );
    expect(splitAddress('https://archive.example/a@b')).toEqual({ uri: 'https://archive.example/a@b' });
    expect(splitAddress('https://50%:x@a.example')).toMatchObject({ credentials: { user: '50%', password: 'x' } });
  });
});

describe('the credentials of a repository', () => {
  const repository = stanzaAt('https://private.example/ubuntu');

  it.each([
    'private-ppa',
    '/mirror/private_ppa+1',
    '/etc/maas-mirror/with blank: and colon',
    'arn:aws:secretsmanager:eu-west-1:123456789012:secret:ppa-AbCdEf',
  ])('are called %s in the sources of an order, and nothing else is said of them', (credentials) => {
    const { customise, ...rest } = request({ customise: { repositories: [{ repository, credentials }] } });

    expect(addedSources({ customise, ...rest }, 'amd64')).toMatchObject([
      { uri: 'https://private.example/ubuntu', suite: 'noble', components: ['main'], credentials },
    ]);
  });

  it('refuses the password itself where their name belongs, and does not show it', () => {
    for (const credentials of ['robot:hush-hush-42', 'robot:hush hush', '']) {
      const call = withRepository({ repository, credentials });
      expect(call).toThrow(refusal(/repositories\.0\.credentials: .*never the password itself \(got a hidden value\)/));
      expect(messageOf(call)).not.toContain('hush');
    }
  });

  it('refuses a mapping without credentials, and says how a repository is written that needs none', () => {
    expect(withRepository({ repository })).toThrow(refusal(/has repository: but no credentials:; .*the stanza itself/));
  });

  it('refuses a mapping of other words, and shows no credentials', () => {
    const call = withRepository({ repo: repository, credentials: 'robot:hush-hush-42' });
    expect(call).toThrow(
      refusal(/repositories\.0: must be ppa:owner\/name, a deb822 stanza, or repository: with credentials:/),
    );
    expect(messageOf(call)).not.toContain('hush');
    const beside = withRepository({ password: 'hush-hush-42', repository, credentials: 'x' });
    expect(beside).toThrow(refusal(/repositories\.0: Unrecognized key: "password"/));
    expect(messageOf(beside)).not.toContain('hush');
  });

  it.each([
    [
      'a plain http address',
      stanzaAt('https://a.example/x', 'http://b.example/x'),
      /http:\/\/b\.example\/x .*sent unencrypted.* use its https address/,
    ],
    [
      'a password in the address, too',
      stanzaAt('https://u:hush@a.example/x'),
      /https:\/\/a\.example\/x .*in its address/,
    ],
    ['a PPA, whose key Launchpad does not tell', 'ppa:o/n', /stanza with URIs: https:\/\/private-ppa.*\/o\/n\/ubuntu/],
    ['what is no repository', 'foo', /"foo" is neither ppa:owner\/name nor a deb822 stanza/],
  ])('refuses %s', (_, text, message) => {
    const call = withRepository({ repository: text, credentials: 'ppa-secret' });
    expect(call).toThrow(refusal(message));
    expect(messageOf(call)).not.toContain('hush');
  });

  it('refuses a source of plain http', () => {
    const source = { uri: 'http://d.example/debian', suite: 'bookworm', components: ['main'], credentials: 'x' };
    expect(() => request({ aptSources: [source] })).toThrow(refusal(/aptSources\.0\.uri: .*sent unencrypted/));
    expect(request({ aptSources: [{ ...source, uri: 'https://d.example/debian' }] }).aptSources).toHaveLength(1);
  });

  it('stand beside the repository in mirror.yaml', () => {
    const indented = repository.replaceAll('\n', '\n          ');
    const text = `views:
  next:
    releases: [noble]
    customise:
      repositories:
      - ppa:o/n
      - repository: |
          ${indented}
        credentials: ppa-secret
`;
    expect(parseConfig(text, 'mirror.yaml').views.next?.customise?.repositories).toEqual([
      'ppa:o/n',
      { repository: expect.stringContaining('https://private.example/ubuntu'), credentials: 'ppa-secret' },
    ]);
  });
});
