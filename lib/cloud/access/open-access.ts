/* cloud/access: passwords of the sites that have access to a mirror. */

import { MirrorError } from '../../errors';
import { optionalStackOutputs, outputOf, stackOutputs } from '../../job/aws/stack-outputs';
import { openClients } from '../clients';
import { requireStack } from '../stack-outputs';
import { CredentialsStore, openKeyValueStore } from './credentials-store';

/** The passwords of a deployed mirror, until it is disposed of. */
export interface Access extends Disposable {
  readonly store: CredentialsStore;
  /** URL of the mirror, from the outputs of its stack. */
  readonly mirrorUrl: string;
}

/** Opens a client for CloudFront's key-value stores. */
export type OpenKeys = typeof openKeyValueStore;

/**
 * Opens the store of passwords of a deployed stack.
 * @throws NoSuchStack; NotSupported (misuse) if its mirror does not require passwords; what asking throws
 */
export async function openAccess(stack: string, open: OpenKeys = openKeyValueStore): Promise<Access> {
  const { arn, mirrorUrl } = await storeOf(stack);
  const client = open();
  return { store: new CredentialsStore(client, arn), mirrorUrl, [Symbol.dispose]: () => client.destroy() };
}

async function storeOf(name: string): Promise<{ arn: string; mirrorUrl: string }> {
  using clients = openClients();
  const { outputs } = await requireStack(clients.cloudformation, name);
  const arn = outputOf(outputs, optionalStackOutputs.credentialsStoreArn);
  const mirrorUrl = outputOf(outputs, stackOutputs.mirrorUrl);
  if (arn !== undefined && mirrorUrl !== undefined) return { arn, mirrorUrl };
  throw new MirrorError('NotSupported', `the mirror of the stack ${name} does not require passwords`, {
    hint: 'set basicAuth: true for its site (in mirror.yaml: site: { basicAuth: true }), and deploy',
    misuse: true,
  });
}
