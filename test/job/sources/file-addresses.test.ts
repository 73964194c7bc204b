import { describe, expect, it } from 'vitest';
import { BuildRequest } from '../../../lib/job/build-request';
import { refuseFileAddresses } from '../../../lib/job/sources/file-addresses';

/** Apt may name several addresses in one field. */
const stanza = 'Types: deb\nURIs: http://one.example/ubuntu file:///srv/ubuntu\nSuites: noble\nComponents: main\n';

const request = (fields: object) => BuildRequest.parse({ release: 'noble', architectures: ['amd64'], ...fields });

describe('an order of a machine in AWS', () => {
  it.each([
    ['sources.archive', { sources: { archive: 'file:///srv/ubuntu' } }],
    ['sources.ports', { sources: { ports: 'file:///srv/ubuntu' } }],
    ['sources.snapshots', { sources: { snapshots: 'file:///srv/ubuntu' } }],
    ['customise.repositories.0', { customise: { repositories: [stanza], proposed: [], packages: [], purge: [] } }],
    ['aptSources.0', { aptSources: [{ uri: 'file:///srv/ubuntu', suite: 'bookworm', components: ['main'] }] }],
  ])('refuses a folder as %s', (field, fields) => {
    expect(() => refuseFileAddresses(fields as Partial<BuildRequest>)).toThrow(
      expect.objectContaining({
        ...{ name: 'BadInput', misuse: true },
        message: `${field} has file:///srv/ubuntu, a folder that build machines in AWS cannot read`,
      }),
    );
  });

  it('says what to use instead', () => {
    expect(() => refuseFileAddresses(request({ sources: { archive: 'file:///srv/ubuntu' } }))).toThrow(
      expect.objectContaining({
        message: 'sources.archive has file:///srv/ubuntu, a folder that build machines in AWS cannot read',
        hint: 'use an http or https URL that they can reach',
      }),
    );
  });

  it('may name any other address', () => {
    expect(() => refuseFileAddresses(request({ sources: { archive: 'http://files.example/file:' } }))).not.toThrow();
  });
});
