import { expect, test } from 'vitest';
import { main } from '../../../bin/command-line';
import { serve } from '../../fixtures/servers/served-folder';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { operatorKey, operatorWith } from '../operation/operator';
import { keptTerminal } from '../terminal/kept-terminal';
import '../../fixtures/needs-seconds';

const key = operatorKey();

test('two views of one mirror are compared by their addresses', async () => {
  const { publish, type, mirror } = await operatorWith(await key, temporaryFolder());
  await publish('20261120.083000');
  await type('promote', 'candidate', 'stable', 'noble');
  await publish('20261125.083000', { facts: { kernel_version: '6.8.0-49.49' } });
  await using site = await serve(mirror);
  await using other = await serve(mirror);
  const changes = async (...words: string[]) => {
    const terminal = keptTerminal();
    return { code: await main(['changes', ...words], terminal), ...terminal };
  };
  const [candidate, stable] = ['candidate/', 'stable/'].map((view) => `${site.address}${view}`) as [string, string];

  const told = await changes('candidate', '--between', 'stable', '--mirror', mirror);
  expect(told.outLines.join('\n')).toContain('6.8.0-49.49');
  for (const words of [
    [candidate, '--between', stable],
    [candidate, '--between', 'stable'],
    [`${mirror}/candidate`, '--between', `${mirror}/stable`],
  ])
    expect(await changes(...words)).toMatchObject({ code: 0, outLines: told.outLines });

  const { code, errLines } = await changes(candidate, '--between', `${other.address}stable/`);
  expect([code, errLines]).toEqual([
    2,
    [`error: changes: --between names a view of another mirror: ${other.address}`, `  name a view of ${site.address}`],
  ]);
});
