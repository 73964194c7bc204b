/**
 * Everything in the constructs that needs zod or yaml. The build bundles this file alone into dist/assets/config/index.js, so
 * that apps install neither: lib/mirror loads the bundle (lib/mirror/checks.ts) and imports only types from here.
 */

export { BuildRequest } from './build-request';
export { checked } from './checked';
export { MirrorConfig, parseConfig, requestsOf } from './config';
export { planOf } from './plan';
export { Catalogue, factsOf } from './releases/facts';
export { addedSources, archiveSources } from './sources/apt-sources';
export { refuseFileAddresses } from './sources/file-addresses';
export { refusePasswords } from './sources/passwords';
export { certificatesIn, Sources, streamAddress } from './sources/sources';
