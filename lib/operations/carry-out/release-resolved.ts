import type { OperationRequest } from '../../job/operations/operation';
import { isOfRelease, productsIn, releaseOf } from '../plans/chosen-products';
import type { MirrorContent } from '../plans/planned';
import { viewNamed } from './views-needed';

/**
 * A request with its release as the view stores it, so that a plan that was made with `24.04` may be carried out with
 * `noble`. The same request if it names none, or one that the view does not have.
 */
export function releaseResolved(request: OperationRequest, { views }: MirrorContent): OperationRequest {
  if (!('release' in request) || request.release === undefined) return request;
  const { release: word } = request;
  const content = views.get(viewNamed(request) ?? '');
  const meant = content === undefined ? [] : productsIn(content).filter(({ product }) => isOfRelease(product, word));
  const names = [...new Set(meant.map(({ product }) => releaseOf(product)))];
  const [release = word] = names.length === 1 ? names : [];
  return { ...request, release };
}
