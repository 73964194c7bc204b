import { beforeEach, describe, expect, it } from 'vitest';
import { freshStream } from './made/fresh-stream';
import { type Flavour, ga, hwe, loaderName, publishImages } from './made/made-images';
import { sha256Of } from './reading/stream-reader';
import { type Followed, follow, models, type Starts, startsOf } from './sites';

const stream = freshStream();

type Versions = Readonly<Record<string, string>>;

const publish = (images: Versions, loaders: Versions) =>
  publishImages(stream(), { flavours: { 'ga-24.04': flavour(images), 'hwe-24.04': flavour(images) }, loaders });

const flavour = (versions: Versions): Flavour => ({ versions });

const known = ['good', 'bad', 'fixed'];
const words = new Map(
  [...known, ...known.flatMap((one) => [`kernel ga-24.04 ${one}`, `kernel hwe-24.04 ${one}`, `root ${one}`])].map(
    (one) => [sha256Of(Buffer.from(one.padEnd(100, '.'))), one.split(' ').at(-1) ?? ''],
  ),
);

/** What both machines have, kernel and root, and the bootloader, in words: `good/good good/good good`. */
function saidOf({ deployed, loaders }: Followed['at']['now']): string {
  const images = deployed.map((one) =>
    'impossible' in one
      ? 'none'
      : `${words.get(one.kernel)}/${[...one.roots].map((root) => words.get(root)).join('+')}`,
  );
  return [...images, words.get(loaders.get(loaderName) ?? '') ?? 'none'].join(' ');
}

async function followed({ had, half, never, fresh }: Starts): Promise<Record<keyof Starts, string[]>> {
  const seen = async (site: Starts['had']) => {
    const { at, outages } = await follow(site, [ga, hwe]);
    const outage = outages.map(({ machine, from, to }) => `${machine.kernel} not for ${to - from + 1} minutes`);
    return [...Object.values(at).map(saidOf), ...outage];
  };
  return { had: await seen(had), half: await seen(half), never: await seen(never), fresh: await seen(fresh) };
}

const [good, bad] = ['good/good good/good', 'bad/bad bad/bad'];

describe.each(models)('%s', (name, make) => {
  const isNewer = name.includes('later');
  const start = () =>
    startsOf(make, {
      ...{ reader: stream().reader(), url: 'http://mirror/stable', bytesPerMinute: 60 },
      selections: [ga],
      publish: () => publish({ 1: 'good', 2: 'bad' }, { 1: 'good', 2: 'bad' }),
    });
  beforeEach(() => publish({ 1: 'good' }, { 1: 'good' }));

  it('has, has half of, has not and never had what was published', async () => {
    const starts = await start();

    const machines = Object.values(starts).map((site) => site.deploy(ga));
    expect(machines.map((one) => ('impossible' in one ? one.impossible : one.version))).toEqual([
      ...['2', '1', '1', 'no such image'],
    ]);
  });

  it('follows an older version of images within 70 minutes and a download, and is never without one', async () => {
    const starts = await start();
    await publish({ 1: 'good' }, { 1: 'good' });

    const { had, half, never, fresh } = await followed(starts);

    expect(had.slice(0, 2)).toEqual([`${bad} bad`, `${bad} bad`]);
    for (const site of [had, half, never, fresh]) {
      expect(site).toHaveLength(5);
      expect(site[4]?.startsWith(good), site.join()).toBe(true);
    }
  });

  it('never gets an older bootloader back by its old name, if it keeps both', async () => {
    const starts = await start();
    await publish({ 1: 'good' }, { 1: 'good' });

    const { had, never } = await followed(starts);

    expect(had[4]).toBe(isNewer ? `${good} bad` : `${good} good`);
    expect(never[4]).toBe(`${good} good`);
  });

  it('gets good bytes under a newer name, bootloaders too, from wherever it starts', async () => {
    const starts = await start();
    await publish({ 1: 'good', 3: 'good' }, { 1: 'good', 3: 'good' });

    const seen = await followed(starts);

    expect(Object.values(seen).map((site) => site.slice(4))).toEqual(Array(4).fill([`${good} good`]));
  });

  it('gets a fix, whether it had the bad version or not', async () => {
    const starts = await start();
    await publish({ 1: 'good', 2: 'bad', 3: 'fixed' }, { 1: 'good', 2: 'bad', 3: 'fixed' });

    const seen = await followed(starts);

    const fixed = ['fixed/fixed fixed/fixed fixed'];
    expect(Object.values(seen).map((site) => site.slice(4))).toEqual(Array(4).fill(fixed));
  });

  it('has nothing to deploy for some minutes after other bytes come under the same name', async () => {
    const starts = await start();
    await publish({ 1: 'good', 2: 'fixed' }, { 1: 'good', 2: 'fixed' });

    const { had } = await followed(starts);

    expect(had.slice(4)).toEqual([
      'fixed/fixed fixed/fixed fixed',
      expect.stringMatching(/^ga-24\.04 not for \d+ minutes$/),
      expect.stringMatching(/^hwe-24\.04 not for \d+ minutes$/),
    ]);
  });

  it('may give a machine the root of a flavour that was dropped, as long as it keeps it', async () => {
    const { had } = await start();
    await publishImages(stream(), { flavours: { 'ga-24.04': flavour({ 3: 'fixed' }) } });

    const { at, outages } = await follow(had, [ga]);

    expect(saidOf(at.settled)).toBe(isNewer ? 'fixed/fixed+bad bad' : 'fixed/fixed bad');
    expect(outages.map(({ machine }) => machine.kernel)).toEqual(isNewer ? [] : ['hwe-24.04']);
  });

  it('refuses to begin half of a download that takes no time', async () => {
    const options = {
      ...{ reader: stream().reader(), url: 'http://mirror/stable', bytesPerMinute: 1_000_000, selections: [ga] },
      publish: () => publish({ 1: 'good', 2: 'bad' }, { 1: 'good' }),
    };

    await expect(startsOf(make, options)).rejects.toThrow('1000000 bytes a minute are too fast');
  });
});
