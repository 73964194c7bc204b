import { type BuildRequest, isCustomised } from '../../job/build-request';
import { repositoryText } from '../../job/sources/added-repository';
import { sha256Of } from '../../sha256';

/** Raise it when the stages make different bytes from the same inputs: everything is then rebuilt. */
const recipeNumber = 3;

/** Digest of how an image differs from the plain one, and of how it is built. */
export function recipeOf(request: BuildRequest): string {
  const customise = isCustomised(request) ? withoutNames(request.customise) : null;
  return sha256Of(JSON.stringify({ recipeNumber, customise, compression: request.compression ?? null }));
}

/** Leaves out the names of credentials: renaming them does not change the image. */
function withoutNames(customise: BuildRequest['customise']): object {
  return { ...customise, repositories: customise?.repositories.map(repositoryText) };
}
