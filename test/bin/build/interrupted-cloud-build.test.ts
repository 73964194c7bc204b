import { spawn } from 'node:child_process';
import { expect, it } from 'vitest';
import { frontDoor } from '../../build/cli';
import { endlessBuild } from '../../fixtures/aws/scripted-builds';
import { smallDeployment, stackName } from '../../fixtures/aws/small-deployment';

const wanted = 'Fetch amd64 …';

it('ends the following only, when Ctrl-C is pressed', async () => {
  const aws = await smallDeployment({ noble: endlessBuild() });
  const words = ['build', 'noble', '--stack', stackName, '--no-bootloaders'];
  const child = spawn(process.execPath, [frontDoor, ...words], { stdio: ['ignore', 'pipe', 'pipe'], env: process.env });
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    const pressed = err.includes(wanted);
    err += text;
    if (!pressed && err.includes(wanted)) child.kill('SIGINT');
  });
  const code = await new Promise((resolve) => child.once('close', resolve));

  expect(code).toBe(130);
  expect(err).toMatch(/error Interrupted: stopped following noble-\S+, which continues in AWS\n/);
  expect(err).toContain('aws stepfunctions stop-execution --execution-arn arn:aws:states:');
  expect(aws.requests.map(({ operation }) => operation)).not.toContain('StopExecution');
});
