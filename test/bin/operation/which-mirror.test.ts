import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  typedAgain,
  whichMirror,
  whichText,
  whichToRead,
  withCommandsTypedAgain,
} from '../../../bin/operation/which-mirror';
import { MirrorError } from '../../../lib/errors';
import { folderWith } from './folder-with';

describe('the mirror of a command', () => {
  test('is that of --mirror or --stack, whatever mirror.yaml says', async () => {
    const folder = folderWith('mirror: /srv/images\n');
    expect(await whichMirror({ mirror: 's3://bucket' }, folder)).toEqual({ mirror: 's3://bucket' });
    expect(await whichMirror({ stack: 'MaasMirror' }, folder)).toEqual({ stack: 'MaasMirror' });
  });

  test('is otherwise that of mirror.yaml, relative to it', async () => {
    const folder = folderWith('mirror: images\nviews: {}\n');
    expect(await whichMirror({}, folder)).toEqual({ mirror: join(folder, 'images') });
    expect(await whichMirror({ config: join(folder, 'mirror.yaml') })).toEqual({ mirror: join(folder, 'images') });
    expect(await whichMirror({}, folderWith('mirror: s3://bucket\n'))).toEqual({ mirror: 's3://bucket' });
  });

  test.each([undefined, '', 'views: {}\n', 'mirror:\n'])('is otherwise ./mirror (mirror.yaml: %j)', async (yaml) => {
    expect(await whichMirror({}, folderWith(yaml))).toEqual({ mirror: './mirror' });
  });

  test.each([
    [
      { mirror: 'm', stack: 's' },
      '--mirror and --stack cannot be used together',
      /^--stack uses the mirror of the deployed stack; /,
    ],
    [{ mirror: '' }, '--mirror "" is not the address of a mirror', /^give a folder, or s3:\/\/BUCKET$/],
    [{ config: '/no/mirror.yaml' }, '--config names /no/mirror.yaml, which cannot be read', /./],
  ])('refuses %j', async (words, message, hint) => {
    await expect(whichMirror(words)).rejects.toMatchObject({
      ...{ misuse: true, message: expect.stringContaining(message), hint: expect.stringMatching(hint) },
    });
  });

  test.each(['mirror: [a]\n', 'mirror: ""\n', 'mirror: 3\n'])('refuses %j in mirror.yaml', async (yaml) => {
    await expect(whichMirror({}, folderWith(yaml))).rejects.toMatchObject({
      message: expect.stringMatching(/mirror\.yaml is not valid: mirror: must be a path or s3:\/\/BUCKET$/),
      ...{ hint: 'such as `mirror: /srv/images`', misuse: true },
    });
  });

  test('is named before it is changed, without a password', () => {
    expect(whichText({ mirror: '/srv/images' })).toBe('mirror: /srv/images');
    expect(whichText({ mirror: './mirror' })).toBe(`mirror: ${process.cwd()}/mirror`);
    expect(whichText({ mirror: 'https://lab:secret@host/' })).toBe('mirror: https://host/');
    expect(whichText({ stack: 'MaasMirror' })).toBe('stack: MaasMirror');
  });
});

describe('the first word of a command that reads', () => {
  test('is an address where it is a folder', async () => {
    const folder = folderWith();
    mkdirSync(join(folder, 'images'));
    expect(await whichToRead(join(folder, 'images'), {})).toEqual({ which: { mirror: join(folder, 'images') } });
  });

  test('is otherwise a view of the mirror that options name', async () => {
    expect(await whichToRead('stable', { mirror: '/srv' })).toEqual({ which: { mirror: '/srv' }, view: 'stable' });
    expect(await whichToRead('stable', {}, folderWith('mirror: /srv\n'))).toEqual({
      ...{ which: { mirror: '/srv' }, view: 'stable' },
    });
    expect(await whichToRead('test', { mirror: '/srv' })).toMatchObject({ view: 'test' }); // a folder here
    expect(await whichToRead(undefined, { stack: 'S' })).toEqual({ which: { stack: 'S' } });
  });
});

describe('a command that is printed', () => {
  const words = { mirror: '/srv/my images', key: 'kms:alias/k' };
  const named = "--mirror '/srv/my images'";

  test.each([
    ['maas-mirror unhold stable noble', `maas-mirror unhold stable noble ${named} --key kms:alias/k`],
    ['maas-mirror view show lab', `maas-mirror view show lab ${named}`],
    ['maas-mirror verify', `maas-mirror verify ${named}`],
    ['maas-mirror repair --upgrade --mirror m', 'maas-mirror repair --upgrade --mirror m'],
    ['maas admin boot-resources import', 'maas admin boot-resources import'],
  ])('%s names the mirror and the key as they were typed', (command, typed) => {
    expect(typedAgain(command, words)).toBe(typed);
    expect(typedAgain(command, {})).toBe(command);
  });

  test.each([
    ['unhold it first: maas-mirror unhold stable noble', `unhold it first: maas-mirror unhold stable noble ${named}`],
    [
      'to keep it, run: maas-mirror repair lab; else restore it',
      `to keep it, run: maas-mirror repair lab ${named}; else restore it`,
    ],
    ['run: maas-mirror list lab (noble)', `run: maas-mirror list lab ${named} (noble)`],
    [
      'to end the view: maas-mirror view set lab --by-hand, then maas-mirror view delete candidate',
      `to end the view: maas-mirror view set lab --by-hand ${named}, then maas-mirror view delete candidate ${named}`,
    ],
    [
      'run maas-mirror repair, then look for the change: maas-mirror history lab; only if it is missing, run it again',
      `run maas-mirror repair ${named}, then look for the change: maas-mirror history lab ${named}; only if it is missing, run it again`,
    ],
    [
      "promote it: maas-mirror promote a b --waive-boot-test 'lab (old), then; gone'",
      `promote it: maas-mirror promote a b --waive-boot-test 'lab (old), then; gone' ${named}`,
    ],
    ['restore what maas-mirror verify names', 'restore what maas-mirror verify names'],
    ['`maas-mirror view list` lists its views', '`maas-mirror view list` lists its views'],
  ])('in a hint, too: %s', (hint, said) => {
    const error = new MirrorError('Held', 'held', { hint, misuse: true });
    expect(withCommandsTypedAgain(error, { mirror: words.mirror })).toMatchObject({
      ...{ name: 'Held', message: 'held', hint: said, misuse: true },
    });
    expect(withCommandsTypedAgain(error, {})).toBe(error);
  });
});
