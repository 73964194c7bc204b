import { describe, expect, it } from 'vitest';
import { executionName, isNameOf, probeName } from '../../lib/job/execution-names';
import { Order } from '../../lib/job/order';

const order = Order.parse({ release: 'noble', architectures: ['amd64'] });
const at = new Date('2026-11-20T08:30:05.123Z');

it('names what only tries something for what that is, and when', () => {
  expect(probeName('x86', at)).toBe('probe-x86-20261120T083005');
  expect(probeName('x86', at, 2)).toBe('probe-x86-20261120T083005-2');
});

describe('the name of an execution', () => {
  it('is release, UTC time and a digest of the order', () => {
    expect(executionName(order, at)).toMatch(/^noble-20261120T083005-[0-9a-f]{8}$/);
  });

  it('is the same for the same order, however its fields are sorted', () => {
    const turned = Object.fromEntries(Object.entries(order).reverse()) as Order;

    expect(executionName(turned, at)).toBe(executionName(order, at));
  });

  it('is not known where something stands before it or behind it', () => {
    const name = executionName(order, new Date('2026-11-25T06:17:00Z'));
    for (const other of [`${name}x`, `${name}-`, `${name}-2x`, `${name}-2-2`, `x${name}`, `a-${name}`, `${name}\n`]) {
      expect([other, isNameOf(other, order)]).toEqual([other, false]);
    }
  });

  it.each([
    ['another view', { ...order, view: 'nightly' }],
    ['a rebuild', { ...order, rebuild: true }],
    ['other kernels', { ...order, kernels: { required: ['hwe'], optional: [] } }],
    ['the same kernels, needed otherwise', { ...order, kernels: { required: [], optional: ['hwe'] } }],
  ])('is another for %s', (_, other) => {
    expect(executionName(other, at)).not.toBe(executionName(order, at));
  });

  it('is another for another attempt', () => {
    expect(executionName(order, at, 2)).toBe(`${executionName(order, at)}-2`);
  });

  it.each([
    'n'.repeat(200),
    'noble: / , ; # % $ & ~ ^ | " ` < > { } [ ] ? *\\',
  ])('has at most 80 characters that Step Functions allows, for %s', (release) => {
    expect(executionName({ ...order, release }, at, 12)).toMatch(/^[a-z0-9.-]{5,}-20261120T083005-[0-9a-f]{8}-12$/);
    expect(executionName({ ...order, release }, at, 12).length).toBeLessThanOrEqual(80);
  });
});

describe('whose execution a name is', () => {
  const order = Order.parse({ release: 'noble', architectures: ['amd64'] });

  it('is known by the order alone, whenever and at whatever attempt it began', () => {
    expect(isNameOf(executionName(order, new Date('2026-11-25T06:17:00Z')), order)).toBe(true);
    expect(isNameOf(executionName(order, new Date('2026-11-26T06:17:00Z'), 2), order)).toBe(true);
  });

  it.each([
    ['another view', { view: 'next' }],
    ['another release', { release: 'jammy' }],
    ['a rebuild', { rebuild: true }],
  ])('is not that of %s', (_, other) => {
    const name = executionName(Order.parse({ ...order, ...other }), new Date('2026-11-25T06:17:00Z'));
    expect(isNameOf(name, order)).toBe(false);
  });
});
