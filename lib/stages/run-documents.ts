import { MirrorError } from '../errors';
import { BuildRequest } from '../job/build-request';
import { checked, handedOnHint } from '../job/checked';
import { Materials } from '../job/handed-on/materials';
import type { Artefact } from '../job/handed-on/results';
import { runs } from '../job/layout';
import { sha256Of } from '../sha256';
import type { Store } from '../store/store';

/** The build request that Plan stored. @throws NoSuchObject, or AccessDenied by S3, if the run has expired */
export async function requestAt(folder: string, work: Store): Promise<BuildRequest> {
  const key = runs.request(folder);
  return checked(BuildRequest, JSON.parse(await textAt(key, work)), 'the build request of the execution');
}

/**
 * The materials that Prepare stored, with the digest that it reported; the reported size was checked with the report.
 * @throws NoSuchObject, or AccessDenied by S3, if the run has expired; ChecksumMismatch, BadInput
 */
export async function materialsAt({ key, sha256, size }: Artefact, work: Store): Promise<Materials> {
  const found = await work.head(key);
  if (found !== undefined && found.size !== size) throw changed(key, `${found.size} bytes`, `${size} bytes`);
  const text = await textAt(key, work);
  const seen = sha256Of(text);
  if (seen !== sha256) throw changed(key, `sha256 ${seen}`, sha256);
  return checked(Materials, jsonOf(text), "Prepare's materials document", handedOnHint);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new MirrorError('BadFormat', "Prepare's materials document is not valid JSON", {
      hint: handedOnHint,
      cause,
    });
  }
}

async function textAt(key: string, work: Store): Promise<string> {
  const found = await work.read(key);
  if (found !== undefined) return found.bytes.toString();
  throw new MirrorError('NoSuchObject', `${work.name} has no ${key}`, {
    hint: 'the run has expired; start a new build',
  });
}

function changed(key: string, seen: string, said: string): MirrorError {
  return new MirrorError('ChecksumMismatch', `${key} has ${seen}, but its build reported ${said}`, {
    hint: 'it was changed after the build stored it; start a new build',
  });
}
