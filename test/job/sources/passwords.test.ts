import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BuildRequest } from '../../../lib/job/build-request';
import { refusePasswords } from '../../../lib/job/sources/passwords';
import { stanzaAt } from '../../fixtures/archives/private-stanza';

const request = (fields: object) => BuildRequest.parse({ release: 'noble', architectures: ['amd64'], ...fields });

/** An order that has this address in one of the fields that have addresses. */
const sources = ['stream', 'archive', 'ports', 'snapshots', 'ppas', 'launchpad', 'proxy'];
const requests: Readonly<Record<string, (address: string) => BuildRequest>> = {
  ...Object.fromEntries(
    sources.map((name) => [`sources.${name}`, (address: string) => request({ sources: { [name]: address } })]),
  ),
  'aptSources.1': (uri) => {
    const source = (one: string) => ({ uri: one, suite: 'bookworm', components: ['main'] });
    return request({ aptSources: [source('http://d.example'), source(uri)] });
  },
  'customise.repositories.1': (uri) =>
    request({ customise: { repositories: ['ppa:o/n', stanzaAt('https://a.example/x', uri)] } }),
};

describe('an order that others can read', () => {
  it.each(
    Object.keys(requests),
  )('refuses a user or password in an address of %s, shows neither, and says what to do', (field) => {
    fc.assert(
      fc.property(
        fc.constantFrom('http', 'https'),
        fc.stringMatching(/^[\w%:;,@!$&()*+=~.-]{1,30}$/),
        (scheme, userinfo) => {
          const call = () =>
            refusePasswords((requests[field] as (typeof requests)[string])(`${scheme}://${userinfo}@x.example/y`));
          expect(call).toThrow(
            expect.objectContaining({
              name: 'BadInput',
              misuse: true,
              message: `${field} has ${scheme}://x.example/y with a user or password in the URL`,
              hint: expect.stringMatching(/execution history .*credentials/),
            }),
          );
        },
      ),
    );
  });

  it.each(Object.keys(requests))('may have an at sign in the path of an address of %s', (field) => {
    expect(() =>
      refusePasswords((requests[field] as (typeof requests)[string])('https://x.example/a@b/')),
    ).not.toThrow();
  });

  it('may name credentials', () => {
    const repositories = [{ repository: stanzaAt('https://a.example/x'), credentials: 'secret' }];
    expect(() => refusePasswords(request({ customise: { repositories } }))).not.toThrow();
    expect(() => refusePasswords(request({}))).not.toThrow();
  });

  it('says that a proxy has no credentials: of its own', () => {
    const call = () => refusePasswords(request({ sources: { proxy: 'http://u:p@proxy.example:3128' } }));
    expect(call).toThrow(
      expect.objectContaining({
        hint: expect.stringMatching(/only repositories can have credentials: let the server recognise/),
      }),
    );
  });
});
