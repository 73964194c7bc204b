import './check-node';
import { synthesise } from '../lib/mirror/app';

// The CDK app of cdk.json: the CLI says in CDK_OUTDIR where the assembly goes.
synthesise();
