import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BuildRequest } from '../../lib/job/build-request';
import { jobOfStrings } from '../../lib/job/job-of';
import { executionFolder, foldersOf, isExecutionFolder, isFolderOf, runs } from '../../lib/job/layout';
import { planOf } from '../../lib/job/plan';

const folder = executionFolder('noble-20261130T060000-deadbeef', Buffer.from('0123456789abcdef', 'hex'));

function jobOf(fields: object) {
  const request = BuildRequest.parse({ release: 'noble', architectures: ['amd64'], ...fields });
  return jobOfStrings(planOf(request, 'noble-20261130T060000-deadbeef', folder).architectures[0]?.job ?? {});
}

describe('the folder of an execution', () => {
  it('has its name and 64 bits', () => {
    expect(folder).toBe('noble-20261130T060000-deadbeef-0123456789abcdef');
    expect(runs.request(folder)).toBe('runs/noble-20261130T060000-deadbeef-0123456789abcdef/request.json');
  });

  it('is known by the whole name of the execution, whatever the bits', () => {
    const name = fc.stringMatching(/^[a-z0-9]{1,8}(-[a-z0-9]{1,4}){0,3}$/);
    fc.assert(
      fc.property(name, name, fc.uint8Array({ minLength: 8, maxLength: 8 }), (one, other, random) => {
        expect(isFolderOf(executionFolder(one, random), one)).toBe(true);
        expect(isFolderOf(executionFolder(other, random), one)).toBe(one === other);
        expect(isFolderOf(one, one)).toBe(false);
      }),
    );
    expect(isFolderOf(executionFolder('run-2', randomBytes(8)), 'run')).toBe(false);
  });
});

describe('a folder of the work store', () => {
  const bits = '0123456789abcdef';

  it.each([
    folder,
    `candidate-noble-20261130T060000-deadbeef-12-${bits}`,
    `x-20261130T060000-deadbeef-123456-${bits}`,
  ])('is taken for one of an execution: %s', (name) => {
    expect(isExecutionFolder(name)).toBe(true);
  });

  it.each([
    ['has no time', `noble-deadbeef-${bits}`],
    ['has too few digits in its day', `noble-2026113T060000-deadbeef-${bits}`],
    ['has too few digits in its time', `noble-20261130T06000-deadbeef-${bits}`],
    ['has too few digits in its id', `noble-20261130T060000-deadbee-${bits}`],
    ['has no digits where the attempt is', `noble-20261130T060000-deadbeef-x-${bits}`],
    ['has too many attempts', `noble-20261130T060000-deadbeef-1234567-${bits}`],
    ['has no bits', 'noble-20261130T060000-deadbeef'],
    ['has too few bits', `noble-20261130T060000-deadbeef-${bits.slice(1)}`],
    ['has something behind', `${folder}.old`],
  ])('is not where it %s: %s', (_, name) => {
    expect(isExecutionFolder(name)).toBe(false);
  });
});

describe('the folder of a build', () => {
  const builds = { base: 'Fetch-Ab1:f-1', root: 'Upgrade:u-1', prepared: 'Prepare:p-1', extracted: 'Kernel:k-1' };

  it('is named by what was asked of it, and by its id', () => {
    expect(foldersOf({ ...jobOf({ customise: { packages: ['vim'] } }), ...builds, kernel: 'ga' })).toEqual({
      base: `runs/${folder}/amd64/fetch/f-1`,
      root: `runs/${folder}/amd64/upgrade/u-1`,
      prepared: `runs/${folder}/amd64/prepare/p-1`,
      extracted: `runs/${folder}/amd64/ga/extract/k-1`,
    });
  });

  it('is that of the base where nothing is changed', () => {
    const { base, root } = foldersOf({ ...jobOf({}), ...builds, root: builds.base });
    expect(root).toBe(base);
  });
});
