/** The contract of MAAS 3.8, as pure functions over parsed JSON: what is published passes them, or is not published. */
export { checkIndex, type IndexCheckOptions } from './check-index';
export { checkProducts } from './check-products';
export { type ContractRule, contractRules, type Violation } from './contract-rules';
export { sortsAbove } from './version-order';
