import { commandLine } from '../../job/operations/commands';
import type { PlanLine, Remark } from '../../job/operations/outcome';
import { timeText } from '../../publication/state/kept-ledger';
import type { Attestation, LedgerRow } from '../../publication/state/ledger';
import { newRow, withResults } from '../../publication/state/ledger';
import { contentDigest, maasName } from '../../publication/state/product-key';
import { type Asked, noteOf } from './asked';
import { chosenProducts, releaseOf } from './chosen-products';
import { type ChosenVersion, chosenVersions, type Settled, settledOn } from './chosen-versions';
import { type Planned, type Planner, viewToChange } from './planned';

/**
 * Records the result of a check for the content of a version, of every product that has it. It stays with the content: under
 * whatever name, and in the views that it is promoted to. A later result of the same check replaces it.
 */
export const planAttestation: Planner<Asked<'attest'> & Settled> = (request, mirror, at): Planned => {
  const { view, version, check, passed } = request;
  const content = viewToChange(mirror, view);
  const versions = chosenVersions(view, chosenProducts(content, request), version, request);
  const rowOf = ({ id, name }: ChosenVersion) => content.ledger.products[id] ?? newRow(name);
  const knownOf = (one: ChosenVersion) => knownResult(one, check, rowOf(one));
  const news = versions.filter((one) => !isKnown(resultFor(one, request, at), knownOf(one)));
  const why = `${check} ${passed ? 'passed' : 'failed'}`;
  const lines = news.map(({ key, name }): PlanLine => ({ does: 'attest', product: key, version: name, why }));
  if (news.length === 0) return { views: [{ view, lines }], remarks: [] };
  const rows = news.map((one): [string, LedgerRow] => {
    return [one.id, withResults(rowOf(one), contentDigest(one.version), [resultFor(one, request, at)])];
  });
  const ledger = { ...content.ledger, products: { ...content.ledger.products, ...Object.fromEntries(rows) } };
  const change = { ledger, note: noteOf('attest', request) };
  const remarks = undoing(request, versions, versions.map(knownOf));
  const then = settledOn(request, versions);
  return { views: [{ view, change, lines }], remarks, then };
};

/** The opposite, only if that was the result until now, of each product: to have no result is another thing than to have failed. */
function undoing(
  { view, check, passed, architectures, flavours }: Asked<'attest'>,
  versions: readonly ChosenVersion[],
  known: readonly (Attestation | undefined)[],
): Remark[] {
  const [first, ...others] = known;
  const isSame = others.every((one) => one?.passed === first?.passed && one?.link === first?.link);
  const [one] = versions;
  if (first === undefined || first.passed === passed || !isSame || one === undefined) return [];
  const result = ['--check', check, passed ? '--fail' : '--pass', ...(first.link ? ['--link', first.link] : [])];
  const command = (name: string, scope: { architectures: readonly string[]; flavours: readonly string[] }) =>
    commandLine(['attest', view, releaseOf(one.product), name, ...result], scope);
  const isOne = versions.every(({ name }) => name === one.name);
  // The newest version of one product may have the name of an older one of another.
  const commands = isOne
    ? [command(one.name, { architectures, flavours })]
    : versions.map(({ name, product }) =>
        command(name, { architectures: [product.arch ?? ''], flavours: [maasName(product)] }),
      );
  return [{ about: 'undo', commands }];
}

function resultFor({ name }: ChosenVersion, { view, check, passed, by, link }: Asked<'attest'>, at: Date): Attestation {
  const told = { ...(by !== undefined && { by }), ...(link !== undefined && { link }) };
  return { check, passed, at: timeText(at), ...told, view, version: name };
}

function knownResult({ version }: ChosenVersion, check: string, { attested }: LedgerRow): Attestation | undefined {
  return attested[contentDigest(version)]?.find((one) => one.check === check);
}

/** Whether the latest result says the same. */
function isKnown({ passed, link, by }: Attestation, known: Attestation | undefined): boolean {
  return known !== undefined && known.passed === passed && known.link === link && known.by === by;
}
