import { describe, expect, it } from 'vitest';
import { BuildRequest } from '../../lib/job/build-request';
import { executionName, isNameOf, probeName } from '../../lib/job/execution-names';

const request = BuildRequest.parse({ release: 'noble', architectures: ['amd64'] });
const at = new Date('2026-11-20T08:30:05.123Z');

it('names what only tries something for what that is, and when', () => {
  expect(probeName('x86', at)).toBe('probe-x86-20261120T083005');
  expect(probeName('x86', at, 2)).toBe('probe-x86-20261120T083005-2');
});

describe('the name of an execution', () => {
  it('is release, UTC time and a digest of the order', () => {
    expect(executionName(request, at)).toMatch(/^noble-20261120T083005-[0-9a-f]{8}$/);
  });

  it('is the same for the same order, however its fields are sorted', () => {
    const turned = Object.fromEntries(Object.entries(request).reverse()) as BuildRequest;

    expect(executionName(turned, at)).toBe(executionName(request, at));
  });

  it('is not known where something stands before it or behind it', () => {
    const name = executionName(request, new Date('2026-11-25T06:17:00Z'));
    for (const other of [`${name}x`, `${name}-`, `${name}-2x`, `${name}-2-2`, `x${name}`, `a-${name}`, `${name}\n`]) {
      expect([other, isNameOf(other, request)]).toEqual([other, false]);
    }
  });

  it.each([
    ['another view', { ...request, view: 'nightly' }],
    ['a rebuild', { ...request, rebuild: true }],
    ['other kernels', { ...request, kernels: { required: ['hwe'], optional: [] } }],
    ['the same kernels, needed otherwise', { ...request, kernels: { required: [], optional: ['hwe'] } }],
  ])('is another for %s', (_, other) => {
    expect(executionName(other, at)).not.toBe(executionName(request, at));
  });

  it('is another for another attempt', () => {
    expect(executionName(request, at, 2)).toBe(`${executionName(request, at)}-2`);
  });

  it.each([
    'n'.repeat(200),
    'noble: / , ; # % $ & ~ ^ | " ` < > { } [ ] ? *\\',
  ])('has at most 80 characters that Step Functions allows, for %s', (release) => {
    expect(executionName({ ...request, release }, at, 12)).toMatch(/^[a-z0-9.-]{5,}-20261120T083005-[0-9a-f]{8}-12$/);
    expect(executionName({ ...request, release }, at, 12).length).toBeLessThanOrEqual(80);
  });
});

describe('whose execution a name is', () => {
  const request = BuildRequest.parse({ release: 'noble', architectures: ['amd64'] });

  it('is known by the order alone, whenever and at whatever attempt it began', () => {
    expect(isNameOf(executionName(request, new Date('2026-11-25T06:17:00Z')), request)).toBe(true);
    expect(isNameOf(executionName(request, new Date('2026-11-26T06:17:00Z'), 2), request)).toBe(true);
  });

  it.each([
    ['another view', { view: 'next' }],
    ['another release', { release: 'jammy' }],
    ['a rebuild', { rebuild: true }],
  ])('is not that of %s', (_, other) => {
    const name = executionName(BuildRequest.parse({ ...request, ...other }), new Date('2026-11-25T06:17:00Z'));
    expect(isNameOf(name, request)).toBe(false);
  });
});
