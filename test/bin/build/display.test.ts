import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { buildDisplay, failureLines } from '../../../bin/build/display';
import { BuildRequest } from '../../../lib/job/build-request';
import type { EngineEvent, Failure } from '../../../lib/job/events';
import { planOf } from '../../../lib/job/plan';
import { keptTerminal } from '../terminal/kept-terminal';

const run = { stage: 'Plan', architecture: undefined, kernel: undefined, log: undefined };
const fetch = { ...run, stage: 'Fetch', architecture: 'amd64' };
const failure: Failure = { ...fetch, tail: [], error: 'BUILD: exit 1', hint: undefined };
const planFor = (changes: object) =>
  planOf(
    BuildRequest.parse({ release: 'noble', architectures: ['amd64'], kernels: { required: ['ga'] }, ...changes }),
    'x',
  );

describe('the events of a build, where nobody watches', () => {
  it('are a line each', () => {
    const terminal = keptTerminal();
    const display = buildDisplay([planFor({})], terminal);
    const events: EngineEvent[] = [
      { ...run, type: 'started' },
      { ...run, type: 'finished', seconds: 59.94, result: {} },
      { ...fetch, type: 'started' },
      { ...fetch, type: 'progress', text: 'unpacking' },
      { ...fetch, kernel: 'hwe', stage: 'ExtractHweArm', type: 'finished', seconds: 60, result: {} },
      { ...fetch, type: 'stopped', seconds: 3 },
      { ...failure, type: 'failed', seconds: 191 },
    ];
    for (const event of events) display.on(event);

    expect(terminal.errLines).toEqual([
      'Plan …',
      'Plan done in 59.9 s',
      'Fetch amd64 …',
      'Fetch amd64: unpacking',
      'Extract amd64 hwe done in 1 min 0 s',
      'Fetch amd64 stopped',
      'Fetch amd64 FAILED after 3 min 11 s',
    ]);
    expect(terminal.outLines).toEqual([]);
  });

  it('are a line each on a terminal, too, where it is not known which stages come', () => {
    const terminal = keptTerminal({ isTTY: true });
    buildDisplay([], terminal).on({ ...run, type: 'started' });
    expect(terminal.errLines).toEqual(['Plan …']);
  });
});

/** What is drawn on the terminal of this process. */
function drawn() {
  const frames: string[] = [];
  const waiting: { readonly text: string; readonly resolve: () => void }[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    frames.push(stripVTControlCharacters(String(chunk)));
    for (const { text, resolve } of waiting) if (frames.at(-1)?.includes(text)) resolve();
    return true;
  });
  const { isTTY } = process.stdout;
  process.stdout.isTTY = true;
  onTestFinished(() => {
    process.stdout.isTTY = isTTY;
    vi.restoreAllMocks();
  });
  /** The list as it is left in the end. */
  const last = () =>
    frames
      .findLast((frame) => frame.includes('\n'))
      ?.trimEnd()
      .split('\n');
  const shown = (text: string) => new Promise<void>((resolve) => void waiting.push({ text, resolve }));
  return { frames, last, shown };
}

describe('the events of a build, where somebody watches', () => {
  it('are drawn in a list of its stages, in which each ends as it did', async () => {
    const { frames, last, shown } = drawn();
    const terminal = keptTerminal({ isTTY: true });
    const listeners = process.listenerCount('SIGINT');
    const display = buildDisplay([planFor({ customise: { packages: ['vim'] } })], terminal);
    await shown('› waiting');
    expect(process.listenerCount('SIGINT')).toBe(listeners); // ours ends the stages first

    display.on({ ...run, type: 'started' });
    await shown('› working');
    display.on({ ...run, type: 'progress', text: 'comparing\u001b[2J versions' });
    await shown('› comparing versions');
    display.on({ ...run, type: 'finished', seconds: 3, result: {} });
    display.on({ ...run, stage: 'Elsewhere', type: 'started' });
    display.on({ ...failure, type: 'failed', seconds: 3 });
    display.on({ ...fetch, stage: 'Upgrade', type: 'stopped', seconds: 3 });
    display.on({ ...fetch, stage: 'Prepare', type: 'finished', seconds: 75, result: {} });
    await display.end();

    expect(last()).toEqual([
      '✔ Plan (3.0 s)',
      '✖ Fetch amd64',
      '↓ Upgrade amd64',
      '✔ Prepare amd64 (1 min 15 s)',
      '↓ Select amd64',
      '↓ Extract amd64 ga',
      '↓ BootTest amd64 ga',
      '↓ Publish amd64',
    ]);
    expect(frames.join('')).not.toContain('Elsewhere');
    expect([terminal.errLines, terminal.outLines]).toEqual([[], []]);
  });

  it('name the stages of every architecture, and of bootloaders theirs', async () => {
    const { last } = drawn();
    const both = buildDisplay([planFor({ architectures: ['amd64', 'arm64'] })], keptTerminal({ isTTY: true }));
    await both.end();
    const ofOne = (architecture: string) =>
      ['Fetch', 'Prepare', 'Select', 'Extract', 'BootTest', 'Publish'].map(
        (stage) => `↓ ${stage} ${architecture}${/^(Extract|BootTest)$/.test(stage) ? ' ga' : ''}`,
      );
    expect(last()).toEqual(['↓ Plan', ...ofOne('amd64'), ...ofOne('arm64')]);

    const bootloaders = planOf(BuildRequest.parse({ release: 'bootloaders', architectures: [] }), 'x');
    await buildDisplay([bootloaders], keptTerminal({ isTTY: true })).end();
    expect(last()).toEqual(['↓ Plan', '↓ Bootloaders', '↓ PublishBootloaders']);
  });
});

describe('the lines of a failed stage', () => {
  it('are its own last word, the end of its log, what to do and where the rest is', () => {
    const tail = [':: installing', 'error NoKernel: there is no vmlinuz', '  look at the packages'];

    expect(
      failureLines({ ...failure, kernel: 'hwe', stage: 'ExtractHwe', tail, hint: 'try again', log: '/x.log' }),
    ).toEqual([
      'Extract amd64 hwe failed: there is no vmlinuz',
      '  | :: installing',
      '  | error NoKernel: there is no vmlinuz',
      '  |   look at the packages',
      '  try again',
      '  full log: /x.log',
    ]);
  });

  it('are one where there is nothing more to say', () => {
    expect(failureLines(failure)).toEqual(['Fetch amd64 failed: BUILD: exit 1']);
  });
});
