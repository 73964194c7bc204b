import { describe, expect, it } from 'vitest';
import { BuildRequest } from '../../../lib/job/build-request';
import { checkMaterials, checkPublishable, checkSelectable } from '../../../lib/job/handed-on/handed-on';
import type { Materials } from '../../../lib/job/handed-on/materials';
import { type PublishInput, type SelectInput, selectInputOf } from '../../../lib/job/handed-on/publish-input';
import { jobOfStrings } from '../../../lib/job/job-of';
import { planOf } from '../../../lib/job/plan';

const now = new Date('2026-11-20T12:00:00Z');
const artefact = { sha256: 'ab'.repeat(32), size: 1 };

function asked(fields: object = {}) {
  const request = BuildRequest.parse({ release: 'noble', architectures: ['amd64'], ...fields });
  const strings = planOf(request, 'run-1', 'run-1-0123456789abcdef').architectures[0]?.job;
  return { request, job: jobOfStrings(strings ?? {}), now };
}

const kernel = (name: string) => ({
  ...{ outcome: 'resolved', kernel: name, imagePackage: 'linux', imageVersion: '1', packages: artefact.sha256 },
});
const fetched = (serial = '20261120', kind = 'cloud-image') => ({
  build: 'Fetch:0',
  result: {
    ...{ serial, squashfs: artefact, manifest: artefact },
    source: { kind, uri: 'https://a.example', sha256: '', product: '' },
  },
});
const prepared = (...kernels: string[]) => ({
  build: 'Prepare:0',
  result: { layer: artefact, kernels: kernels.map(kernel), materials: artefact },
});

/** What is said of it, or nothing. */
function saidOf(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    expect(error).toMatchObject({
      ...{ name: 'BadInput', misuse: true },
      hint: 'no stage of this version returns this: read the log of its build before you build again; nothing was published',
    });
    return (error as Error).message.replace('a build result is not valid: ', '');
  }
}

const selectable = (more: object, fields: object = {}) =>
  saidOf(() => {
    const base = { fetched: fetched(), root: { build: 'Fetch:0' }, prepared: prepared('ga', 'hwe') };
    const input = { ...base, ...more } as unknown as SelectInput;
    checkSelectable(input, asked(fields));
  });

describe('what is to be selected from', () => {
  it.each<[string, object, object]>([
    ['what was asked for', {}, {}],
    ['a serial of tomorrow, as clocks differ', { fetched: fetched('20261121') }, {}],
    ['the serial that was asked for', { fetched: fetched('20261101.2') }, { serial: '20261101.2' }],
    ['a base that was given', { fetched: fetched('20261120', 'given') }, { base: '/b.squashfs' }],
    ['one flavour of two', { prepared: prepared('hwe') }, {}],
    ['none of them', { prepared: prepared() }, {}],
  ])('is taken: %s', (_, more, fields) => {
    expect(selectable(more, fields)).toBeUndefined();
  });

  it.each<[string, object, object, string]>([
    [
      'a serial of a day to come',
      { fetched: fetched('20261122') },
      {},
      'fetched.result.serial is "20261122", expected a day no later than 20261121',
    ],
    [
      'a serial of no day',
      { fetched: fetched('20260231') },
      {},
      'fetched.result.serial is "20260231", expected a day no later than 20261121',
    ],
    [
      'a serial of no month',
      { fetched: fetched('20261301') },
      {},
      'fetched.result.serial is "20261301", expected a day no later than 20261121',
    ],
    [
      'another serial than was asked for',
      { fetched: fetched('20261120') },
      { serial: '20261119' },
      'fetched.result.serial is "20261120", expected 20261119',
    ],
    [
      'a fetched base where one was given',
      {},
      { base: '/b.squashfs' },
      'fetched.result.source.kind is "cloud-image", expected given',
    ],
    [
      'a given base where none was',
      { fetched: fetched('20261120', 'given') },
      {},
      'fetched.result.source.kind is "given", expected cloud-image or bootstrap',
    ],
    [
      'another root than the base where the image is not customised',
      { root: { build: 'Upgrade:0', result: { squashfs: artefact, manifest: artefact } } },
      {},
      `root.result is ${JSON.stringify({ squashfs: artefact, manifest: artefact })}, expected none: the image is not customised`,
    ],
    [
      'a flavour that nobody asked for',
      { prepared: prepared('ga', 'rt') },
      {},
      'prepared.result.kernels.1.kernel is "rt", expected ga or hwe',
    ],
    [
      'a flavour twice',
      { prepared: prepared('ga', 'ga') },
      {},
      'prepared.result.kernels.1.kernel is "ga", expected each flavour only once',
    ],
  ])('refuses %s', (_, more, fields, said) => {
    expect(selectable(more, fields)).toBe(said);
  });
});

const built = (gate: string, found = 5) => ({
  ...{ outcome: 'built', kernel: 'ga', need: 'required' },
  extracted: { build: 'Extract:0', result: { drivers: { wanted: 5, found } } },
  booted: { gate, evidence: '' },
});
const failed = { outcome: 'failed', kernel: 'hwe', need: 'optional', error: { Error: 'NoKernel', Cause: '' } };

const publishable = (more: object, fields: object = {}) =>
  saidOf(() => {
    const root = { build: 'Upgrade:0', result: undefined };
    const input = { fetched: fetched(), prepared: prepared('ga'), root, kernels: [failed, built('passed')], ...more };
    checkPublishable(input as unknown as PublishInput, asked(fields));
  });

describe('what is to be published', () => {
  const changed = { customise: { packages: ['jq'] } };
  const upgraded = { root: { build: 'Upgrade:0', result: { squashfs: artefact, manifest: artefact } } };

  it.each<[string, object, object]>([
    ['as it came', {}, {}],
    ['changed as was asked', upgraded, changed],
    ['where no boot is possible', { kernels: [built('impossible')] }, {}],
    ['where the boot was waived', { kernels: [failed, built('waived')] }, { bootTest: false }],
  ])('is taken %s', (_, more, fields) => {
    expect(publishable(more, fields)).toBeUndefined();
  });

  it.each<[string, object, object, string]>([
    [
      'nothing changed where it was asked',
      {},
      changed,
      'root.result is missing, expected the result of the upgrade stage',
    ],
    [
      'something changed where nothing was asked',
      upgraded,
      {},
      `root.result is ${JSON.stringify(upgraded.root.result)}, expected none: the image is not customised`,
    ],
    [
      'drivers that are missing',
      { kernels: [failed, built('passed', 4)] },
      {},
      'kernels.1.extracted.result.drivers.found is 4, expected the 5 drivers that the initrd needs',
    ],
    [
      'a boot that was waived by nobody',
      { kernels: [built('waived')] },
      {},
      'kernels.0.booted.gate is "waived", expected passed or impossible',
    ],
    [
      'a boot though it was waived',
      { kernels: [built('passed')] },
      { bootTest: false },
      'kernels.0.booted.gate is "passed", expected waived',
    ],
    [
      'what could not be selected either',
      { fetched: fetched('20270101') },
      {},
      'fetched.result.serial is "20270101", expected a day no later than 20261121',
    ],
    [
      'a flavour that nobody asked for',
      { prepared: prepared('rt') },
      {},
      'prepared.result.kernels.0.kernel is "rt", expected ga or hwe',
    ],
  ])('refuses %s', (_, more, fields, said) => {
    expect(publishable(more, fields)).toBe(said);
  });
});

describe('what went in', () => {
  const materials = (...names: string[]) =>
    saidOf(() => {
      const installed = Object.fromEntries(names.map((name) => [name, []]));
      checkMaterials({ installed } as unknown as Materials, asked());
    });

  it('is told by flavour, and of all that share it', () => {
    expect(materials('', 'ga', 'hwe')).toBeUndefined();
    expect(materials()).toBeUndefined();
  });

  it('refuses a flavour that nobody asked for', () => {
    expect(materials('ga', 'rt')).toBe('installed is "rt", expected "" (shared packages) or ga or hwe');
  });
});

it('refuses other fields than a build has, as what a build handed on', () => {
  expect(() =>
    selectInputOf({ ...{ job: {}, kernels: [] }, fetched: fetched('newest'), prepared: prepared() }),
  ).toThrow(/^the input of Select is not valid: .*fetched\.result\.serial: must be a serial, such as 20261120/);
});
