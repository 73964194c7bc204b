import { mirror as layout, mutableCacheControl } from '../../job/layout';
import type { Press } from '../press';

/** Writes the page at the address of a mirror; it names the signing key. */
export async function writeFrontPage({ mirror, signer }: Pick<Press, 'mirror' | 'signer'>): Promise<void> {
  const page = Buffer.from(frontPage(signer.fingerprint, layout));
  const options = { contentType: 'text/html; charset=utf-8', cacheControl: mutableCacheControl };
  await mirror.replace(layout.frontPage, page, options);
}

/** @param paths relative to the page */
function frontPage(fingerprint: string, paths: Pick<typeof layout, 'keyring' | 'armouredKeyring'>): string {
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
<p>This URL serves boot images for <a href="https://maas.io">MAAS</a> as a signed simplestreams mirror. Each of its
views is a separate mirror: give MAAS the URL of a view, for example this URL followed by <code>candidate/</code>.</p>
<p>Everything is signed with the key <code>${fingerprint}</code>. MAAS needs the <em>binary</em> keyring as a file on
every region controller:</p>
<ul>
<li><a href="${paths.keyring}">${paths.keyring}</a> — binary, for MAAS and gpgv</li>
<li><a href="${paths.armouredKeyring}">${paths.armouredKeyring}</a> — the same key as text</li>
</ul>
<pre>gpgv --keyring ./keyring.gpg index.sjson</pre>
</html>
`;
}
