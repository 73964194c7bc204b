/**
 * What the constructs do with zod and yaml, and what stands on it. The build makes dist/assets/config/index.js of this file
 * alone, so that an app that installs the package installs neither: lib/mirror loads that (lib/mirror/checks.ts), and takes
 * no more than types from here.
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
