import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type BuildResult, exitCodeOf, outcomeOf, publishedBy, report } from '../../../bin/build/report';
import { BuildRequest } from '../../../lib/job/build-request';
import type { ExecutionResult, Failure } from '../../../lib/job/events';
import type { Published } from '../../../lib/stages/updates/published';

import { keptTerminal } from '../terminal/kept-terminal';

const run = { architecture: 'amd64', kernel: undefined, log: undefined };

/** A stage that ended with this as its last word. */
function failure(stage: string, last: string): Failure {
  return {
    ...run,
    stage,
    tail: [':: working', `error ${last}`, '  what to do'],
    error: 'BUILD: exit 1',
    hint: undefined,
  };
}

/** A function that threw. */
function thrown(stage: string, error: string): Failure {
  return { ...run, stage, tail: [], error, hint: undefined };
}

const failed = (...failures: Failure[]): ExecutionResult => {
  return { status: 'FAILED', error: 'ExecutionFailed', cause: '[]', failures };
};
const notReady = failure('Fetch', 'NotReady: the stream is being updated');
const broken = failure('Extract', 'CommandFailed: dpkg ended 1');

const published = (changes: Partial<Published> = {}): Published => {
  const nothing = { overtaken: [], leftOut: [], kept: [], withdrawn: [], followed: [] };
  return { architecture: 'amd64', version: '20261120.083000', products: ['p'], ...nothing, ...changes };
};
const succeeded = (...architectures: Published[]): ExecutionResult => {
  const output = { architectures: architectures.map((one) => ({ published: one })) };
  return { status: 'SUCCEEDED', output, failures: [] };
};

describe('the outcome of a build', () => {
  it('is what each architecture published', () => {
    const both = succeeded(published(), published({ architecture: 'arm64', version: null, products: [] }));
    expect(outcomeOf(both)).toBe('amd64: published version 20261120.083000; arm64: up to date');
  });

  it('is why nothing was built', () => {
    const output = {
      plan: { reason: 'up to date: archive, base image and recipe are unchanged since the newest versions' },
    };
    expect(outcomeOf({ status: 'SUCCEEDED', output, failures: [] })).toMatch(/^up to date: archive/);
  });

  it('tells of flavours that were left out, and of those that another build was faster with', () => {
    expect(outcomeOf(succeeded(published({ leftOut: ['hwe-edge', 'rt'] })))).toBe(
      'amd64: published version 20261120.083000, without hwe-edge, rt',
    );
    expect(outcomeOf(succeeded(published({ leftOut: ['rt'], overtaken: ['ga', 'hwe'] })))).toBe(
      'amd64: published version 20261120.083000, without rt; another build published ga, hwe in the meantime',
    );
    expect(outcomeOf(succeeded(published({ version: null, products: [], overtaken: ['ga'] })))).toBe(
      'amd64: nothing was published; another build published ga in the meantime',
    );
  });

  it('says what waits for the end of a hold, and since when', () => {
    const held = { since: '2026-11-27T16:00:00Z', reason: 'freeze', pending: 3 };
    expect(outcomeOf(succeeded(published({ version: null, products: [], held })))).toBe(
      'amd64: held since 2026-11-27 (freeze), 3 pending',
    );
    const { reason: _, ...bare } = { ...held, until: '2026-11-30T08:00:00Z' };
    expect(outcomeOf(succeeded(published({ held: bare })))).toBe(
      'amd64: published version 20261120.083000; held since 2026-11-27 until 2026-11-30, 3 pending',
    );
  });

  it('says what is not published again because it is withdrawn, and names flavours where others were published', () => {
    const said = 'withdrawn: same inputs as 20261125.083000 (NIC driver lost)';
    const withdrawn = ['ga', 'hwe'].map((kernel) => ({ kernel, said }));
    expect(outcomeOf(succeeded(published({ version: null, products: [], withdrawn })))).toBe(`amd64: ${said}`);
    expect(outcomeOf(succeeded(published({ withdrawn })))).toBe(
      `amd64: published version 20261120.083000; ga, hwe ${said}`,
    );
    const another = { kernel: 'rt', said: 'withdrawn: same kernel as 1' };
    expect(outcomeOf(succeeded(published({ version: null, products: [], withdrawn: [...withdrawn, another] })))).toBe(
      `amd64: ga, hwe ${said}; rt withdrawn: same kernel as 1`,
    );
  });

  it('says which flavours have the last kernel, and of which version', () => {
    const kept = [{ kernel: 'hwe-edge', from: '20261118.083000' }];
    expect(outcomeOf(succeeded(published({ kept, leftOut: ['rt'] })))).toBe(
      'amd64: published version 20261120.083000, with hwe-edge kept from 20261118.083000, without rt',
    );
  });

  it('says which views follow, and which could not be updated', () => {
    const followed = [
      { view: 'lab-2', moved: true },
      { view: 'lab-3', moved: false },
      { view: 'lab-4', moved: false, failure: 'NoSuchView: the mirror has no view stable' },
    ];
    expect(outcomeOf(succeeded(published({ followed })))).toBe(
      'amd64: published version 20261120.083000; updated lab-2; could not update lab-4 (NoSuchView: the mirror has no view stable)',
    );
  });

  it('is what a stack of an older release says, which knows nothing of holds', () => {
    const { kept: _, withdrawn: __, followed: ___, ...older } = published();
    const output = { architectures: [{ published: older }] };
    expect(outcomeOf({ status: 'SUCCEEDED', output, failures: [] })).toBe('amd64: published version 20261120.083000');
  });

  it.each<[string, Failure[], string[], string]>([
    ['upstream was not ready', [notReady], [], 'nothing was published: upstream is mid-update; try again later'],
    [
      'it was not ready for one architecture, and another was published',
      [notReady],
      ['arm64'],
      'only arm64 was published: upstream is mid-update; try again later',
    ],
    [
      'kernels were not ready, after which Publish fails, too',
      [failure('Extract', 'NotReady: x'), thrown('Publish', 'RequiredKernelFailed: ga')],
      [],
      'nothing was published: upstream is mid-update; try again later',
    ],
    [
      'a function said so',
      [thrown('Select', 'NotReady: x')],
      [],
      'nothing was published: upstream is mid-update; try again later',
    ],
    ['something broke', [broken], [], 'build failed (see above); previously published images are unchanged'],
    [
      'something broke, and some came through',
      [broken],
      ['arm64', 'riscv64'],
      'build failed (see above); only arm64, riscv64 were published',
    ],
    [
      'something broke beside',
      [notReady, broken],
      [],
      'build failed (see above); previously published images are unchanged',
    ],
    ['nobody knows why', [], [], 'build failed (see above); previously published images are unchanged'],
  ])('says so where %s', (_, failures, done, outcome) => {
    expect(outcomeOf(failed(...failures), done)).toBe(outcome);
  });
});

describe('an architecture counts as published', () => {
  const finished = { ...run, type: 'finished', seconds: 1 } as const;

  it('by the version that its Publish gave', () => {
    expect(publishedBy({ ...finished, stage: 'Publish', result: published() })).toEqual(['amd64']);
  });

  it('not where Publish found nothing new, nor by any other stage', () => {
    expect(publishedBy({ ...finished, stage: 'Publish', result: published({ version: null }) })).toEqual([]);
    expect(publishedBy({ ...finished, stage: 'Select', result: {} })).toEqual([]);
    expect(publishedBy({ ...thrown('Publish', 'x'), type: 'failed', seconds: 1 })).toEqual([]);
  });
});

describe('the exit code', () => {
  const of = (...results: ExecutionResult[]) => exitCodeOf(results.map((result) => ({ result }) as BuildResult));

  it.each([
    ['0 where all is done', [succeeded(published())], 0],
    ['3 where only upstream was not ready', [succeeded(published()), failed(notReady)], 3],
    ['1 where anything else failed', [failed(notReady), failed(broken)], 1],
    ['1 where something failed beside it', [failed(notReady, broken)], 1],
  ] as const)('is %s', (_, results, code) => {
    expect(of(...results)).toBe(code);
  });
});

describe('the report of a build', () => {
  const request = (release: string, about?: BuildRequest['about']) =>
    BuildRequest.parse({ release, architectures: ['amd64'], ...(about && { about }) });
  const built = (...requests: BuildRequest[]) =>
    requests.map((one) => {
      return { request: one, execution: 'e', logs: '/logs', result: succeeded(published()), outcome: 'done' };
    });
  const reportOn = (day: string, results: BuildResult[], json = false) => {
    const terminal = keptTerminal();
    report(results, { mirror: '/m', fingerprint: undefined, json, now: new Date(day) }, terminal);
    return terminal.outLines;
  };
  const zany = request('zany', { version: '27.04', supportEol: '2028-01-20', sources: ['stream'] });

  it('marks releases that are past their support, on the day that it is given', () => {
    expect(reportOn('2028-01-20', built(zany))).not.toContainEqual(expect.stringContaining('support'));
    expect(reportOn('2028-01-21', built(zany, request('noble')))).toEqual(
      expect.arrayContaining(['✓ zany: done', '  support      ended on 2028-01-20', '✓ noble: done']),
    );
  });

  it('says who told of each release, except of one that only the stack knows', () => {
    const { builds } = JSON.parse(
      reportOn('2030-01-01', built(zany, request('noble'), request('able')), true).join('\n'),
    ) as { builds: object[] };
    expect(builds).toMatchObject([
      { release: 'zany', source: 'stream', support: 'ended' },
      { release: 'noble', source: 'catalogue', support: 'extended' },
      { release: 'able' },
    ]);
    expect(builds[2]).not.toHaveProperty('source');
  });
});

it('names the logs by their way from here only where they are below this folder', () => {
  const request = BuildRequest.parse({ release: 'bookworm', architectures: ['amd64'] });
  const lineOf = (logs: string) => {
    const terminal = keptTerminal();
    const result = { request, execution: 'x', logs, result: failed(notReady), outcome: '' };
    report([result], { mirror: '/m', fingerprint: undefined, json: false, now: new Date() }, terminal);
    return terminal.outLines.find((line) => line.includes('logs'))?.replace(/^ *logs */, '');
  };

  expect(lineOf(resolve('m.work/logs/x'))).toBe('m.work/logs/x');
  expect(lineOf('..m.work/logs/x')).toBe('..m.work/logs/x');
  expect(lineOf('/elsewhere/m.work/logs/x')).toBe('/elsewhere/m.work/logs/x');
  expect(lineOf('../m.work/logs/x')).toBe(resolve('../m.work/logs/x'));
});

describe('the report of a build, whole,', () => {
  const request = (release: string, view: string) => BuildRequest.parse({ release, architectures: ['amd64'], view });
  const now = new Date('2026-11-25');
  const fingerprint = 'F'.repeat(40);
  const built = (one: BuildRequest, result = succeeded(published())) => {
    return { request: one, execution: 'run-1', logs: 'https://console/1', result, outcome: outcomeOf(result) };
  };
  const reported = (results: BuildResult[], options: Partial<Parameters<typeof report>[1]> = {}) => {
    const terminal = keptTerminal();
    report(results, { mirror: '/m', fingerprint, json: false, now, ...options }, terminal);
    return terminal.outLines;
  };
  const loaders = (...products: { product: string; version: string }[]): ExecutionResult => {
    return { status: 'SUCCEEDED', output: { bootloaders: { published: products } }, failures: [] };
  };
  const bootloaders = BuildRequest.parse({ release: 'bootloaders', view: 'stable', architectures: [] });
  const file = '/var/snap/maas/common/maas-mirror.gpg';

  it('names views, keyring and fingerprint, and tells MAAS of each view that has images of Ubuntu', () => {
    const grub = { product: 'com.ubuntu.maas.stable:1:grub-efi:uefi:amd64', version: '20261120.0' };
    const pxe = { product: 'com.ubuntu.maas.stable:1:pxelinux:pxe:i386', version: '20261121.0' };
    const results = [
      built(request('noble', 'stable')),
      built(request('jammy', 'stable'), failed(broken)),
      built(request('bookworm', 'debian')),
      built(request('noble', 'plain')),
      built(bootloaders, loaders(grub, pxe)),
      built(request('noble', 'broken'), failed(broken)),
    ];

    expect(reported(results)).toEqual([
      '✓ noble: amd64: published version 20261120.083000',
      '  logs         https://console/1',
      '✗ jammy: build failed (see above); previously published images are unchanged',
      '  logs         https://console/1',
      '✓ bookworm: amd64: published version 20261120.083000',
      '  support      ended on 2026-07-11, extended support ends on 2028-06-30',
      '  logs         https://console/1',
      '✓ noble: amd64: published version 20261120.083000',
      '  logs         https://console/1',
      '✓ bootloaders: published grub-efi:uefi:amd64 20261120.0, pxelinux:pxe:i386 20261121.0',
      '  logs         https://console/1',
      '✗ noble: build failed (see above); previously published images are unchanged',
      '  logs         https://console/1',
      '  view         /m/stable',
      '  view         /m/debian',
      '  view         /m/plain',
      '  keyring      /m/keyring.gpg (binary, as MAAS requires)',
      `  fingerprint  ${fingerprint}`,
      '',
      'To use it in MAAS, serve this mirror (maas-mirror serve /m --listen 0.0.0.0:8080), and install its keyring on every region controller (MIRROR is the address of this machine):',
      `  sudo curl --fail -o ${file} http://MIRROR:8080/keyring.gpg`,
      'Then change the boot source that MAAS already has (`maas admin boot-sources read` shows its ID; docs/maas.md describes how to avoid an outage):',
      `  maas admin boot-source update ID url=http://MIRROR:8080/stable/ keyring_filename=${file}`,
      '',
      'To use it in MAAS, serve this mirror (maas-mirror serve /m --listen 0.0.0.0:8080), and install its keyring on every region controller (MIRROR is the address of this machine):',
      `  sudo curl --fail -o ${file} http://MIRROR:8080/keyring.gpg`,
      'This view has no bootloaders, so keep images.maas.io. Add the view as a second source, and select in it what is not selected in the other:',
      `  maas admin boot-sources create url=http://MIRROR:8080/plain/ keyring_filename=${file}`,
    ]);
  });

  it('says nothing of views where all failed, and no fingerprint where it is not known', () => {
    expect(reported([built(request('noble', 'stable'), failed(broken))])).toHaveLength(2);
    expect(reported([built(request('noble', 'stable'))], { fingerprint: undefined }).join('\n')).not.toMatch(
      /fingerprint/,
    );
  });

  it('has the addresses of a site, however it ends, and a place for the password', () => {
    const lines = reported([built(request('noble', 'stable'))], {
      mirror: 'https://a.example//',
      passwordsOf: 'Stack',
    });

    expect(lines.slice(2, 4)).toEqual([
      '  view         https://a.example/stable/',
      '  keyring      https://a.example/keyring.gpg (binary, as MAAS requires)',
    ]);
    expect(lines[7]).toBe(`  sudo curl --fail -o ${file} https://SITE:PASSWORD@a.example/keyring.gpg`);
    expect(lines[10]).toMatch(/access add SITE --stack Stack/);
  });

  it('is the same as JSON, and nothing else', () => {
    const lines = reported([built(request('noble', 'stable')), built(bootloaders, loaders())], { json: true });

    expect(JSON.parse(lines.join('\n'))).toEqual({
      builds: [
        {
          ...{ release: 'noble', source: 'catalogue', support: 'standard', view: '/m/stable', execution: 'run-1' },
          ...{ status: 'SUCCEEDED', outcome: 'amd64: published version 20261120.083000', logs: 'https://console/1' },
        },
        {
          ...{ release: 'bootloaders', view: '/m/stable', execution: 'run-1', status: 'SUCCEEDED' },
          ...{ outcome: 'up to date', logs: 'https://console/1' },
        },
      ],
      keyring: '/m/keyring.gpg',
      fingerprint,
    });
  });

  it('says that nothing is new where a plan gives no reason', () => {
    expect(outcomeOf({ status: 'SUCCEEDED', output: {}, failures: [] })).toBe('up to date');
  });
});
