import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { hasCode } from '../../lib/store/durable';
import { pythonVenv } from '../fixtures/programs/python-venv';

/** An emulated AWS, which forgets everything when it ends. */
export interface MiniStack extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, for every service. */
  readonly url: string;
  /** What programs need to talk to it, and to nothing else: endpoint, region and credentials that open nothing. */
  readonly env: Readonly<Record<string, string>>;
  /** What it has printed so far. */
  readonly log: readonly string[];
}

/**
 * Starts MiniStack on a free port and waits until it answers.
 * @param env more settings of the emulator's own
 */
export async function startMiniStack(env: Readonly<Record<string, string>> = {}): Promise<MiniStack> {
  const venv = await emulatorVenv();
  const scratch = mkdtempSync(join(tmpdir(), 'mini-stack-'));
  const port = await freePort();
  const settings = {
    ...{ PATH: `${join(venv, 'bin')}:${process.env.PATH}`, HOME: scratch, TMPDIR: scratch },
    ...{ BIND_HOST: '127.0.0.1', GATEWAY_PORT: `${port}`, MINISTACK_HOST: '127.0.0.1', MINISTACK_REGION: region },
    // These two would listen on every address of the machine, on ports of their own.
    ...{ IOT_MTLS_ENABLED: '0', SFTP_ENABLED: '0' },
    ...{ S3_DATA_DIR: join(scratch, 's3'), STATE_DIR: join(scratch, 'state'), ...env },
  };
  const child = spawn(join(venv, 'bin/ministack'), {
    env: settings,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const log = linesOf(child);
  const stop = async () => {
    await end(child);
    rmSync(scratch, { recursive: true, force: true });
  };
  try {
    await started(child, log);
  } catch (error) {
    await stop();
    throw error;
  }
  const url = `http://127.0.0.1:${port}`;
  return { url, env: environmentOf(url), log, [Symbol.asyncDispose]: stop };
}

/** The folder of the venv with MiniStack and cfn-lint (`bin/cfn-lint`). */
export function emulatorVenv(): Promise<string> {
  return pythonVenv(join(__dirname, 'requirements.txt'));
}

const region = 'us-east-1';

function environmentOf(url: string): Record<string, string> {
  const account = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_EC2_METADATA_DISABLED: 'true' };
  return { ...account, AWS_ENDPOINT_URL: url, AWS_REGION: region, AWS_DEFAULT_REGION: region };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function linesOf(child: ChildProcess): string[] {
  const lines: string[] = [];
  for (const input of [child.stdout, child.stderr]) {
    if (input) createInterface({ input }).on('line', (line) => lines.push(line));
  }
  return lines;
}

/** It says so once its port is open. */
async function started(child: ChildProcess, log: readonly string[]): Promise<void> {
  const isReady = () => log.some((line) => line.includes('Running on http://'));
  while (!isReady()) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`MiniStack ended:\n${log.join('\n')}`);
    await Promise.race([once(child.stdout ?? child, 'data'), once(child.stderr ?? child, 'data'), once(child, 'exit')]);
    await new Promise((resolve) => setImmediate(resolve)); // the line is cut out of the data first
  }
}

/** Ends it and what it has started (it runs Lambda functions), all of which are in a process group of its own. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const over = once(child, 'exit');
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), 5_000);
    await over;
    clearTimeout(late);
  }
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    if (!hasCode(error, 'ESRCH')) throw error; // nothing was left
  }
}
