import { spawn } from 'node:child_process';
import { chmod, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { processesIn, processesSeeing } from './namespace-processes';
import { buildCommands, buildState, temporaryFolder, writeAssembly } from './small-assembly';
import '../fixtures/needs-root';

let bundles: Awaited<ReturnType<typeof temporaryFolder>>;
let engine: string;
beforeAll(async () => {
  bundles = await temporaryFolder();
  await chmod(bundles.path, 0o755); // another user reads it, too
  engine = join(bundles.path, 'engine.js');
  await build({ stdin: { contents: program, resolveDir: __dirname, loader: 'ts' }, outfile: engine, ...bundle });
});
afterAll(() => bundles[Symbol.asyncDispose]());

/** An engine in a process of its own: runs a template in a folder, prints what its builds report. */
const program = `
import { runExecution } from '../../lib/local/engine';
import { readAssembly } from '../../lib/local/template/template';
const [, , template = '', folder = ''] = process.argv;
runExecution({
  assembly: readAssembly(template),
  input: {},
  name: 'run-1',
  scratch: folder + '/scratch',
  logs: folder + '/logs',
  environment: {},
  onEvent: (event) => event.type === 'progress' && console.log(event.text),
}).then((result) => console.log(result.status), (error) => console.log(error.name + ': ' + error.hint));
`;
const bundle = { bundle: true, platform: 'node', format: 'cjs', target: 'node22', logLevel: 'silent' } as const;

test.each([
  'process',
  'process group',
])('when the %s of the engine is killed, its builds and their mounts are gone', async (target) => {
  await using folder = await temporaryFolder();
  const source = `killed-engine-${process.pid}-${target.length}`;
  const template = await writeAssembly(folder.path, {
    definition: { StartAt: 'A', States: { A: buildState('P', {}, { End: true }) } },
    projects: {
      P: {
        buildspec: buildCommands(
          `mount -t tmpfs ${source} "$TMPDIR"`,
          'setsid sleep 1000 >/dev/null 2>&1 &',
          'echo ":: $(readlink /proc/self/ns/pid)"; sleep 1000',
        ),
      },
    },
  });
  const running = spawn(process.execPath, [engine, template, folder.path], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => void running.kill('SIGKILL')); // where an expectation fails before we do
  let namespace = '';
  for await (namespace of createInterface(running.stdout)) break;
  expect(namespace).toMatch(/^pid:\[\d+\]$/);
  expect((await processesIn(namespace)).length).toBeGreaterThanOrEqual(2); // the shell and the first sleep at least
  expect(await processesSeeing(source)).not.toEqual([]);

  const pid = running.pid ?? Number.NaN;
  process.kill(target === 'process' ? pid : -pid, 'SIGKILL');
  // The kernel ends them, at a moment that it does not tell.
  while ((await processesIn(namespace)).length > 0) await setImmediate();
  while ((await processesSeeing(source)).length > 0) await setImmediate();

  expect(await readdir(join(folder.path, 'scratch'))).toHaveLength(1); // for the next run to remove
});

test('refuses to build as a user who may not make namespaces', async () => {
  await using folder = await temporaryFolder();
  await chmod(folder.path, 0o777);
  const template = await writeAssembly(folder.path, {
    definition: { StartAt: 'A', States: { A: buildState('P', {}, { End: true }) } },
    projects: { P: { buildspec: buildCommands('true') } },
  });
  const nobody = ['--reuid', '65534', '--regid', '65534', '--clear-groups'];
  const words = [...nobody, process.execPath, engine, template, folder.path];
  const running = spawn('setpriv', words, { stdio: ['ignore', 'pipe', 'inherit'] });
  expect(await text(running.stdout)).toBe('NotRoot: run as root; start a container with --privileged\n');
});
