import { MirrorError } from '../errors';
import { mirror as layout, mutableCacheControl } from '../job/layout';
import type { Press } from './commit';

/** Puts what readers need beside the views: the keyring in both forms, a front page, and the way into the pool. */
export async function showMirror(view: string, release: string, { mirror, signer }: Press): Promise<void> {
  await showKeyrings({ mirror, signer });
  await mirror.replace(layout.frontPage, Buffer.from(frontPage(signer.fingerprint)), html);
  await mirror.expose(view, release);
}

/**
 * The keyring in both forms, which sites can be given before anything is published.
 * @throws BadSignature where the mirror has another key: sites would refuse what this one signs
 */
export async function showKeyrings({ mirror, signer }: Pick<Press, 'mirror' | 'signer'>): Promise<void> {
  await showKeyring(layout.keyring, signer.keyring, { mirror, signer });
  await showKeyring(layout.armouredKeyring, Buffer.from(signer.armouredKeyring), { mirror, signer });
}

async function showKeyring(
  key: string,
  bytes: Buffer,
  { mirror, signer }: Pick<Press, 'mirror' | 'signer'>,
): Promise<void> {
  const found = await mirror.read(key);
  if (found === undefined) {
    await mirror.replace(key, bytes, { ...keyring, ifMatch: null }).catch(async (error: unknown) => {
      if (!(error instanceof MirrorError && error.name === 'PreconditionFailed')) throw error;
      await showKeyring(key, bytes, { mirror, signer });
    });
    return;
  }
  refuseOtherKey(found.bytes, bytes, key, { mirror, signer });
}

/**
 * Looks before anything is built whether this key may publish here at all.
 * @throws BadSignature where the mirror has another key
 */
export async function requireOwnKey({ mirror, signer }: Pick<Press, 'mirror' | 'signer'>): Promise<void> {
  const found = await mirror.read(layout.keyring);
  if (found !== undefined) refuseOtherKey(found.bytes, signer.keyring, layout.keyring, { mirror, signer });
}

function refuseOtherKey(
  found: Buffer,
  own: Buffer,
  key: string,
  { mirror, signer }: Pick<Press, 'mirror' | 'signer'>,
): void {
  if (found.equals(own)) return;
  throw new MirrorError(
    'BadSignature',
    `${key} of ${mirror.name} is not the keyring of the key ${signer.fingerprint}`,
    {
      hint: 'sites trust the keyring that they have; give the key that has signed this mirror so far with --key',
    },
  );
}

const keyring = { contentType: 'application/octet-stream', cacheControl: mutableCacheControl };
const html = { contentType: 'text/html; charset=utf-8', cacheControl: mutableCacheControl };

function frontPage(fingerprint: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>A MAAS image mirror</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 3rem auto; padding: 0 1rem; color: #222; }
code, pre { background: #f3f3f3; border-radius: 3px; padding: .1rem .3rem; }
pre { padding: .8rem; overflow-x: auto; }
</style>
<h1>A MAAS image mirror</h1>
<p>This address serves boot images for <a href="https://maas.io">MAAS</a> as a signed simplestreams mirror. Each of its
views is a mirror of its own: give MAAS the address of a view, for example <code>candidate/</code> below this one.</p>
<p>Everything is signed by the key <code>${fingerprint}</code>. MAAS wants the <em>binary</em> keyring as a file on
every region controller:</p>
<ul>
<li><a href="${layout.keyring}">${layout.keyring}</a> — binary, for MAAS and gpgv</li>
<li><a href="${layout.armouredKeyring}">${layout.armouredKeyring}</a> — the same key as text</li>
</ul>
<pre>gpgv --keyring ./keyring.gpg index.sjson</pre>
</html>
`;
}
