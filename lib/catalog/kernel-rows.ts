/** Kernels of one release that differ only in architecture. `R` in subarch and package is replaced by its version. */
export interface KernelRow {
  readonly name: string;
  readonly subarch: string;
  readonly kflavor: string;
  readonly package: string;
  readonly architectures: readonly string[];
  /** @default '' */
  readonly suffix?: string;
  readonly dtb?: string;
  /** @default - it is built */
  readonly whyNotBuilt?: string;
}

const five = ['amd64', 'arm64', 'armhf', 'ppc64el', 's390x'];
const fiveAndI386 = [...five, 'i386'];
const fiveAndRiscv64 = [...five, 'riscv64'];
const amd64 = ['amd64'];
const amd64AndArm64 = ['amd64', 'arm64'];
const amd64AndI386 = ['amd64', 'i386'];

const ga = (architectures: readonly string[]): KernelRow => ({
  name: 'ga',
  subarch: 'ga-R',
  kflavor: 'generic',
  package: 'linux-generic',
  architectures,
});

const gaLowlatency = (architectures: readonly string[], metaPackage = 'linux-image-lowlatency'): KernelRow => ({
  name: 'ga-lowlatency',
  subarch: 'ga-R',
  kflavor: 'lowlatency',
  package: metaPackage,
  architectures,
});

/** hwe and hwe-edge always exist together, on the same architectures. */
const hweAndEdge = (generic: readonly string[], lowlatency: readonly string[]): KernelRow[] =>
  ['', '-edge'].flatMap((ending) => [
    {
      name: `hwe${ending}`,
      subarch: `hwe-R${ending}`,
      kflavor: 'generic',
      package: `linux-generic-hwe-R${ending}`,
      architectures: generic,
    },
    {
      name: `hwe-lowlatency${ending}`,
      subarch: `hwe-R${ending}`,
      kflavor: 'lowlatency',
      package: `linux-lowlatency-hwe-R${ending}`,
      architectures: lowlatency,
    },
  ]);

const genericLpae: KernelRow = {
  name: 'generic-lpae',
  subarch: 'generic-lpae',
  kflavor: 'generic-lpae',
  package: 'linux-generic-lpae',
  architectures: ['armhf'],
};

const xgene = {
  kflavor: 'generic',
  package: 'linux-generic',
  architectures: ['arm64'],
  whyNotBuilt: 'its files need wrapping for U-Boot (mkimage, at most 16777152 bytes of kernel), which is not supported',
};

/** Published from xenial to kinetic. */
const special: KernelRow[] = [
  { ...xgene, name: 'xgene-uboot', subarch: 'xgene-uboot', suffix: '.xgene' },
  {
    ...xgene,
    name: 'xgene-uboot-mustang',
    subarch: 'xgene-uboot-mustang',
    suffix: '.xgene-mustang',
    dtb: 'apm-mustang.dtb',
  },
  genericLpae,
];

/** The flavour is part of the subarch: MAAS appends flavours only to `ga-` and `hwe-`, and would make one kernel of all. */
const debian = (name: string, architecture: string): KernelRow => ({
  name,
  subarch: name === 'generic' ? 'generic' : `generic-${name}`,
  kflavor: 'generic',
  package: name === 'generic' ? `linux-image-${architecture}` : `linux-image-${name}-${architecture}`,
  architectures: [architecture],
});

/**
 * Kernels of a release that is not in the catalogue: ga everywhere, and hwe and hwe-edge for LTS releases. No release since 25.04
 * has a lowlatency kernel.
 */
export function rowsByRule(architectures: readonly string[], isLts: boolean): KernelRow[] {
  return [ga(architectures), ...(isLts ? hweAndEdge(architectures, []) : [])].filter(
    (row) => row.architectures.length > 0,
  );
}

/** The architectures with ga kernels of 26.04, except s390x: the archive has had no hwe kernel for it since the release. */
const hweOf2604 = ['amd64', 'arm64', 'armhf', 'ppc64el'];

/**
 * From maas-images' conf/meph-v3.yaml (xenial to resolute), and Debian's; hwe of resolute and everything of stonking are our
 * own. 16.10 … 17.10 and 18.10 … 19.10 have no rows.
 */
export const kernelRows: Readonly<Record<string, readonly KernelRow[]>> = {
  xenial: [
    ga(fiveAndI386),
    gaLowlatency(amd64AndI386, 'linux-lowlatency'),
    ...hweAndEdge(fiveAndI386, amd64AndI386),
    ...special,
  ],
  bionic: [
    ga(fiveAndI386),
    gaLowlatency(amd64AndI386, 'linux-lowlatency'),
    ...hweAndEdge(fiveAndI386, amd64AndI386),
    ...special,
  ],
  focal: [ga(fiveAndI386), gaLowlatency(amd64AndI386), ...hweAndEdge(fiveAndI386, amd64AndI386), ...special],
  groovy: [ga(fiveAndI386), gaLowlatency(amd64AndI386), ...special],
  hirsute: [ga(fiveAndI386), gaLowlatency(amd64AndI386), ...special],
  impish: [ga(five), gaLowlatency(amd64), ...special],
  jammy: [ga(fiveAndRiscv64), gaLowlatency(amd64), ...hweAndEdge(five, amd64AndArm64), ...special],
  kinetic: [ga(five), gaLowlatency(amd64), ...special],
  lunar: [ga(five), gaLowlatency(amd64), genericLpae],
  mantic: [ga(fiveAndRiscv64), gaLowlatency(amd64)],
  noble: [ga(fiveAndRiscv64), gaLowlatency(amd64), ...hweAndEdge(five, amd64AndArm64)],
  oracular: [ga(five), gaLowlatency(amd64)],
  plucky: [ga(five)],
  questing: [ga(five)],
  resolute: [ga(five), ...rowsByRule(hweOf2604, true).filter(({ name }) => name !== 'ga')],
  stonking: [ga(five)],
  bookworm: ['amd64', 'arm64'].flatMap((architecture) =>
    ['generic', 'cloud', 'rt'].map((name) => debian(name, architecture)),
  ),
};
