import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'vitest';
import { workStoreVariable } from '../../lib/job/environment';
import { mirrorStoreVariable } from '../../lib/job/execution-names';
import type { PublishInput } from '../../lib/job/handed-on/publish-input';
import { verifyMirror } from '../../lib/operations/verify';
import { makePrivateKey, openpgpSigner } from '../../lib/simplestreams/openpgp/openpgp-signer';
import { publicationTime } from '../fixtures/mirrors/small-mirror';
import { temporaryFolder } from '../fixtures/temporary-folder';
import { type SmallPress, smallPress } from '../publication/made/small-press';
import { isSerious } from './serious';

const bundle = join(__dirname, '../../dist/assets/functions/publish.js');

/** Calls the function as it is deployed, and dies as it is about to change a file for the n-th time, with no chance to tidy. */
const program = `
  const files = require('node:fs/promises');
  const [, input, last] = process.argv;
  let count = 0;
  for (const name of ['open', 'writeFile', 'copyFile', 'link', 'symlink', 'rename', 'mkdir', 'rm', 'unlink']) {
    const call = files[name];
    files[name] = (...words) => {
      count += 1;
      if (count === Number(last)) process.kill(process.pid, 'SIGKILL');
      return call(...words);
    };
  }
  const { handler } = require(${JSON.stringify(bundle)});
  handler(JSON.parse(input)).then(({ version }) => console.log(JSON.stringify({ version, count })));
`;

/**
 * Kills Publish at so many changes of a file, spread over all of them. The builds before it die in crash.test.ts; what they hand
 * on is prepared here, so that only Publish runs.
 * @throws where the mirror is not as good as before, or the next one does not publish
 */
export async function killPublishers(moments: number): Promise<void> {
  const key = join(temporaryFolder(), 'key.asc');
  const privateKey = await makePrivateKey({ name: 'killed', at: publicationTime, rsaBits: 2048 });
  writeFileSync(key, privateKey, { mode: 0o600 });
  const press = smallPress(await openpgpSigner(privateKey));
  let runs = 0;
  const publishing = async (last?: number) =>
    publishIn(press, key, await press.prepare({ kernels: flavours(runs++) }), last);

  await publishing();
  const { count = 0 } = await publishing();
  let versions = await press.versionsOf('cloud');
  expect(versions).toHaveLength(2);

  const offset = Math.random();
  for (let moment = 0; moment < moments; moment++) {
    const last = 1 + Math.floor((count * (moment + offset)) / moments);
    expect(await publishing(last), `${last} of ${count}`).toEqual({ signal: 'SIGKILL' });

    const { problems } = await verifyMirror(press.mirror, { scratch: temporaryFolder() });
    expect(problems.filter(isSerious), `${last} of ${count}`).toEqual([]);
    const now = await press.versionsOf('cloud');
    expect(now.slice(0, versions.length)).toEqual(versions);
    versions = now;
  }

  await publishing();
  expect((await verifyMirror(press.mirror, { scratch: temporaryFolder() })).problems).toEqual([]);
  expect(await press.versionsOf('cloud')).toHaveLength(versions.length + 1);
}

/** Two kernels of a version that nothing else has: news, whatever was published. */
const flavours = (number: number) =>
  ['generic', 'cloud'].map((kernel) => ({ kernel, version: `6.1.${100 + number}-1` }));

/**
 * Publishes into a mirror in a process of its own.
 * @param last the change of a file that it does not live to make. @default - it lives on
 */
async function publishIn({ mirror, work }: SmallPress, key: string, input: PublishInput, last = 0): Promise<Ended> {
  const child = spawn(process.execPath, ['-e', program, JSON.stringify(input), String(last)], {
    env: {
      ...process.env,
      [mirrorStoreVariable]: mirror.root,
      [workStoreVariable]: work.root,
      MIRROR_SIGNING_KEY: key,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const signal = new Promise<NodeJS.Signals | null>((resolve) => child.once('close', (_, by) => resolve(by)));
  const printed = await text(child.stdout);
  return printed === '' ? { signal: await signal } : JSON.parse(printed);
}

interface Ended {
  readonly signal?: NodeJS.Signals | null;
  readonly version?: string;
  /** How many changes of files it made. */
  readonly count?: number;
}
