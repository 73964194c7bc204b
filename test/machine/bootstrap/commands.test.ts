import { describe, expect, it } from 'vitest';
import { downloadCommand, installCommand } from '../../../lib/machine/bootstrap/commands';
import { run } from '../../../lib/machine/run';

const options = {
  ...{ release: 'bookworm', architecture: 'arm64', packages: ['open-iscsi', 'sudo'] },
  ...{ lists: "/it's a/folder", tools: '/"tools" $HOME' },
};

describe('the commands of a bootstrap', () => {
  it('hand every word to the script as it is, which mmdebstrap starts through a shell', async () => {
    const command = downloadCommand('/tree', '/tree.apt.conf', options);

    const hook = command.find((word) => word.startsWith('--customize-hook='))?.replace(/^.*?=sh /, '');
    expect(await run(['sh', '-c', `printf '%s\\n' ${hook}`, 'exec', '/tree'], { quiet: true })).toBe(
      ['/"tools" $HOME/bootstrap/download.sh', "/it's a/folder", 'bookworm', 'arm64', 'open-iscsi sudo', '/tree'].join(
        '\n',
      ),
    );
  });

  it('take options of apt from a file, for the download alone', () => {
    expect(downloadCommand('/tree', '/tree.apt.conf', options)).toContain('--aptopt=/tree.apt.conf');
    expect(installCommand(options).filter((word) => word.startsWith('--aptopt'))).toEqual([]);
  });

  it('read lists and packages of the download, where there is no network to get others', () => {
    const command = installCommand(options);

    expect(command).toEqual(expect.arrayContaining(['--skip=check/empty', '--skip=update', '--variant=minbase']));
    expect(command).toContain('--include=open-iscsi,sudo');
    expect(command.slice(-3)).toEqual(['bookworm', '/tree', '-']);
  });

  it('use a given mmdebstrap only in the sandbox, where a copy of it is', () => {
    const given = { ...options, mmdebstrap: '/scratch/mmdebstrap' };

    expect(downloadCommand('/tree', '/c', given)).toEqual(downloadCommand('/tree', '/c', options));
    expect(downloadCommand('/tree', '/c', options)[0]).toBe('mmdebstrap');
    expect(installCommand(given)).toContain('/brought');
    expect(installCommand(given)).not.toContain('mmdebstrap');
    expect(installCommand(options)).toContain('mmdebstrap');
  });
});
