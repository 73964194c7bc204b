import { join } from 'node:path';
import { readText } from '../files';
import { inside } from '../tree/inside/inside';

/**
 * Lets the apt of an image trust more certificates than its system does, for as long as the file is there.
 * @param ca PEM
 * @returns lines of apt.conf
 */
export function giveCertificates(root: string, ca: string): string[] {
  const tree = inside(root);
  tree.write(certificates, `${tree.readText(systemCertificates) ?? ''}\n${ca}\n`);
  return [`Acquire::https::CAInfo "/${certificates}";`];
}

/**
 * The same for an apt of this machine.
 * @param folder an empty one, for the certificates
 */
export async function machineCertificates(folder: string, ca: string): Promise<string[]> {
  const own = await readText(join('/', systemCertificates)).catch(() => '');
  inside(folder).write(certificates, `${own}\n${ca}\n`);
  return [`Acquire::https::CAInfo "${join(folder, certificates)}";`];
}

const systemCertificates = 'etc/ssl/certs/ca-certificates.crt';

/** Inside an image. */
export const certificates = 'etc/apt/maas-mirror-ca.pem';
