import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { BuildRequest } from '../../../lib/job/build-request';
import { addedSources } from '../../../lib/job/sources/apt-sources';
import { enterChroot } from '../../../lib/machine/tree/chroot';
import { mountOverlay, mountSquashfs } from '../../../lib/machine/tree/mounts';
import { releaseRepositories } from '../../../lib/stages/sources/repositories';
import { openApt } from '../../../lib/stages/sources/tell-apt';
import type { Workbench } from '../../../lib/stages/workbench';
import { stanzaAt } from '../../fixtures/archives/private-stanza';
import { smallRelease } from '../../fixtures/images/small-release';
import { temporaryFolder } from '../../fixtures/temporary-folder';

it('refuses a Debian that neither the build nor the apt of this machine has an archive of', async () => {
  const request = BuildRequest.parse({ release: 'bookworm', architectures: ['amd64'] });
  const bench = {
    request,
    job: { release: 'bookworm', architecture: 'amd64' },
    scratch: temporaryFolder(),
  } as Workbench;
  vi.stubEnv('PATH', temporaryFolder());
  try {
    await expect(releaseRepositories(bench)).rejects.toMatchObject({
      name: 'NotSupported',
      message: "neither this machine's apt configuration nor mmdebstrap knows an archive for bookworm",
      hint: 'give one with --archive URL or sources.archive',
    });
  } finally {
    vi.unstubAllEnvs();
  }
});

it('keeps the archive of a Debian beside the stanza that customises it, though nobody fills `sources`', async () => {
  const bin = temporaryFolder();
  const targets = ['main', 'contrib'].map((component) => `http://127.0.0.1:1/debian bookworm ${component} Debian`);
  writeFileSync(join(bin, 'apt-get'), `#!/bin/sh\nprintf '%s\\n' ${targets.map((one) => `'${one}'`).join(' ')}\n`, {
    mode: 0o755,
  });
  const customise = { repositories: [stanzaAt('http://127.0.0.1:1/ours')] };
  const request = BuildRequest.parse({ release: 'bookworm', architectures: ['amd64'], customise });
  const job = { release: 'bookworm', architecture: 'amd64' };
  const added = addedSources(request, 'amd64').map(({ keys: _, ...source }) => source);
  const scratch = temporaryFolder();
  await using image = await mountSquashfs((await smallRelease()).base, scratch);
  await using root = await mountOverlay([image.path], scratch);
  await using chroot = await enterChroot(root.path, 'buildspecs');
  vi.stubEnv('PATH', `${bin}:${process.env.PATH}`);
  try {
    await using _apt = await openApt(chroot, image.path, added, {
      request,
      job,
      scratch,
      tools: 'buildspecs',
    } as Workbench);

    const sources = readFileSync(join(chroot.path, 'etc/apt/sources.list.d/maas-mirror.sources'), 'utf8');
    expect(sources.match(/^Types: /gm)).toHaveLength(2);
    expect(sources).toMatch(
      /^Types: deb\nURIs: http:\/\/127\.0\.0\.1:1\/debian\nSuites: bookworm\nComponents: main contrib\n/,
    );
    expect(sources).toMatch(
      /\nURIs: http:\/\/127\.0\.0\.1:1\/ours\nSuites: noble\nComponents: main\nCheck-Date: yes\n/,
    );
  } finally {
    vi.unstubAllEnvs();
  }
});
