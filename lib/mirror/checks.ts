import type * as jobChecks from '../job/checks';
import { packageModule } from './package-files';

/**
 * The checks of mirror.yaml and of properties. They use zod and yaml, which are not dependencies of the constructs: the build
 * bundles everything into one file.
 * @throws NoSuchObject if the package was not built
 */
export const checks = (): typeof jobChecks => packageModule<typeof jobChecks>('dist/assets/config/index.js');
