/** The user that tests of `npm run test:fast` run as where root starts them. */
export const nobody = 65534;

/** Names the clone that nobody cannot read, in the environment of tests that run as root for that reason. */
export const asRootVariable = 'MAAS_MIRROR_TESTS_AS_ROOT';
