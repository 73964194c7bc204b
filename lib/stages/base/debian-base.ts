import { join } from 'node:path';
import { squashfsCompression } from '../../catalog/compression';
import type { Release } from '../../catalog/releases';
import { machineAptOptions } from '../../machine/apt/apt';
import { machineCertificates } from '../../machine/apt/apt-certificates';
import { withDebianKeys } from '../../machine/apt/debian-archive';
import { readInRelease } from '../../machine/apt/in-release';
import { bootstrap } from '../../machine/bootstrap/bootstrap';
import { recentMmdebstrap } from '../../machine/bootstrap/mmdebstrap';
import { makeFolder } from '../../machine/files';
import { openGateway } from '../../machine/gateway/gateway';
import { progress } from '../../machine/log';
import { makeSquashfs } from '../../machine/tree/squashfs';
import { releaseRepositories } from '../sources/repositories';
import { networkOf } from '../sources/search';
import { serialOf, type Workbench } from '../workbench';
import { archiveTime, startOfDay, verifiedTime } from './archive-time';
import type { Base } from './base';

/** What cloud-init needs to commission a machine, and what its initramfs needs to boot from the network. */
export const debianPackages = [
  ...['systemd-sysv', 'dbus', 'cloud-init', 'netplan.io', 'openssh-server', 'sudo', 'iproute2', 'ca-certificates'],
  ...['initramfs-tools', 'overlayroot', 'cloud-initramfs-dyn-netconf', 'open-iscsi', 'lsb-release'],
];

/** Debian publishes no image to start from, so one is made from its archive. */
export async function debianBase(release: Release, bench: Workbench): Promise<Base> {
  const { job, scratch, tools } = bench;
  const network = networkOf(bench.request.sources);
  const repositories = await withDebianKeys(await releaseRepositories(bench), tools);
  const lists = join(scratch, 'lists');
  const tree = join(scratch, 'base');
  const squashfs = join(scratch, 'base.squashfs');
  await makeFolder(lists);

  const announced = await Promise.all(repositories.map((one) => readInRelease(one, network)));
  const epoch = archiveTime(announced);
  progress(`bootstrapping ${release.name} ${job.architecture}`);
  const { caData: ca } = bench.request.sources;
  const certificates = ca === undefined ? [] : await machineCertificates(scratch, ca);
  const aptOptions = [...(await machineAptOptions()), ...certificates];
  const mmdebstrap = await recentMmdebstrap({
    ...{ architecture: job.architecture, repositories, aptOptions: certificates, tools, network },
    scratch: join(scratch, 'mmdebstrap'),
  });
  await using gateway = await openGateway(repositories, network, scratch, { aptOptions });
  await bootstrap(tree, {
    ...{ release: release.name, architecture: job.architecture, packages: debianPackages, lists, tools },
    repositories: repositories.map((one) => ({ ...one, uri: gateway.uriOf(one) })),
    ...{ aptOptions, gateway, mmdebstrap },
    ...(epoch !== undefined && { epoch: startOfDay(epoch) }),
  });

  const verified = verifiedTime(lists);
  progress('packing the base image');
  await makeSquashfs(tree, squashfs, {
    compression: squashfsCompression(release, bench.request.compression),
    epoch: startOfDay(verified),
  });
  const uri = repositories.map((one) => `${one.uri} ${one.suite}`).join(', ');
  return { serial: serialOf(verified), squashfs, source: { kind: 'bootstrap', uri, sha256: '', product: '' } };
}
