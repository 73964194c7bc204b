import type { PlanLine } from '../../job/operations/outcome';
import { timeText } from '../../publication/state/kept-ledger';
import type { Attestation, LedgerRow } from '../../publication/state/ledger';
import { newRow, withResults } from '../../publication/state/ledger';
import { contentDigest } from '../../publication/state/product-key';
import { type Asked, noteOf } from './asked';
import { chosenProducts } from './chosen-products';
import { type ChosenVersion, chosenVersions } from './chosen-versions';
import { type Planned, type Planner, viewToChange } from './planned';

/**
 * Records the result of a check for the content of a version, of every product that has it. It stays with the content: under
 * whatever name, and in the views that it is promoted to. A later result of the same check replaces it.
 */
export const planAttestation: Planner<Asked<'attest'>> = (request, mirror, at): Planned => {
  const { view, release, version, check, passed } = request;
  const content = viewToChange(mirror, view);
  const versions = chosenVersions(view, chosenProducts(content, request), version);
  const rowOf = ({ id, name }: ChosenVersion) => content.ledger.products[id] ?? newRow(name);
  const news = versions.filter((one) => !isKnown(resultFor(one, request, at), rowOf(one), contentDigest(one.version)));
  const why = `${check} ${passed ? 'passed' : 'failed'}`;
  const lines = news.map(({ key, name }): PlanLine => ({ does: 'attest', product: key, version: name, why }));
  if (news.length === 0) return { views: [{ view, lines }], remarks: [] };
  const rows = news.map((one): [string, LedgerRow] => {
    return [one.id, withResults(rowOf(one), contentDigest(one.version), [resultFor(one, request, at)])];
  });
  const ledger = { ...content.ledger, products: { ...content.ledger.products, ...Object.fromEntries(rows) } };
  const change = { ledger, note: noteOf('attest', request) };
  const other = `maas-mirror attest ${view} ${release} ${version} --check ${check} ${passed ? '--fail' : '--pass'}`;
  return { views: [{ view, change, lines }], remarks: [{ about: 'undo', commands: [other] }] };
};

function resultFor({ name }: ChosenVersion, { view, check, passed, by, link }: Asked<'attest'>, at: Date): Attestation {
  const told = { ...(by !== undefined && { by }), ...(link !== undefined && { link }) };
  return { check, passed, at: timeText(at), ...told, view, version: name };
}

/** Whether the latest result says the same. */
function isKnown({ check, passed, link, by }: Attestation, { attested }: LedgerRow, content: string): boolean {
  const known = attested[content]?.find((one) => one.check === check);
  return known !== undefined && known.passed === passed && known.link === link && known.by === by;
}
