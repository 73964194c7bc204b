/**
 * Every front door's first import, and it works by being imported: what comes after it may not even load in an older
 * Node. Says what is wrong and exits with 1. Written so that Node 18 can read it; imports nothing.
 */
export {};

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 12)) {
  console.error(
    `cdk-maas-mirror needs Node 22.12 or newer, this is ${process.versions.node}. ` +
      'Start it with `npx maas-mirror` or `npm run`, which bring Node 22, or put a Node 22 on PATH.',
  );
  process.exit(1);
}
