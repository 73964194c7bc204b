import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Command, run } from '../../../lib/machine/run';
import { makePpa } from '../../fixtures/images/look-alike/ppa';
import { smallRelease } from '../../fixtures/images/small-release';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import type { Outcome, Scene } from './hostile-method';

beforeAll(async () => void (await smallRelease()));

const hostile = join(__dirname, '../../fixtures/trees/hostile');
const credentialAddresses = ['169.254.170.2', '169.254.169.254'];

/** As a privileged container has them: all rights, and nothing but the disk in common with the machine. */
const container = ['unshare', '--mount', '--pid', '--ipc', '--uts', '--fork', '--kill-child', '--mount-proc'] as const;
const networkOfAws = [process.execPath, join(hostile, 'network-of-aws.mjs'), ...credentialAddresses, '--'] as const;

describe('a package that replaces apt’s http method', () => {
  it.each<[string, Command, string[]]>([
    ['as plain root', ['env'], []],
    [
      'in a privileged container of AWS',
      ['unshare', '--net', ...networkOfAws, ...container],
      credentialAddresses.map((address) => `${address}:80`),
    ],
  ])('reaches nothing of the builder, whose own apt goes on: %s', async (_, within, elsewhere) => {
    const { reachable, reached, connections, installed } = await outcomeOf(within, elsewhere);

    expect(reachable).toEqual(
      expect.arrayContaining(['socket', expect.stringMatching(/^127\.0\.0\.1:/), ...elsewhere]),
    );
    expect(reached).toEqual({ byApt: '', byItself: 'was here\nwas here\n' });
    expect(connections).toBe(0);
    expect(installed).toBe('evil harmless ');
  });
});

async function outcomeOf(within: Command, elsewhere: readonly string[]): Promise<Outcome> {
  const postinst = readFileSync(join(hostile, 'replace-method'), 'utf8');
  const ppa = await makePpa(temporaryFolder(), {
    ...{ owner: 'o', name: 'n', release: 'bookworm' },
    packages: [
      { name: 'evil', version: '1', scripts: { postinst } },
      { name: 'harmless', version: '1' },
    ],
  });
  const outfile = join(temporaryFolder(), 'hostile-method.js');
  const entryPoints = [join(__dirname, 'hostile-method.ts')];
  buildSync({ entryPoints, outfile, bundle: true, platform: 'node', target: 'node22', logLevel: 'silent' });
  const scene: Scene = {
    ...{ base: (await smallRelease()).base, archive: ppa.archive, keyring: ppa.keyring, elsewhere },
    ...{ method: join(hostile, 'method'), tools: join(__dirname, '../../../buildspecs') },
  };
  const [program, ...words] = within;
  const printed = await run([program, ...words, process.execPath, outfile, JSON.stringify(scene)], { quiet: true });
  return JSON.parse(/^outcome: (.*)$/m.exec(printed)?.[1] ?? '') as Outcome;
}
