import { describe, expect, it } from 'vitest';
import { probedOf, probedSourcesOf, testSignedOf } from '../../../lib/job/aws/probe';
import { isProbeInput, isSigningProbe, probeInput } from '../../../lib/job/aws/probe-targets';

const fingerprint = '0123456789ABCDEF'.repeat(3).slice(0, 40);
const refusal = (message: string) =>
  expect.objectContaining({ name: 'BadInput', misuse: true, message: expect.stringContaining(message) });

describe('what Publish has signed as a test', () => {
  it('is told by the fingerprint of the key', () => {
    expect(testSignedOf({ fingerprint })).toEqual({ fingerprint });
  });

  it.each([
    ['one digit less', fingerprint.slice(1)],
    ['one digit more', `${fingerprint}0`],
    ['small letters', fingerprint.toLowerCase()],
    ['nothing', ''],
  ])('refuses %s as a fingerprint', (_, text) => {
    expect(() => testSignedOf({ fingerprint: text })).toThrow(refusal('fingerprint: must be a fingerprint'));
  });
});

describe('the input of an execution that only tries something', () => {
  it('is known again, and no other is taken for one', () => {
    for (const target of ['x86', 'arm', 'signing'] as const) expect(isProbeInput(probeInput(target))).toBe(true);
    for (const input of [undefined, null, '', '{}', '{"probe":"s390x"}']) expect(isProbeInput(input)).toBe(false);
  });

  it('lets Publish sign a test text only where it asks for nothing else', () => {
    expect(isSigningProbe({ probe: 'signing' })).toBe(true);
    expect(isSigningProbe({ probe: 'signing', release: 'noble' })).toBe(false);
    expect(isSigningProbe({ probe: 'x86' })).toBe(false);
    expect(isSigningProbe({})).toBe(false);
  });
});

describe('what a probe tells', () => {
  it('is at least one finding', () => {
    const probes = [{ name: 'overlay', ok: true, evidence: 'mounted' }];

    expect(probedOf({ probes })).toEqual({ probes });
    expect(() => probedOf({ probes: [] })).toThrow(refusal('the result of the probe stage'));
  });

  it('is to reach documents, which are texts', () => {
    expect(probedSourcesOf('{"documents":["http://a.example/InRelease"]}').documents).toHaveLength(1);
    expect(() => probedSourcesOf('{"documents":[1]}')).toThrow(refusal('the sources of the probe'));
  });
});
