import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Lines of apt.conf for a proxy. */
export function proxyOptions(proxy: string | undefined): string[] {
  return proxy === undefined ? [] : ['http', 'https'].map((scheme) => `Acquire::${scheme}::Proxy "${proxy}";`);
}

/**
 * Lets an apt trust more certificates than its system does, for as long as the file is there.
 * @param root tree of an image, or any folder for the machine's own apt
 * @param ca PEM
 * @param trusting where the system lies whose certificates count too, and how its apt names the root. @default - the image
 * @returns lines of apt.conf
 */
export async function giveCertificates(root: string, ca: string, trusting = root): Promise<string[]> {
  const own = await readFile(join(trusting, 'etc/ssl/certs/ca-certificates.crt'), 'utf8').catch(() => '');
  await mkdir(join(root, 'etc/apt'), { recursive: true });
  await writeFile(join(root, certificates), `${own}\n${ca}\n`);
  return [`Acquire::https::CAInfo "${trusting === root ? `/${certificates}` : join(root, certificates)}";`];
}

/** Inside an image. */
export const certificates = 'etc/apt/maas-mirror-ca.pem';
