import { DirectoryStore } from '../../../lib/store/directory/directory';
import { folderInMemory } from '../../fixtures/temporary-folder';
import '../../fixtures/needs-seconds';
import { promotionContract } from './promotion-contract';

promotionContract('in a directory', async () => new DirectoryStore(folderInMemory()));
