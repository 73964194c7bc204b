import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Lines of apt.conf for a proxy. */
export function proxyOptions(proxy: string | undefined): string[] {
  return proxy === undefined ? [] : ['http', 'https'].map((scheme) => `Acquire::${scheme}::Proxy "${proxy}";`);
}

/**
 * Lets the apt of an image trust more certificates than the image does, for as long as the image has the file.
 * @param ca PEM
 * @returns lines of apt.conf
 */
export async function giveCertificates(root: string, ca: string): Promise<string[]> {
  const own = await readFile(join(root, 'etc/ssl/certs/ca-certificates.crt'), 'utf8').catch(() => '');
  await mkdir(join(root, 'etc/apt'), { recursive: true });
  await writeFile(join(root, certificates), `${own}\n${ca}\n`);
  return [`Acquire::https::CAInfo "/${certificates}";`];
}

/** Inside an image. */
export const certificates = 'etc/apt/maas-mirror-ca.pem';
