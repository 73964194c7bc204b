import { type BuildRequest, isCustomised } from '../../job/build-request';
import { repositoryText } from '../../job/sources/added-repository';
import { sha256Of } from '../../sha256';

/** Raised when the stages come to make other bytes of the same inputs: everything is then built again. */
const recipeNumber = 3;

/** What is asked of an image beyond the plain one, and how we make it. */
export function recipeOf(request: BuildRequest): string {
  const customise = isCustomised(request) ? withoutNames(request.customise) : null;
  return sha256Of(JSON.stringify({ recipeNumber, customise, compression: request.compression ?? null }));
}

/** Credentials may be called otherwise tomorrow: that makes no other image. */
function withoutNames(customise: BuildRequest['customise']): object {
  return { ...customise, repositories: customise?.repositories.map(repositoryText) };
}
