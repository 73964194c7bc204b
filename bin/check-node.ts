/**
 * The first import of every entry point. It checks the version of Node when it is imported, because later imports may
 * not load in an older Node: prints an error and exits with 1. Node 18 must be able to read it; it imports nothing.
 */
export {};

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 12)) {
  console.error(
    `cdk-maas-mirror requires Node 22.12 or newer; this is ${process.versions.node}. ` +
      'Install Node 22.12 or newer. (In a clone, `npx maas-mirror` and `npm run` use the Node 22 in node_modules.)',
  );
  process.exit(1);
}
