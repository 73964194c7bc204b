import type { TestSigned } from '../../lib/job/aws/probe';
import { isSigningProbe } from '../../lib/job/aws/probe-targets';
import { checkBundles, checkBundlesOf, workStoreVariable } from '../../lib/job/environment';
import { mirrorStoreVariable } from '../../lib/job/execution-names';
import { publishInputOf, publishLoadersInputOf } from '../../lib/job/handed-on/publish-input';
import { publishAsDecided } from '../../lib/operations/publish-as-decided';
import { needsUpgrade, upgradeMirror } from '../../lib/operations/upgrade';
import { showKeyrings } from '../../lib/publication/mirror/keyring';
import { testSignature } from '../../lib/stages/probes/test-signature';
import { publish } from '../../lib/stages/publish';
import { loadersWithout, type PublishedBootloaders, publishBootloaders } from '../../lib/stages/publish-bootloaders';
import { type Published, publishedWithout } from '../../lib/stages/updates/published';
import { openStore, openWorkStore } from '../../lib/store/open';
import { signerFrom } from '../keys/signing-key';

/**
 * The Publish function: takes what the builds of one architecture, or of the bootloaders, made, and returns what was
 * published. A deployment calls it with an empty event, so that sites can get the keyring before anything else; a mirror of an
 * older release is then upgraded. It signs a test text first; if that fails, the bucket stays empty. To test the key for
 * `maas-mirror doctor`, it opens no store.
 */
export async function handler(event: object): Promise<Published | PublishedBootloaders | TestSigned | undefined> {
  const { [mirrorStoreVariable]: mirror = '', [workStoreVariable]: work = '', MIRROR_SIGNING_KEY = '' } = process.env;
  const now = () => new Date();
  const signer = await signerFrom(MIRROR_SIGNING_KEY);
  if (isSigningProbe(event)) return testSignature(signer, now());
  const isDeployment = Object.keys(event).length === 0;
  // Before the mirror is opened, which writes format.json: CloudFormation can only delete an empty bucket.
  if (isDeployment) await testSignature(signer, now());
  // Builds refuse a mirror of an older release, until a deployment of this one upgrades it: deploying is the consent.
  const opened = await openStore(mirror, { create: true, writes: !isDeployment });
  const bench = { mirror: opened, work: await openWorkStore(work), signer, now };
  if (isDeployment) {
    await showKeyrings(bench);
    if (await needsUpgrade(opened)) await upgradeMirror(bench);
    return undefined;
  }
  if (!('bootloaders' in event)) {
    checkBundlesOf('job' in event ? event.job : undefined, process.env);
    const input = publishInputOf(event);
    return publishAsDecided(input.job.view, bench, () => publish(input, bench), publishedWithout);
  }
  const { job, built } = publishLoadersInputOf(event).bootloaders;
  checkBundles(job.bundles, process.env);
  const { view, execution, folder, inputs, rebuild } = job;
  const asked = { view, execution, folder, inputs, built, rebuild: rebuild === 'true' };
  return publishAsDecided(view, bench, () => publishBootloaders(asked, bench), loadersWithout);
}
