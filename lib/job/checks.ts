/**
 * Everything in the constructs that needs zod or yaml. The build bundles this file alone into dist/assets/config/index.js, so
 * that apps install neither: lib/mirror loads the bundle (lib/mirror/checks.ts) and imports only types from here.
 */

export { BuildRequest } from './build-request';
export { faultsOrValue } from './checked';
export { MirrorConfig, parseConfig, requestsOf } from './config';
export { planOf } from './plan';
export { Catalogue, factsOf } from './releases/facts';
export { addedSources, archiveSources } from './sources/apt-sources';
export { fileAddresses } from './sources/file-addresses';
export { addressesWithPasswords } from './sources/passwords';
export { Sources, streamAddress } from './sources/sources';
export { viewSettings } from './views/view-settings';
