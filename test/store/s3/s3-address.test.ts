import { expect, it } from 'vitest';
import { placeOf } from '../../../lib/store/s3/s3-address';
import { conditionOf, wholeDigest } from '../../../lib/store/s3/s3-request';

it.each([
  ['s3://my-mirror', 'my-mirror', ''],
  ['s3://my-mirror/', 'my-mirror', ''],
  ['s3://my.mirror.1//', 'my.mirror.1', ''],
  ['s3://abc/images', 'abc', 'images/'],
  ['s3://abc/images/of ours//', 'abc', 'images/of ours/'],
  [`s3://${'a'.repeat(63)}`, 'a'.repeat(63), ''],
])('the address %s names the bucket %s and the prefix %j', (address, bucket, prefix) => {
  expect(placeOf(address)).toEqual({ bucket, prefix });
});

it.each([
  ...['s3://', 's3://ab', `s3://${'a'.repeat(64)}`, 's3://-abc', 's3://abc-', 's3://Abc', 's3://a_c', ' s3://abc'],
  ...['http://abc', 's3:/abc'],
])('refuses %j, with an address as it should be', (address) => {
  expect(() => placeOf(address)).toThrow(
    expect.objectContaining({
      ...{ name: 'BadInput', message: `${JSON.stringify(address)} is not a valid bucket address`, misuse: true },
      hint: 'use the form s3://my-mirror or s3://my-mirror/images',
    }),
  );
});

it.each(['s3://abc//images', 's3://abc/../images', 's3://abc/.store'])('refuses the prefix of %s', (address) => {
  expect(() => placeOf(address)).toThrow(/is not a valid object key/);
});

it('a condition of a write is that of S3', () => {
  expect(conditionOf(undefined)).toEqual({});
  expect(conditionOf('absent')).toEqual({ IfNoneMatch: '*' });
  expect(conditionOf({ tag: '"1"' })).toEqual({ IfMatch: '"1"' });
});

it('a digest is that of the whole object, in hexadecimal, or none', () => {
  const base64 = Buffer.from('00'.repeat(31).concat('ff'), 'hex').toString('base64');
  expect(wholeDigest(base64)).toBe(`${'00'.repeat(31)}ff`);
  for (const other of [undefined, '', `${base64}-2`, base64.slice(1), `x${base64}`])
    expect(wholeDigest(other)).toBe(undefined);
});
