/** Files of a room that are beside its alcoves. */
export const top = 'top';

/** A folder of a room. */
interface Alcove {
  readonly holds: string;
  /** What of its own room it may import, itself always: names of alcoves, `top`. */
  readonly imports: readonly string[];
}

/** A folder of lib. */
export interface Room {
  /** What it is for. */
  readonly purpose: string;
  /** Rooms that it may import, itself always. */
  readonly rooms: readonly string[];
  /** Packages that each of its files may import; a name that ends in `*` is a beginning. */
  readonly packages: readonly string[];
  /** Packages that only some files may import, by patterns of their paths below the room. */
  readonly special?: Readonly<Record<string, readonly string[]>>;
  /** What the files on top may import of the alcoves. @default - every alcove that is here */
  readonly top?: readonly string[];
  readonly alcoves?: Readonly<Record<string, Alcove>>;
}

/**
 * Files beside the rooms that every room may import: what rooms that may not import each other have in common. They
 * stand without other files of ours.
 */
export const ground = ['errors', 'sha256', 'plain-encoding', 'unescaped', 'given-address'];

/**
 * The house, from the ground up: a room imports only rooms that are above it here.
 * lib/index.ts, the public face, may import mirror.
 */
export const house: Readonly<Record<string, Room>> = {
  catalog: {
    purpose: 'known releases, architectures, kernels, products and bootloaders; pure data and rules',
    rooms: [],
    packages: [],
    top: [],
    alcoves: { boot: { holds: 'requirements of a boot: drivers, options, initramfs generators', imports: [top] } },
  },
  simplestreams: {
    purpose: 'the simplestreams format: documents read, written and merged',
    rooms: [],
    packages: ['node:crypto', 'zod'],
    special: { openpgp: ['openpgp/openpgp-', 'openpgp/keyring.ts'] },
    top: ['openpgp'],
    alcoves: {
      openpgp: { holds: 'signed text, keys and signers', imports: [] },
      contract: { holds: 'the rules by which MAAS reads a stream', imports: [top] },
      foreign: { holds: 'streams that others publish, such as Ubuntu’s cloud images', imports: ['contract', top] },
    },
  },
  store: {
    purpose: 'storage of mirrors and runs: immutable objects, and a few that are replaced',
    rooms: [],
    packages: ['node:*'],
    special: { '@aws-sdk/client-s3': ['s3/s3.ts'] },
    alcoves: {
      directory: { holds: 'a store in a directory', imports: [top] },
      s3: { holds: 'a store in an S3 bucket', imports: [top] },
      http: { holds: 'a read-only store over HTTP', imports: [top] },
    },
  },
  machine: {
    purpose: 'use of this Linux machine; the only room that starts processes',
    rooms: [],
    packages: ['node:*', 'execa', 'undici'],
    top: ['output'],
    alcoves: {
      output: { holds: 'makes the output of programs safe to print', imports: [] },
      secrets: { holds: 'files that only their owner can read', imports: [] },
      download: { holds: 'downloads over HTTP: proxies, retries, limits', imports: [top] },
      gateway: { holds: 'the only network access for programs of a foreign tree', imports: ['download', top] },
      sandbox: { holds: 'resource limits and system call filters for programs of a foreign tree', imports: [top] },
      'tree/inside': {
        holds: 'accesses files of a foreign tree without following its links out of it',
        imports: [top],
      },
      tree: {
        holds: 'handles foreign trees: mounts, chroots, squashfs, tarballs',
        imports: ['gateway', 'sandbox', 'tree/inside', top],
      },
      dpkg: {
        holds: 'dpkg packages in a tree: manifest, files, unpacking, failures',
        imports: ['output', 'tree', 'tree/inside', top],
      },
      'image-settings': {
        holds: 'finds, reports and removes settings of an image that would affect its build',
        imports: ['dpkg', 'tree', 'tree/inside', top],
      },
      identity: {
        holds: 'keys and ids of a single machine, which must not be in a published image',
        imports: ['tree/inside', top],
      },
      apt: {
        holds: 'apt in a tree: sources, dependency resolution, downloads, installation',
        imports: ['download', 'dpkg', 'gateway', 'image-settings', 'tree', 'tree/inside', top],
      },
      initramfs: {
        holds: 'builds, extracts and reads the kernel and initrd of a tree',
        imports: ['dpkg', 'image-settings', 'tree', 'tree/inside', top],
      },
      boot: { holds: 'boots images in QEMU as MAAS boots a machine', imports: ['output', top] },
      bootstrap: {
        holds: 'creates a Debian tree from scratch',
        imports: ['apt', 'download', 'dpkg', 'gateway', 'tree', top],
      },
    },
  },
  job: {
    purpose: 'build requests, plans and results: the only data that the cloud and build machines share',
    rooms: ['catalog'],
    packages: ['zod'],
    special: { yaml: ['yaml/'] },
    top: ['handed-on', 'releases', 'sources', 'views', 'yaml'],
    alcoves: {
      aws: { holds: 'for deployed mirrors only: stack outputs, metrics, probes, regions', imports: [top] },
      releases: { holds: 'releases and kernels that a request describes or chooses', imports: [top] },
      'handed-on': { holds: 'results that one stage passes to the next', imports: ['releases', top] },
      sources: { holds: 'archives, PPAs and their credentials', imports: [top] },
      operations: { holds: 'what operators ask for, and what comes back', imports: [top] },
      views: { holds: 'the views of mirror.yaml', imports: ['operations', top] },
      yaml: { holds: 'mirror.yaml as YAML, before its fields are checked', imports: [] },
    },
  },
  publication: {
    purpose: 'how a view changes; the only room that writes below streams/',
    rooms: ['job', 'simplestreams', 'store'],
    packages: [],
    special: { zod: ['state/'] },
    top: ['commit', 'gate', 'offers', 'state'],
    alcoves: {
      state: { holds: 'what operators decided and what is remembered: state, shelf, ledger, history', imports: [] },
      names: { holds: 'names of versions, and who owns one', imports: ['state'] },
      offers: { holds: 'which versions of a product may and do enter a view', imports: ['state'] },
      gate: { holds: 'what is refused before anything is written', imports: ['names', 'state', top] },
      commit: { holds: 'writes the new content of a view, and moves its index to it', imports: ['gate', 'state', top] },
      derived: {
        holds: 'views that are made from others: selected, frozen',
        imports: ['names', 'offers', 'state', top],
      },
      restored: {
        holds: 'views whose index was restored or left behind',
        imports: ['commit', 'gate', 'names', 'state', top],
      },
      mirror: { holds: 'outside the views: keyring and front page', imports: [top] },
    },
  },
  cloud: {
    purpose: 'AWS at run time, except S3',
    rooms: ['job', 'simplestreams'],
    packages: [],
    special: {
      '@aws-sdk/client-kms': ['keys/'],
      '@aws-sdk/client-sfn': ['clients.ts', 'follow/'],
      '@aws-sdk/client-lambda': ['operations/'],
      '@aws-sdk/client-codebuild': ['clients.ts', 'follow/', 'account/'],
      '@aws-sdk/client-cloudformation': ['clients.ts', 'stack-outputs.ts'],
      '@aws-sdk/client-cloudwatch-logs': ['clients.ts', 'follow/build-logs.ts'],
      '@aws-sdk/client-cloudfront-keyvaluestore': ['access/credentials-store.ts'],
      '@aws-sdk/signature-v4a': ['access/credentials-store.ts'],
      '@aws-sdk/client-secrets-manager': ['keys/secret-key.ts', 'keys/repository-secret.ts'],
      'node:crypto': ['access/site-password.ts'],
      'node:timers/promises': ['follow/pause.ts'],
    },
    top: [],
    alcoves: {
      follow: { holds: 'executions with their builds and logs, followed to the end', imports: [top] },
      keys: { holds: 'KMS keys and secrets', imports: [top] },
      access: { holds: 'passwords of the sites that have access to a mirror', imports: [top] },
      operations: { holds: 'operations, carried out by the functions of a stack', imports: [top] },
      account: { holds: 'an AWS account: its identity, build quotas and access to CloudFront', imports: [top] },
    },
  },
  stages: {
    purpose: 'what a build does; the recipe of each stage is at the top',
    rooms: ['publication', 'job', 'catalog', 'simplestreams', 'store', 'machine'],
    packages: ['node:path'],
    alcoves: {
      streams: { holds: 'signed streams, fetched and verified', imports: [] },
      sources: { holds: 'where packages and images come from', imports: ['streams', top] },
      releases: { holds: 'releases that the signed stream describes', imports: ['sources', 'streams'] },
      base: { holds: 'the image that a build starts from', imports: ['sources', 'streams', top] },
      layer: { holds: 'the layer that all kernel flavours share', imports: ['sources'] },
      loaders: { holds: 'bootloaders and their packages', imports: ['sources', top] },
      updates: { holds: 'whether a build would change anything', imports: ['loaders', 'sources', 'streams', top] },
      sisters: { holds: 'flavours of an architecture, which must have one root', imports: ['updates'] },
      boot: { holds: 'boot tests', imports: [top] },
      probes: { holds: 'checks that doctor runs on a build machine', imports: [] },
    },
  },
  operations: {
    purpose: 'what an operator does with a published mirror',
    rooms: ['publication', 'job', 'catalog', 'simplestreams', 'store', 'machine'],
    packages: ['node:path'],
    alcoves: {
      verify: { holds: 'the checks of `verify`', imports: [] },
      plans: { holds: 'what each operation would do, without doing it', imports: [] },
      'plans/holds': { holds: 'holds, and undoing them', imports: ['plans'] },
      'plans/back': {
        holds: 'going back to earlier versions, and undoing that',
        imports: ['plans', 'plans/holds', 'plans/restore'],
      },
      'plans/restore': {
        holds: 'lifting withdrawals, and undoing that',
        imports: ['plans', 'plans/back', 'plans/holds'],
      },
      promotion: {
        holds: 'what a promotion takes, and whether it stands still',
        imports: ['plans', 'plans/holds'],
      },
      views: {
        holds: 'views are created, pointed elsewhere, frozen, deleted and repaired',
        imports: ['plans', 'promotion'],
      },
      repair: {
        holds: 'what is half-done in a mirror, or was restored by hand',
        imports: ['carry-out', 'verify', 'views'],
      },
      'carry-out': {
        holds: 'how an operation is planned and carried out',
        imports: ['plans', 'plans/back', 'plans/holds', 'plans/restore', 'promotion', 'views'],
      },
      changes: {
        holds: 'what differs between two versions: packages, kernels, initrds',
        imports: ['verify'],
      },
    },
  },
  mirror: {
    purpose: 'the mirror on AWS: CDK constructs, used only at synthesis',
    rooms: ['job', 'catalog', 'simplestreams'],
    packages: ['aws-cdk-lib', 'aws-cdk-lib/*', 'constructs'],
    special: {
      'node:fs': ['package-files.ts', 'settings/user-files.ts'],
      'node:path': ['package-files.ts', 'settings/user-files.ts'],
    },
    alcoves: {
      refusals: { holds: 'errors at synth', imports: [] },
      choices: { holds: 'values of props: releases, flavours, schedules, keys', imports: ['refusals'] },
      origins: {
        holds: 'the properties and fields that errors at synth name',
        imports: ['choices', 'refusals', top],
      },
      site: { holds: 'public access to the bucket: CloudFront', imports: ['choices', 'refusals', top] },
      settings: {
        holds: 'props and mirror.yaml, checked and with their defaults',
        imports: ['choices', 'origins', 'refusals', 'site', top],
      },
      builds: { holds: 'CodeBuild projects', imports: ['choices', 'refusals', 'settings', top] },
      functions: { holds: 'Lambda functions', imports: ['choices', 'refusals', top] },
      workflow: { holds: 'the state machine', imports: ['builds', 'choices', 'settings', top] },
      watch: {
        holds: 'alarms, metrics and notifications',
        imports: ['builds', 'functions', 'settings', 'site', 'workflow', top],
      },
    },
  },
  local: {
    purpose: 'running the state machine of the AWS deployment on this machine',
    rooms: ['job', 'machine', 'store'],
    packages: ['node:*', 'aws-local-stepfunctions', 'yaml'],
    top: ['tasks', 'template'],
    alcoves: {
      template: { holds: 'the synthesised template: definition, buildspecs, functions', imports: [] },
      codebuild: { holds: 'running a build the way CodeBuild does', imports: ['template', top] },
      tasks: {
        holds: 'builds and functions that the states of the definition start',
        imports: ['codebuild', 'template', top],
      },
    },
  },
};

/** bin: the entry points. They parse, compose, print and exit, and may import every room. */
export const doors: Pick<Room, 'purpose' | 'top' | 'alcoves'> = {
  purpose: 'entry points: the CLI, the CDK app, the program of a build machine, Lambda functions',
  top: ['commands', 'keys', 'preflight', 'terminal'],
  alcoves: {
    terminal: { holds: 'terminal output and input: lines, tables, sizes, errors, Ctrl-C', imports: [] },
    request: { holds: 'a build request, read from options and mirror.yaml', imports: [] },
    preflight: { holds: 'checks before a command begins its work', imports: ['keys', 'terminal'] },
    keys: {
      holds: 'signing keys and secrets of a command: files of this machine, or in AWS',
      imports: ['preflight', 'terminal'],
    },
    releases: {
      holds: 'releases beyond the catalogue, from streams, distro-info-data and mirror.yaml',
      imports: ['request', 'preflight'],
    },
    serve: { holds: 'the HTTP server of `serve` and `build --serve`', imports: ['terminal'] },
    build: {
      holds: 'builds on this machine or by a deployed stack, and their reports',
      imports: ['request', 'preflight', 'releases', 'serve', 'terminal'],
    },
    doctor: { holds: 'the checks of `doctor`', imports: ['build', 'terminal'] },
    operation: {
      holds: 'an operation, asked on the command line, here or by a stack',
      imports: ['keys', 'reading', 'request', 'terminal'],
    },
    reading: { holds: 'what lists, histories and changes print', imports: ['terminal'] },
    commands: {
      holds: 'the commands, one file each',
      imports: [
        ...['build', 'doctor', 'keys', 'operation', 'preflight', 'reading', 'releases', 'request', 'serve'],
        'terminal',
      ],
    },
    lambda: { holds: 'the Lambda functions, one file each', imports: ['keys', 'operation'] },
    bundle: { holds: 'the bundles that are deployed or packaged', imports: [] },
  },
};
