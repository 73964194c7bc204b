import type * as jobChecks from '../job/checks';
import { packageModule } from './package-files';

/**
 * What checks mirror.yaml, properties and what follows from them. It stands on zod and yaml, which who installs the
 * constructs does not have: the build makes one file of all of it.
 * @throws NoSuchObject where the package was not built
 */
export const checks = (): typeof jobChecks => packageModule<typeof jobChecks>('dist/assets/config/index.js');
