import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runCloudBuild } from '../../bin/build/in-cloud';
import { runDoctor } from '../../bin/commands/reading/doctor';
import { runStatus } from '../../bin/commands/reading/status';
import { runVerify } from '../../bin/commands/reading/verify';
import type { Terminal } from '../../bin/terminal/terminal';
import type { PublishedBootloaders } from '../../lib/stages/publish-bootloaders';
import { Fault } from '../fixtures/aws/fake-aws';
import { type SmallAccount, smallAccount } from '../fixtures/aws/probed-mirror/small-account';
import { probingBuild, probingFunction } from '../fixtures/aws/probed-mirror/small-workflow';
import { wellBuild } from '../fixtures/aws/scripted-builds';
import { type ScriptedExecution, smallDeployment, stackName } from '../fixtures/aws/small-deployment';
import { MadeHistory } from '../fixtures/mirrors/made-history';
import { makeSmallMirror, smallSigner } from '../fixtures/mirrors/small-mirror';
import { serve } from '../fixtures/servers/served-folder';
import { temporaryFolder } from '../fixtures/temporary-folder';
import { smallPress } from '../publication/made/small-press';
import { publishLoaders } from '../stages/loaders/made/published-loaders';

const document = join(__dirname, '../../docs/first-hour-on-aws.md');
const address = 'https://d111111abcdef8.cloudfront.net/';
const fingerprint = '0123456789ABCDEF0123456789ABCDEF01234567';
const small = { everySeconds: 0.01, stack: stackName };

/*
 * `npx vitest run test/bin/first-hour.test.ts -u` writes what is printed into the document.
 */
it('prints in the first hour on AWS what docs/first-hour-on-aws.md says', async () => {
  const folder = temporaryFolder();
  const signer = await smallSigner();
  const mirrorStore = await makeSmallMirror(folder, {
    signer,
    release: 'noble',
    kernels: ['ga', 'hwe'],
    versions: [version],
  });
  const press = { ...smallPress(signer), mirror: mirrorStore, now: () => new Date('2026-11-29T10:00:00Z') };
  const { products: loaders } = await publishLoaders(press);
  await using site = await serve(folder);
  const shown = (text: string) =>
    text
      .replaceAll(site.address, address)
      .replaceAll(encodeURIComponent(site.address), encodeURIComponent(address))
      .replaceAll(signer.fingerprint, fingerprint)
      .replaceAll(stackName, 'MaasMirror')
      .replaceAll(/\d{8}T\d{6}/g, '20261129T100000')
      .replaceAll('2026-11-25 10:00Z', '2026-11-29 10:00Z')
      .replaceAll('(0.1 MB)', '(466.2 MB)') // as large as real images
      .replaceAll(/ +$/gm, '');
  const mirror = { MirrorUrl: site.address, KeyringUrl: `${site.address}keyring.gpg` };
  const printed: Readonly<Record<string, string>> = {
    'npx maas-mirror doctor': await youngAccount((terminal) => runDoctor({}, terminal)),
    ...(await deployed(
      { mirror },
      { fingerprint: signer.fingerprint, loaders },
      {
        'npx maas-mirror doctor --stack MaasMirror': (terminal) => runDoctor(small, terminal),
        'npx maas-mirror build noble --stack MaasMirror': (terminal) => runCloudBuild(['noble'], small, terminal),
        'npx maas-mirror status --stack MaasMirror': (terminal) => runStatus(small, terminal),
        [`npx maas-mirror verify ${address}candidate/`]: (terminal) =>
          runVerify({ mirror: `${site.address}candidate/` }, terminal),
      },
    )),
  };

  const text = readFileSync(document, 'utf8');
  const commands = [...text.matchAll(/^```sh\n(.*)\n```$/gm)].map(([, command = '']) => command);
  expect(commands).toHaveLength(7);
  expect(commands.filter((command) => !command.startsWith('npx cdk '))).toEqual(Object.keys(printed));
  const written = text.replaceAll(
    /^(```sh\n(.*)\n```\n\n```text\n)(?:(?!```).*\n)*```$/gm,
    (block, head: string, command: string) =>
      printed[command] === undefined ? block : `${head}${shown(printed[command])}\n\`\`\``,
  );
  await expect(written).toMatchFileSnapshot(document);
});

type Command = (terminal: Terminal) => Promise<number>;

/** Both streams, as a person sees them. */
async function run(command: Command): Promise<string> {
  const lines: string[] = [];
  const print = (line: string) => void lines.push(line);
  await command({ out: print, err: print, isTTY: false, columns: 120, writeBinary: () => {} });
  return lines.join('\n');
}

/** One that has never seen the CDK, nor CloudFront. */
async function youngAccount(command: Command): Promise<string> {
  const account = smallAccount({ bootstrap: undefined, distributions: 0, quotas: few });
  const CreateDistribution = () => new Fault('NoSuchOrigin', 'One or more of your origins do not exist.', 404);
  await smallDeployment({}, { answers: { ...account, CreateDistribution } });
  return run(command);
}

/** The serial of the day, and the time at which it began. */
const version = '20261129.100000';

/** The estimates of docs/build.md, in seconds. */
const takes = {
  ...{ Fetch: 171, Prepare: 118, ExtractHwe: 176, ExtractGa: 162, BootTest: 634 },
  ...{ Bootloaders: 97, Publish: 9, PublishBootloaders: 3 },
};

interface Published {
  readonly fingerprint: string;
  readonly loaders: PublishedBootloaders['products'];
}

const few = { 'Linux/Medium': 1, 'Linux/Small': 5, 'ARM/Large': 1 };

async function deployed(
  account: SmallAccount,
  { fingerprint, loaders }: Published,
  commands: Readonly<Record<string, Command>>,
): Promise<Record<string, string>> {
  const probes = Object.entries(found).map(([name, evidence]) => ({ name, ok: true, evidence }));
  const result = JSON.stringify({ probes });
  const scripts = {
    x86: { ...(await probingBuild('x86', async () => [{ Name: 'RESULT', Value: result }])), seconds: 287 },
    signing: { ...(await probingFunction(async () => ({ fingerprint }))), seconds: 4 },
    noble: timed(wellBuild(version, takes)),
    bootloaders: timed(loadersBuild(loaders)),
  };
  const BatchGetBuilds = () => ({ builds: [{ currentPhase: 'PROVISIONING' }] });
  await smallDeployment(scripts, { answers: { ...smallAccount({ ...account, quotas: few }), BatchGetBuilds } });
  const printed: Record<string, string> = {};
  for (const [name, command] of Object.entries(commands)) printed[name] = await run(command);
  return printed;
}

/** As long as its history. */
const timed = (execution: ScriptedExecution) => ({ ...execution, seconds: execution.history.seconds });

function loadersBuild(published: PublishedBootloaders['products']): ScriptedExecution {
  const history = new MadeHistory(takes);
  const plan = history.function(history.event('ExecutionStarted', 0), 'Plan', {}, { updates: true });
  const built = history.build(plan, 'Bootloaders', {}, { id: 'bootloaders:1' });
  history.function(built, 'PublishBootloaders', {}, { products: published });
  history.event('ExecutionSucceeded', history.events.length);
  return { history, status: 'SUCCEEDED', output: { bootloaders: { published } }, eventsPerLook: 9 };
}

/** As lib/stages/probe.ts says it. */
const found = {
  machine: 'Linux 6.1.158 on x86_64, 7.6 GiB of memory, 118 GiB of disk free',
  namespaces: 'own mount, PID and IPC namespaces',
  filter: 'system calls of package scripts are filtered',
  limits: 'memory: a watcher, processes: a watcher, file size: 16 GiB',
  loop: 'a squashfs was mounted with a loop device',
  overlay: 'an overlay on a tmpfs is writable',
  network: 'programs in an image reach only the sources of their build',
  sources: '2 documents were read from archive.ubuntu.com, cloud-images.ubuntu.com',
  objects: 'an object was written and read back; a write without If-None-Match was refused',
  qemu: 'qemu-system-x86_64 boots in 0.9 s',
};
