import { recentMmdebstrap } from '../../../lib/machine/bootstrap/mmdebstrap';
import { debianSuite } from '../../fixtures/archives/debian-repositories';
import { temporaryFolder } from '../../fixtures/temporary-folder';

/** A path of a mmdebstrap that a bootstrap can use; undefined if this machine's can be used. */
export async function recentEnough(): Promise<string | undefined> {
  const [scratch, tools] = [temporaryFolder(), 'buildspecs'];
  return await recentMmdebstrap({ architecture: 'amd64', repositories: [await debianSuite()], scratch, tools });
}
