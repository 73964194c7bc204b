import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { main } from '../../../bin/command-line';
import { wellBuild } from '../../fixtures/aws/scripted-builds';
import { smallDeployment, stackName } from '../../fixtures/aws/small-deployment';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { keptTerminal } from '../terminal/kept-terminal';

async function build(...words: string[]) {
  const terminal = keptTerminal();
  const before = process.listenerCount('SIGINT');
  const code = await main(['build', ...words], terminal);
  expect(process.listenerCount('SIGINT')).toBe(before);
  return { code, ...terminal };
}

describe('the command build', () => {
  it('lets a deployed stack build what it is told, and ends with its exit code', async () => {
    const aws = await smallDeployment({ noble: { ...wellBuild(), eventsPerLook: 1000 } });

    const { code, outLines } = await build('noble', '--stack', stackName, '--no-bootloaders', '--package', 'vim,nano');

    expect(code).toBe(0);
    expect(outLines[0]).toBe('✓ noble: amd64: published version 20261120');
    expect(aws.started.map(({ input }) => input)).toMatchObject([
      { release: 'noble', customise: { packages: ['vim', 'nano'] } },
    ]);
  });

  it('refuses for a stack what was typed for this machine, and not what is only its default', async () => {
    const { code, errLines } = await build('noble', '--stack', 'S', '--mirror', 'm', '--listen', '127.0.0.1:80');

    expect(code).toBe(2);
    expect(errLines).toEqual([
      'error: --mirror, --listen cannot be used with --stack S',
      '  only builds on this machine use it; a deployed stack has its own mirror, key and site',
    ]);
  });

  it.each([[], ['--no-serve']])('refuses an address to listen at that nothing will use, with %j', async (...words) => {
    const { code, errLines } = await build('noble', '--listen', '127.0.0.1:80', ...words);

    expect(code).toBe(2);
    expect(errLines).toEqual([
      'error: --listen 127.0.0.1:80 has no effect: the mirror is not served after the build',
      '  add --serve, or leave --listen out',
    ]);
  });

  it.each([
    [['--serve'], '--serve'],
    [['--no-serve'], '--no-serve'],
    [['--serve', '--no-serve'], '--no-serve'],
    [['--base', 'b', '--work', 'w', '--key', 'k'], '--work, --key, --base'],
  ])('refuses %j for a stack', async (words, named) => {
    const { errLines } = await build('noble', '--stack', 'S', ...words);
    expect(errLines[0]).toBe(`error: ${named} cannot be used with --stack S`);
  });

  it('refuses on this machine what cannot be built, and serves nothing then', async () => {
    const config = join(temporaryFolder(), 'mirror.yaml');
    writeFileSync(config, 'views: { candidate: { releases: [noble] } }\n');

    const { code, errLines, outLines } = await build('--config', config, '--compression', 'xz', '--serve');

    expect(code).toBe(2);
    expect(errLines[0]).toBe(`error: --compression cannot be used with --config ${config}`);
    expect(outLines).toEqual([]);
  });
});
