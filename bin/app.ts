import './check-node';
import { MirrorError } from '../lib/errors';
import { deploymentApp } from '../lib/mirror/app';

// The CDK app of cdk.json. The CDK CLI sets CDK_OUTDIR, the directory of the assembly.
try {
  deploymentApp();
} catch (error) {
  if (!(error instanceof MirrorError)) throw error;
  console.error(`error: ${error.message}`);
  const { hint = '' } = error; // errors at synth have it in their message
  if (!error.message.includes(hint)) console.error(`  ${hint}`);
  process.exitCode = error.misuse ? 2 : 1;
}
