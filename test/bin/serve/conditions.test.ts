import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { answerTo, validatorsOf } from '../../../bin/serve/conditions';
import { connectionLimits, networkOf } from '../../../bin/serve/connections';
import { cacheControlOf } from '../../../bin/serve/served-file';

const changed = new Date('2026-11-20T04:11:09.900Z');
const lastModified = 'Fri, 20 Nov 2026 04:11:09 GMT';
const validators = { etag: '"1000-1"', lastModified };

describe('what a file is known by', () => {
  const nanoseconds = BigInt(changed.getTime()) * 1_000_000n + 7n;

  it('is its size and its time to the nanosecond, and the second, once that is over', () => {
    const seen = (milliseconds: number) => validatorsOf(1000, nanoseconds, new Date(changed.getTime() + milliseconds));
    const etag = `"3e8-${nanoseconds.toString(16)}"`;
    expect(seen(2000)).toEqual({ etag, lastModified });
    expect(seen(1999)).toEqual({ etag, lastModified: undefined });
  });
});

describe('a request with conditions', () => {
  const earlier = 'Fri, 20 Nov 2026 04:11:08 GMT';
  const whole = { status: 200 };
  const part = { status: 206, start: 0, end: 9 };
  const range = 'bytes=0-9';

  it.each([
    [{}, whole],
    [{ 'if-match': '"1000-1"' }, whole],
    [{ 'if-match': '*' }, whole],
    [{ 'if-match': '"x", "1000-1"' }, whole],
    [{ 'if-match': '"x"' }, { status: 412 }],
    [{ 'if-match': 'W/"1000-1"' }, { status: 412 }], // by a strong comparison
    [{ 'if-match': '"1000-1"', 'if-unmodified-since': earlier }, whole], // which counts less
    [{ 'if-unmodified-since': lastModified }, whole],
    [{ 'if-unmodified-since': earlier }, { status: 412 }],
    [{ 'if-unmodified-since': 'no date' }, whole],
    [{ 'if-none-match': '"1000-1"' }, { status: 304 }],
    [{ 'if-none-match': 'W/"1000-1"' }, { status: 304 }],
    [{ 'if-none-match': '*' }, { status: 304 }],
    [{ 'if-none-match': '"x" , "1000-1"' }, { status: 304 }],
    [{ 'if-none-match': '"x"' }, whole],
    [{ 'if-none-match': '"x"', 'if-modified-since': lastModified }, whole],
    [{ 'if-modified-since': lastModified }, { status: 304 }],
    [{ 'if-modified-since': earlier }, whole],
    [{ range }, part],
    [{ range, 'if-range': '"1000-1"' }, part],
    [{ range, 'if-range': lastModified }, part],
    [{ range, 'if-range': earlier }, whole],
    [{ range, 'if-range': '"x"' }, whole],
    [{ range, 'if-range': 'W/"1000-1"' }, whole],
    [{ 'if-range': '"1000-1"' }, whole],
  ])('is answered: %j', (headers, answer) => {
    expect(answerTo('GET', headers, validators, 1000)).toEqual(answer);
  });

  it('has no parts where only the head is asked for', () => {
    expect(answerTo('HEAD', { range }, validators, 1000)).toEqual(whole);
  });

  it('goes by no time where there is none', () => {
    const young = { ...validators, lastModified: undefined };
    expect(answerTo('GET', { 'if-modified-since': lastModified }, young, 1000)).toEqual(whole);
    expect(answerTo('GET', { 'if-unmodified-since': lastModified }, young, 1000)).toEqual({ status: 412 });
    expect(answerTo('GET', { range, 'if-range': lastModified }, young, 1000)).toEqual(whole);
  });

  it.each([
    ['bytes=0-', 0, 999],
    ['bytes=999-', 999, 999],
    ['bytes=0-0', 0, 0],
    ['bytes=10-5000', 10, 999],
    ['bytes=-1', 999, 999],
    ['bytes=-1001', 0, 999],
  ])('is answered with the part that it asks for: %s', (wanted, start, end) => {
    expect(answerTo('GET', { range: wanted }, validators, 1000)).toEqual({ status: 206, start, end });
  });

  it.each(['bytes=1000-', 'bytes=-0', 'bytes=1000-2000'])('has nothing to be answered with: %s', (wanted) => {
    expect(answerTo('GET', { range: wanted }, validators, 1000)).toEqual({ status: 416 });
  });

  it.each([
    'bytes=-',
    'bytes=2-1',
    'bytes=0-1,3-4',
    'lines=0-1',
    'x bytes=0-1',
    'bytes=0-1x',
  ])('may be answered with all: %s', (wanted) => {
    expect(answerTo('GET', { range: wanted }, validators, 1000)).toEqual(whole);
  });
});

describe('the connections of a server', () => {
  it.each([
    [64, 8],
    [80, 8],
    [1024, 480],
    [4063, 1999],
    [4064, 2000],
    [1_048_576, 2000],
  ])('of a process that may open %i files are %i, half of them for one address', (files, connections) => {
    expect(connectionLimits(files)).toEqual({
      connections,
      ofOneAddress: Math.floor(connections / 2),
      waitingRequests: 100,
    });
  });

  it('are by what this process may open', () => {
    const module = join(__dirname, '../../../dist/bin/serve/connections.js');
    const print = `console.log(require(${JSON.stringify(module)}).connectionLimits().connections)`;
    const said = execFileSync('sh', ['-c', 'ulimit -n 264 && exec "$@"', 'sh', process.execPath, '-e', print]);
    expect(said.toString()).toBe('100\n');
  });

  it.each([
    ['10.0.0.2', '10.0.0.2'],
    ['::ffff:10.0.0.2', '10.0.0.2'],
    ['::FFFF:10.0.0.2', '10.0.0.2'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8::6', '2001:db8:0:0'],
    ['2001:db8:1::5:6:7:8', '2001:db8:1:0'],
    ['2001:db8:1:2::', '2001:db8:1:2'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['::1', '0:0:0:0'],
    ['1::3:4:5:6:7:8', '1:0:3:4'],
    ['', ''],
  ])('from %s are from the network %j', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

it.each([
  ['candidate/streams/v1/index.sjson', 60],
  ['candidate/streams/v1/index.json.gpg', 60],
  ['keyring.gpg', 60],
  ['keyring.asc', 60],
  ['candidate/streams/v1/0a.json.gpg', 60],
  ['candidate/streams/v1/0a.json', 31_536_000],
  ['pool/index', 31_536_000],
  ['pool/an-index.x', 31_536_000],
  ['index.d/squashfs', 31_536_000],
])('lets others keep %s for %i seconds', (key, seconds) => {
  expect(cacheControlOf(key)).toMatch(new RegExp(`max-age=${seconds}(,|$)`));
});
