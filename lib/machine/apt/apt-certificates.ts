import { join } from 'node:path';
import { readText } from '../files';
import { inside } from '../tree/inside/inside';

/**
 * Makes the apt of an image trust additional CA certificates as long as the file exists.
 * @param ca PEM
 * @returns lines of apt.conf
 */
export function giveCertificates(root: string, ca: string): string[] {
  const tree = inside(root);
  tree.write(certificates, `${tree.readText(systemCertificates) ?? ''}\n${ca}\n`);
  return [`Acquire::https::CAInfo "/${certificates}";`];
}

/**
 * The same for an apt that runs on this machine.
 * @param folder empty folder for the certificates
 */
export async function machineCertificates(folder: string, ca: string): Promise<string[]> {
  const own = await readText(join('/', systemCertificates)).catch(() => '');
  inside(folder).write(certificates, `${own}\n${ca}\n`);
  return [`Acquire::https::CAInfo "${join(folder, certificates)}";`];
}

const systemCertificates = 'etc/ssl/certs/ca-certificates.crt';

/** Path in an image. */
export const certificates = 'etc/apt/maas-mirror-ca.pem';
