import { describe, expect, it } from 'vitest';
import { checked } from '../../../lib/job/checked';
import { Sources } from '../../../lib/job/sources/sources';

const sources = (fields: object) => checked(Sources, fields, { plural: 'sources' });
const refusal = (message: RegExp) =>
  expect.objectContaining({ name: 'BadInput', misuse: true, message: expect.stringMatching(message) });

const addresses = ['stream', 'archive', 'ports', 'snapshots', 'ppas', 'launchpad', 'proxy'] as const;

describe('an address', () => {
  it.each(addresses)('of %s may hold user, password, port and path', (field) => {
    const address = 'http://user:pass@host.example:3128/some/path';
    expect(sources({ [field]: address })[field]).toBe(address);
  });

  // Each is written into the configuration of apt, between quotes.
  it.each(addresses)('of %s refuses what would end a setting of apt', (field) => {
    for (const end of [`";APT::Update::Pre-Invoke{"id";};//`, `'x`, '\\', ' x', '\nx']) {
      expect(() => sources({ [field]: `http://x${end}` })).toThrow(
        refusal(new RegExp(`^sources are not valid: ${field}: `)),
      );
    }
  });

  it.each(addresses)('of %s refuses what is not fetched over the network', (field) => {
    for (const other of ['cdrom://x', 'x.example/ubuntu', 'http://']) {
      expect(() => sources({ [field]: other })).toThrow(refusal(new RegExp(`${field}: .*http or https|file URL`)));
    }
  });

  it.each(addresses)('of %s refuses what no URL parser reads', (field) => {
    for (const bad of [
      'http://:80',
      'https://[',
      'http://h:99999',
      'http:///x',
      'http://?x',
      'http://robot:hush/hush@h/',
    ])
      expect(() => sources({ [field]: bad })).toThrow(refusal(new RegExp(`^sources are not valid: ${field}: [^;]*$`)));
    expect(() => sources({ [field]: 'http://robot:hush/hush@h/' })).not.toThrow(/hush/);
  });

  it.each([...addresses, 'stream'])('of %s refuses what may have its host in its password', (field) => {
    for (const bad of [
      'http://robot:12/hush@h/',
      'http://john.doe:12/hush@h',
      'http://robot:/hush@h',
      'https://robot:hush@x/hush@h',
    ])
      expect(() => sources({ [field]: bad })).toThrow(
        refusal(
          new RegExp(
            `^sources are not valid: ${field}: may have part of a password as its host: [^;]* \\(got "https?://h/?"\\)$`,
          ),
        ),
      );
  });

  it.each([
    ['a quote', 'http://robot:hush"hush@proxy.example:3128'],
    ['a backslash', 'http://robot:hush\\hush@proxy.example:3128'],
    ['no scheme that is known', 'socks5://robot:hush@proxy.example:3128'],
    ['a space behind it', 'http://robot:hush@proxy.example:3128 '],
  ])('is shown without its password where it is refused for %s', (_, proxy) => {
    expect(() => sources({ proxy })).toThrow(refusal(/got ".*proxy\.example:3128/));
    expect(() => sources({ proxy })).not.toThrow(/hush/);
  });
});

describe('the moment of a snapshot', () => {
  it.each(['20261120T000000Z', '20240229T235959Z'])('may be %s', (snapshot) => {
    expect(sources({ snapshot }).snapshot).toBe(snapshot);
  });

  it.each([
    '20261131T000000Z',
    '20260229T000000Z',
    '20261301T000000Z',
    '20261120T250000Z',
    '20261120T006000Z',
  ])('refuses %s, which never was', (snapshot) => {
    expect(() => sources({ snapshot })).toThrow(refusal(/snapshot: is not a valid date and time \(got "2026/));
  });

  it('refuse a snapshot that is no time in one sentence', () => {
    expect(() => sources({ snapshot: 'yesterday' })).toThrow(
      refusal(/not valid: snapshot: must be a time, such as 20261120T000000Z \(got "yesterday"\)$/),
    );
  });

  it.each(['20261120', 'yesterday', '2026-11-20T00:00:00Z'])('refuses %s, which is written otherwise', (snapshot) => {
    expect(() => sources({ snapshot })).toThrow(refusal(/snapshot: must be a time, such as 20261120T000000Z/));
  });
});
