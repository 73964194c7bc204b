/** Runs of lines that may be in two places. */
export interface Exception {
  /** Both files; a file with itself where both places are in it. */
  readonly files: readonly [string, string];
  /** The first line of the run in one of them, with single spaces and without comments. */
  readonly line: string;
  readonly reason: string;
}

export const exceptions: readonly Exception[] = [
  {
    files: ['test/house/walls/rooms.ts', 'test/house/walls/rooms.ts'],
    line: 'stages: {',
    reason: 'two rooms of one table, with the same fields',
  },
  {
    files: ['test/operations/rotate-key.test.ts', 'test/publication/sign-view.test.ts'],
    line: "const created = new Date('2026-11-25T10:00:00Z');",
    reason: 'both need an old key, a new one and a stranger’s; one of them has a key that is kept elsewhere',
  },
  {
    files: ['test/machine/files.test.ts', 'test/machine/gateway/proxy.test.ts'],
    line: "it('tells whether two names are of one file', async () => {",
    reason: 'each writes the few files that it asks about',
  },
  {
    files: ['lib/mirror/settings/requests.ts', 'lib/mirror/settings/props-of-config.ts'],
    line: 'serial,',
    reason: 'both name the fields of a view, one from properties, one from mirror.yaml; what they make of them differs',
  },
  {
    files: ['lib/machine/bootstrap/commands.ts', 'test/fixtures/images/mmdebstrap.ts'],
    line: '...machineOwn.map((path) => `--customize-hook=rm -f "$1"/${path}`),',
    reason: 'the plain way with mmdebstrap alone, which the product is compared with: it must not follow the product',
  },
  {
    files: ['lib/store/s3/s3-store.ts', 'test/publication/made/memory-store.ts'],
    line: 'async adopt(',
    reason: 'the signature of a method of Store, which both implement',
  },
  {
    files: ['test/catalog/products.test.ts', 'test/simplestreams/made-documents.ts'],
    line: "krel: 'noble',",
    reason: 'fields of a product, as data of two rooms',
  },
  {
    files: ['lib/catalog/releases.ts', 'test/catalog/releases.test.ts'],
    line: 'version,',
    reason: 'names of fields: the test holds the catalogue against a table of its own',
  },
  {
    files: ['lib/catalog/bootloaders.ts', 'test/catalog/bootloaders.test.ts'],
    line: "release: 'noble',",
    reason: 'the test says what the catalogue must say, by itself',
  },
  {
    files: ['bin/request/sources-from.ts', 'lib/mirror/choices/mirror-sources.ts'],
    line: 'readonly stream?: string;',
    reason:
      'options of the command and properties of the construct: jsii wants an interface of its own, with docs per property',
  },
  {
    files: ['test/store/s3/s3-refusals.test.ts', 'test/store/s3/s3-refusals.test.ts'],
    line: "hint: expect.stringContaining('AWS_PROFILE'),",
    reason: 'each refusal with all that leads to it, to be read from top to bottom',
  },
  {
    files: ['test/stages/streams/cloud-image.test.ts', 'test/stages/streams/cloud-image.test.ts'],
    line: 'await expect(finding(server)).rejects.toMatchObject({',
    reason: 'each refusal with all that leads to it, to be read from top to bottom',
  },
  {
    files: ['test/fixtures/servers/forward-proxy.ts', 'test/fixtures/servers/served-over-tls.ts'],
    line: 'return {',
    reason: 'one closes sockets of its own, too',
  },
  {
    files: ['test/bin/commands/verify.test.ts', 'test/bin/commands/verify.test.ts'],
    line: "' and checksums OK',",
    reason: 'each case with what it makes, runs and expects, to be read from top to bottom',
  },
  {
    files: ['test/bin/commands/verify.test.ts', 'test/bin/commands/verify.test.ts'],
    line: "' references it; deployments will fail [missing]',",
    reason: 'each case with what it makes, runs and expects, to be read from top to bottom',
  },
  {
    files: ['test/bin/commands/verify.test.ts', 'test/bin/commands/verify.test.ts'],
    line: 'expect(terminal.outLines).toEqual([',
    reason: 'each case with what it makes, runs and expects, to be read from top to bottom',
  },
  {
    files: ['test/bin/build/in-cloud.test.ts', 'test/bin/commands/doctor.test.ts'],
    line: "describe('a build in the cloud', () => {",
    reason: 'a small mirror that is served, and another command run on it',
  },
  {
    files: ['lib/mirror/workflow/each-architecture.ts', 'lib/mirror/workflow/each-architecture.ts'],
    line: "resultPath: '$.root',",
    reason: 'states of one machine: what differs is what they say',
  },
  {
    files: ['lib/mirror/choices/architecture.ts', 'lib/mirror/choices/kernel-flavour.ts'],
    line: 'export class Architecture {',
    reason: 'classes like enums: jsii wants each with its values and docs',
  },
  {
    files: ['test/house/readers/linear-readers.ts', 'test/house/readers/linear-readers.ts'],
    line: "{ before: 'com.ubuntu.maas.a:v3:boot:', piece: '1.', after: '!' },",
    reason: 'rows of a table',
  },
  {
    files: ['lib/catalog/bootloaders.ts', 'lib/catalog/bootloaders.ts'],
    line: "packages: ['shim-signed', 'grub-efi-amd64-signed'],",
    reason: 'rows of a table',
  },
];
