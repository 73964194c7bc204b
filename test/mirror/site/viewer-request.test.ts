import { BlockList, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recordOf } from '../../../lib/cloud/access/site-password';
import { addressBeginnings } from '../../../lib/mirror/site/address-beginnings';
import { viewerRequestCode } from '../../../lib/mirror/site/viewer-request';
import { listMirror } from '../../../lib/operations/list';
import { loadViewerRequest, type ViewerAnswer, viewerRequest } from '../../fixtures/aws/viewer-request';
import { makeSmallMirror, smallSigner } from '../../fixtures/mirrors/small-mirror';
import { answersOfNjs } from '../../fixtures/programs/njs';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import '../../fixtures/needs-root';

const paths = [
  ['/', '/index.html'],
  ['/index.html', '/index.html'],
  ['/keyring.gpg', '/keyring.gpg'],
  ['/keyring.asc', '/keyring.asc'],
  ['/candidate/noble/amd64/20261120/squashfs', '/pool/noble/amd64/20261120/squashfs'],
  ['/stable/bootloaders/uefi/amd64/20261120.0/grub.tar.xz', '/pool/bootloaders/uefi/amd64/20261120.0/grub.tar.xz'],
  ['/snapshots/2026-11-20/noble/amd64/20261120/squashfs', '/pool/noble/amd64/20261120/squashfs'],
  ['/candidate/streams/v1/index.sjson', '/candidate/streams/v1/index.sjson'],
  ['/snapshots/2026-11-20/streams/v1/index.sjson', '/snapshots/2026-11-20/streams/v1/index.sjson'],
  ['/pool/noble/amd64/20261120/squashfs', '/pool/noble/amd64/20261120/squashfs'],
  ['/pool/streams/squashfs', '/pool/streams/squashfs'],
  ['/candidate/noble/streams/v1/index.sjson', '/pool/noble/streams/v1/index.sjson'],
  ['/candidate/noble/amd64/2026112%30/squash%66s', '/pool/noble/amd64/20261120/squashfs'],
  ['/candidate/noble%2Famd64/a%2Bb%20c', '/pool/noble/amd64/a%2Bb%20c'],
  ['/streams/v1/index.sjson', '/pool/v1/index.sjson'],
  ['//', '/index.html'],
  ['//candidate///noble//squashfs', '/pool/noble/squashfs'],
] as const;

const strangePaths = [
  ...['', '/candidate/', '/candidate%2F%2Fnoble', '/candidate/noble/', '/candidate/noble//', '/pool/', '/snapshots/'],
  ...['/candidate/../keyring.gpg', '/candidate/./noble', '/candidate/%2e%2e/keyring.gpg', '/%2E%2E%2Fetc/passwd'],
  ...['/.store/generations', '/candidate/.hidden', '/candidate/%00', '/candidate/100%', '/candidate/%ff', '/%'],
];

const answerOf = loadViewerRequest(viewerRequestCode({}));

describe('the path of an object', () => {
  it.each(paths)('for %s is %s', async (uri, path) => {
    expect(await answerOf(viewerRequest(uri))).toMatchObject({ uri: path, method: 'GET' });
  });

  it.each(strangePaths)('for %j is none: 404, and no redirect', async (uri) => {
    const { statusCode, headers } = await answerOf(viewerRequest(uri));

    expect([statusCode, headers]).toEqual([404, {}]);
  });

  it('lies in the pool or in the streams of the very view, whatever is asked for', async () => {
    const part = fc.oneof(
      fc.constantFrom('pool', 'streams', 'snapshots', 'candidate', 'v1', '..', '.', '', '%2e%2e', '%2f', '%', 'a%2Fb'),
      fc.string({ maxLength: 6 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 7 }), async (parts) => {
        const { statusCode = 200, uri } = await answerOf(viewerRequest(`/${parts.join('/')}`));
        expect([200, 404]).toContain(statusCode);
        if (uri === undefined) return;
        const key = decodeURIComponent(uri.slice(1)).split('/');
        expect(key.filter((one) => one === '' || one.startsWith('.'))).toEqual([]);
        if (key[0] === 'pool' || uri === '/index.html') return;
        const asked = `/${parts.join('/')}`.replaceAll(/\/{2,}/g, '/').slice(1);
        expect(key).toEqual(decodeURIComponent(asked).split('/'));
        const view = key[0] === 'snapshots' ? 2 : 1;
        expect(key.length <= view || key[view] === 'streams').toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('is that of an object that is there, for all that a published mirror promises', async () => {
    const store = await makeSmallMirror(temporaryFolder(), { signer: await smallSigner() });
    await makeSmallMirror(store.root, {
      signer: await smallSigner(),
      view: 'snapshots/2026-11-20',
      label: 'candidate',
    });
    const rows = await listMirror(store);
    const promised = new Set(rows.flatMap(({ view, files }) => files.map(({ path }) => `/${view}/${path}`)));

    expect(promised.size).toBe(12);
    for (const path of promised) {
      const { uri = '' } = await answerOf(viewerRequest(path));
      expect([path, await store.head(uri.slice(1))]).toEqual([path, expect.anything()]);
    }
  });

  it('is asked for without a query, which S3 could take for another question, and without the password', async () => {
    const event = viewerRequest('/keyring.gpg', { headers: { Authorization: 'Basic bGFiOnB3', Range: 'bytes=0-1' } });
    const answer = await answerOf({
      ...event,
      request: { ...event.request, querystring: { 'list-type': { value: '2' } } },
    });

    expect(answer.querystring).toEqual({});
    expect(answer.headers).toEqual({ range: { value: 'bytes=0-1' } });
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('refuses %s', async (method) => {
    const { statusCode, headers } = await answerOf(viewerRequest('/keyring.gpg', { method }));

    expect([statusCode, headers]).toEqual([405, { allow: { value: 'GET, HEAD' } }]);
  });
});

describe('the networks that may read', () => {
  const statusFor = async (cidrs: string[], ip: string) => {
    const handler = loadViewerRequest(viewerRequestCode({ allowed: addressBeginnings(cidrs) }));
    return (await handler(viewerRequest('/keyring.gpg', { ip }))).statusCode ?? 200;
  };

  it.each([
    ['198.51.100.0/24', '198.51.100.255', 200],
    ['198.51.100.0/24', '198.51.101.0', 403],
    ['198.51.100.7/32', '198.51.100.7', 200],
    ['198.51.100.7/32', '198.51.100.70', 403],
    ['10.0.0.0/13', '10.7.255.255', 200],
    ['10.0.0.0/13', '10.8.0.0', 403],
    ['0.0.0.0/0', '203.0.113.1', 200],
    ['0.0.0.0/0', '2001:db8::1', 403],
    ['::/0', '2001:db8::1', 200],
    ['::/0', '203.0.113.1', 403],
    ['2001:db8::/32', '2001:0DB8:0000:0000:0000:0000:0000:0001', 200],
    ['2001:db8::/33', '2001:db8:8000::', 403],
    ['2001:db8::1/128', '2001:db8:0:0::1', 200],
  ])('%s: %s gets %i', async (cidr, ip, status) => {
    expect(await statusFor([cidr], ip)).toBe(status);
  });

  it('are those that Node makes out of the same words', async () => {
    const bits = (ip: string) => (isIPv6(ip) ? 128 : 32);
    // Addresses that are near each other: others would never be in a network.
    const near = (digits: fc.Arbitrary<string>) => fc.tuple(digits, digits, digits);
    const four = near(fc.constantFrom('0', '1', '127', '128', '255')).map(([a, b, c]) => `10.${a}.${b}.${c}`);
    const six = near(fc.constantFrom('0', '1', '7fff', '8000', 'ffff')).map(([a, b, c]) => `2001:db8:${a}::${b}:${c}`);
    const address = fc.oneof(four, six);
    const network = address.chain((ip) => fc.integer({ min: 0, max: bits(ip) }).map((length) => ({ ip, length })));

    await fc.assert(
      fc.asyncProperty(fc.array(network, { minLength: 1, maxLength: 4 }), address, async (networks, ip) => {
        const family = isIPv6(ip) ? 'ipv6' : 'ipv4';
        const list = new BlockList(); // of this family alone: one of both takes ::/0 for a network of IPv4, too
        for (const one of networks) if (isIPv6(one.ip) === isIPv6(ip)) list.addSubnet(one.ip, one.length, family);
        const cidrs = networks.map((one) => `${one.ip}/${one.length}`);

        expect(await statusFor(cidrs, ip)).toBe(list.check(ip, family) ? 200 : 403);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ...['198.51.100.0', '198.51.100.0/33', '198.51.100/24', '198.51.100.256/32', '010.0.0.0/8', '10.0.0.0/8 '],
    ...['2001:db8::/129', '2001:db8::g/64', '2001:db8::1::/64', '::/-1', 'fe80::1%eth0/64', 'office', ''],
  ])('refuse %j', (cidr) => {
    expect(() => addressBeginnings(['10.0.0.0/8', cidr])).toThrow(
      expect.objectContaining({ name: 'BadInput', message: expect.stringContaining(JSON.stringify(cidr)) }),
    );
  });

  it('refuse to be more than the function has room for, and say what to do', () => {
    const cidrs = Array.from({ length: 600 }, (_, at) => `10.${at >> 8}.${at & 255}.1/32`);

    expect(() => viewerRequestCode({ allowed: addressBeginnings(cidrs) })).toThrow(
      expect.objectContaining({ name: 'BadInput', message: expect.stringContaining('600 address prefixes') }),
    );
  });
});

const now = new Date('2026-11-20T04:11:09Z');
const basic = (text: string) => ({ headers: { Authorization: `Basic ${Buffer.from(text).toString('base64')}` } });

describe('the password of a site', () => {
  const sites = new Map([
    ['lab', recordOf('right', now)],
    ['other', recordOf('wrong', now)],
    ['broken', 'sha256'],
    ['newer', recordOf('right', now).replace('sha256', 'sha512')],
    ['longer', recordOf('right', now).replace(' 2026', '0 2026')],
  ]);
  const handler = loadViewerRequest(viewerRequestCode({ credentials: true }), sites);
  const statusFor = async (headers: Record<string, string>) => {
    const answer = await handler(viewerRequest('/keyring.gpg', { headers }));
    return answer.statusCode ?? 200;
  };

  it('lets it in', async () => {
    expect(await statusFor(basic('lab:right').headers)).toBe(200);
    expect(await statusFor({ Authorization: basic('lab:right').headers.Authorization.replace('Basic', 'basic') })).toBe(
      200,
    );
  });

  it.each([
    ...[
      'lab:wrong',
      'lab:',
      'lab:right ',
      'lab',
      ':right',
      ':',
      '',
      'nobody:right',
      'broken:',
      'newer:right',
      'longer:right',
    ],
    ...['toString:right', '__proto__:right', `lab:${'right'.repeat(1000)}`],
  ])('keeps %j out, and says how to come in', async (text) => {
    const answer = await handler(viewerRequest('/keyring.gpg', basic(text)));

    expect(answer.statusCode).toBe(401);
    expect(answer.headers['www-authenticate']?.value).toMatch(/^Basic realm="/);
  });

  it.each<Record<string, string>>([
    {},
    { Authorization: '' },
    { Authorization: 'Basic' },
    { Authorization: 'Basic !!!' },
    { Authorization: 'Bearer bGFiOnJpZ2h0' },
  ])('keeps out who gives none: %j', async (headers) => {
    expect(await statusFor(headers)).toBe(401);
  });

  it('may hold a colon and any letter', async () => {
    const sites = new Map([['lab', recordOf('pä:ss', now)]]);
    const handler = loadViewerRequest(viewerRequestCode({ credentials: true }), sites);

    expect((await handler(viewerRequest('/keyring.gpg', basic('lab:pä:ss')))).statusCode).toBeUndefined();
  });

  it('is asked for even of paths that lead nowhere, and not of networks that may not read', async () => {
    const code = viewerRequestCode({ credentials: true, allowed: addressBeginnings(['10.0.0.0/8']) });
    const handler = loadViewerRequest(code, sites);
    const status = async (uri: string, ip: string) => (await handler(viewerRequest(uri, { ip }))).statusCode;

    expect([await status('/a//b', '10.0.0.1'), await status('/a', '11.0.0.1')]).toEqual([401, 403]);
  });

  it('lies in the store as a digest with a salt of its own', () => {
    const [one, other] = [recordOf('right', now), recordOf('right', now)];

    expect(one).toMatch(/^sha256 [0-9a-f]{32} [0-9a-f]{64} 2026-11-20T04:11:09\.000Z$/);
    expect(one).not.toBe(other);
  });
});

describe('a password that is limited to views', () => {
  const views = ['candidate', 'snapshots/2026-11'];
  const sites = new Map([
    ['lab', recordOf('right', now, { views })],
    ['emptied', `${recordOf('right', now)} `],
    ['newer', `${recordOf('right', now, { views })} read`],
  ]);
  const handler = loadViewerRequest(viewerRequestCode({ credentials: true }), sites);
  const statusFor = async (uri: string, name = 'lab') =>
    (await handler(viewerRequest(uri, basic(`${name}:right`)))).statusCode ?? 200;

  it.each([
    ...['/keyring.gpg', '/keyring.asc', '//keyring.gpg', '/candidate/streams/v1/index.sjson'],
    ...['/candidate/noble/amd64/20261120.083000/squashfs', '/candidate%2Fnoble/a', '//candidate//noble/a'],
    ...['/snapshots/2026-11/streams/v1/index.sjson', '/snapshots/2026-11/noble/a'],
  ])('opens %s', async (uri) => {
    expect(await statusFor(uri)).toBe(200);
  });

  it.each([
    ...['/', '/index.html', '/stable/streams/v1/index.sjson', '/stable/noble/a', '/candidate-2/noble/a'],
    ...['/pool/noble/a', '/snapshots/2026-12/noble/a', '/snapshots', '/streams/v1/index.sjson', '/format.json'],
    ...['/candidate,snapshots/noble/a', '/keyring.gpg/a', '/a/keyring.gpg'],
  ])('refuses %s', async (uri) => {
    expect(await statusFor(uri)).toBe(403);
  });

  it('refuses everything except the keyring if it is limited to no view', async () => {
    expect([await statusFor('/keyring.gpg', 'emptied'), await statusFor('/candidate/a', 'emptied')]).toEqual([
      200, 403,
    ]);
  });

  it('refuses a record with words that it does not know', async () => {
    expect(await statusFor('/keyring.gpg', 'newer')).toBe(401);
  });

  it('never opens a path of another view, however it is written', async () => {
    const part = fc.oneof(
      fc.constantFrom(
        'candidate',
        'stable',
        'pool',
        'streams',
        'snapshots',
        '2026-11',
        '2026-12',
        '',
        '%2f',
        'v1',
        ',',
      ),
      fc.string({ maxLength: 4 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 6 }), async (parts) => {
        const asked = `/${parts.join('/')}`;
        if ((await statusFor(asked)) !== 200) return;
        const path = decodeURIComponent(asked)
          .replaceAll(/\/{2,}/g, '/')
          .slice(1);
        const isBelow = views.some((view) => path === view || path.startsWith(`${view}/`));
        expect(isBelow || /^keyring\.(gpg|asc)$/.test(path)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('the code', () => {
  it('brings in the store only where passwords are asked for', () => {
    expect(viewerRequestCode({})).not.toContain('import');
    expect(viewerRequestCode({ credentials: true })).toMatch(/^import cf from 'cloudfront';\n/);
  });

  it('leaves room for some hundred networks', () => {
    expect(viewerRequestCode({ credentials: true }).length).toBeLessThan(6000);
  });

  it('answers in njs as in Node', async () => {
    const sites = new Map([
      ['lab', recordOf('right', now, { salt: 'salt' })],
      ['limited', recordOf('right', now, { salt: 'salt', views: ['candidate', 'snapshots/2026-11'] })],
    ]);
    const allowed = addressBeginnings(['198.51.100.0/22', '2001:db8::/33']);
    const code = viewerRequestCode({ credentials: true, allowed });
    const asked = [...paths.map(([uri]) => uri), ...strangePaths].map((uri) => viewerRequest(uri, basic('lab:right')));
    const others = [
      viewerRequest('/keyring.gpg', { ...basic('lab:right'), ip: '2001:DB8:0:0::1' }),
      viewerRequest('/keyring.gpg', { ...basic('lab:right'), ip: '2001:db8:8000::1' }),
      viewerRequest('/keyring.gpg', { ...basic('lab:right'), ip: '198.51.104.1' }),
      viewerRequest('/keyring.gpg', { ...basic('lab:right'), method: 'PUT' }),
      ...['lab:wrong', 'nobody:right', ''].map((text) => viewerRequest('/keyring.gpg', basic(text))),
      viewerRequest('/keyring.gpg'),
      ...['/candidate/noble/root', '/snapshots/2026-11/streams/v1/index.sjson', '/stable/noble/root', '/pool/a'].map(
        (uri) => viewerRequest(uri, basic('limited:right')),
      ),
    ];
    const events = [...asked, ...others];
    const inNjs = await answersOfNjs(code, events, sites);
    const handler = loadViewerRequest(code, sites);
    const inNode: ViewerAnswer[] = [];
    for (const event of structuredClone(events)) inNode.push(await handler(event));

    expect(inNjs).toEqual(JSON.parse(JSON.stringify(inNode)));
    const statuses = inNjs.slice(-others.length).map(({ statusCode = 200 }) => statusCode);
    expect(statuses).toEqual([200, 403, 403, 405, 401, 401, 401, 401, 200, 200, 403, 403]);
  });
});
