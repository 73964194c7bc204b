/* cloud/access: passwords of the sites that have access to a mirror. */

import { MirrorError } from '../../errors';
import { optionalStackOutputs, outputOf, stackOutputs } from '../../job/aws/stack-outputs';
import { openClients } from '../clients';
import { requireStack } from '../stack-outputs';
import { CredentialsStore, openKeyValueStore } from './credentials-store';

/** The passwords of a deployed mirror, until it is disposed of. */
export interface Access extends Disposable {
  readonly store: CredentialsStore;
  /** Address of the mirror, as its stack says it. */
  readonly mirrorUrl: string;
}

/** Opens a client of CloudFront's key-value stores. */
export type OpenKeys = typeof openKeyValueStore;

/**
 * Opens the store of passwords of a deployed stack.
 * @throws NoSuchStack; NotSupported (misuse) where its mirror asks for no passwords; what AWS answers
 */
export async function openAccess(stack: string, open: OpenKeys = openKeyValueStore): Promise<Access> {
  const { arn, mirrorUrl } = await placesOf(stack);
  const client = open();
  return { store: new CredentialsStore(client, arn), mirrorUrl, [Symbol.dispose]: () => client.destroy() };
}

async function placesOf(name: string): Promise<{ arn: string; mirrorUrl: string }> {
  using clients = openClients();
  const { outputs } = await requireStack(clients.cloudformation, name);
  const arn = outputOf(outputs, optionalStackOutputs.credentialsStoreArn);
  const mirrorUrl = outputOf(outputs, stackOutputs.mirrorUrl);
  if (arn !== undefined && mirrorUrl !== undefined) return { arn, mirrorUrl };
  throw new MirrorError('NotSupported', `the mirror of the stack ${name} asks nobody for a password`, {
    hint: 'deploy it with basicAuth: true (in mirror.yaml: site: { basicAuth: true })',
    misuse: true,
  });
}
