import './check-node';
import { MirrorError } from '../lib/errors';
import { deploymentApp } from '../lib/mirror/app';

// The CDK app of cdk.json: the CLI says in CDK_OUTDIR where the assembly goes.
try {
  deploymentApp();
} catch (error) {
  if (!(error instanceof MirrorError)) throw error;
  console.error(`error ${error.name}: ${error.message}`);
  if (error.hint !== undefined) console.error(`  ${error.hint}`);
  process.exitCode = error.misuse ? 2 : 1;
}
