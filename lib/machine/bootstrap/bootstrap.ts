/* machine/bootstrap: creates a Debian tree from scratch. */

import { rm, writeFile } from 'node:fs/promises';
import { type Repository, stanzaOf } from '../apt/apt';
import { archiveFailure } from '../apt/apt-errors';
import { isProxyLine } from '../download/site-proxy';
import { allSaid } from '../dpkg/package-failure';
import type { Gateway } from '../gateway/gateway';
import { relayedCommand } from '../gateway/relayed';
import { run } from '../run';
import { enterChroot } from '../tree/chroot';
import { downloadCommand, installCommand, installEnvironment, type Minimal } from './commands';

export interface BootstrapOptions extends Minimal {
  /** At least one. */
  readonly repositories: readonly Repository[];
  /** Lines of apt.conf for the download; mmdebstrap does not use the machine's own. */
  readonly aptOptions: readonly string[];
  /** The only access to the repositories. */
  readonly gateway: Pick<Gateway, 'socket' | 'options'>;
  /** Seconds since 1970, for dates that package scripts write. @default - now */
  readonly epoch?: number;
  /** Folder that contains bootstrap/, in-tree.sh and relay.pl. */
  readonly tools: string;
}

/**
 * Creates a tree of a Debian release from its archive, in two runs of mmdebstrap. The first has the network and downloads
 * lists and packages without unpacking any. The second has no network and does the rest in the sandbox of in-tree.sh, so
 * that no package script ever runs outside it.
 * @param tree must not exist yet
 * @throws the errors of lib/machine/apt/apt-errors.ts; CommandFailed if a package cannot be installed
 */
export async function bootstrap(tree: string, options: BootstrapOptions): Promise<void> {
  const { repositories, epoch, tools } = options;
  await download(tree, repositories.map((one) => stanzaOf(one, one.keyring)).join('\n'), options);
  await using chroot = await enterChroot(tree, tools);
  const env = epoch === undefined ? installEnvironment : { ...installEnvironment, SOURCE_DATE_EPOCH: String(epoch) };
  const input = repositories.map((one) => stanzaOf(one, one.signedBy)).join('\n'); // stays in the tree
  await chroot.run(installCommand(options), { beside: true, bring: options.mmdebstrap, env, input });
}

async function download(tree: string, input: string, options: BootstrapOptions): Promise<void> {
  const { gateway, tools } = options;
  // Not as arguments, which all users of this machine can read. The gateway knows the site's proxies.
  const config = `${tree}.apt.conf`;
  const lines = [...options.aptOptions.filter((line) => !isProxyLine(line)), ...gateway.options];
  await writeFile(config, `${lines.join('\n')}\n`, { mode: 0o600 });
  try {
    const command = downloadCommand(tree, config, options);
    await run(relayedCommand(command, gateway, tools), { env: environment(), input });
  } catch (error) {
    throw isOfArchive(error) ? archiveFailure(error) : error;
  } finally {
    await rm(config, { force: true });
  }
}

/** No credentials of the builder, and no proxies: the gateway knows those. */
function environment(): Record<string, string> {
  const known = /^(?:PATH|HOME|TMPDIR)$/;
  const kept = Object.entries(process.env as Record<string, string>).filter(([name]) => known.test(name));
  return { ...Object.fromEntries(kept), LC_ALL: 'C' };
}

/** mmdebstrap can also fail for other reasons. */
function isOfArchive(error: unknown): boolean {
  return (
    error instanceof Error &&
    /Failed to fetch|is not signed|Release file|Unable to locate|Hash Sum/.test(allSaid(error))
  );
}
