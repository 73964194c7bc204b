import type { IConstruct } from 'constructs';
import { type ErrorName, MirrorError } from '../../errors';
import { type NameOf, type Path, propertyName } from './property-path';

export interface Fault {
  /** Empty if the text is a whole sentence. */
  readonly path: Path;
  /** What follows the name of the property: `is empty`. */
  readonly text: string;
}

interface Refusal {
  readonly faults: readonly Fault[];
  readonly hint: string | undefined;
  readonly name: ErrorName;
  readonly misuse: boolean;
}

/**
 * An error at synth. Node prints only the message and the stack of what an app throws, so the hint is part of the message,
 * and the stack ends with the path of the construct, as in the CDK's own errors.
 */
export class SynthError extends MirrorError {
  static override [Symbol.hasInstance](value: unknown): value is SynthError {
    return typeof value === 'object' && value !== null && #refusal in value;
  }

  readonly #refusal: Refusal;
  readonly #scope: IConstruct | undefined;

  constructor(refusal: Refusal, nameOf: NameOf = propertyName, scope?: IConstruct) {
    const { faults, hint, name, misuse } = refusal;
    const text = faults.map((one) => sentence(nameOf(one.path), one.text)).join('; ');
    super(name, hint === undefined ? text : `${text}\n  ${hint}`);
    this.#refusal = refusal;
    this.#scope = scope;
    // Node would print these fields again.
    for (const [field, value] of Object.entries({ name, hint, misuse })) {
      Object.defineProperty(this, field, { value, enumerable: false });
    }
    if (scope !== undefined) this.stack = `${this.stack}\nRelates to construct:\n    ${scope.node.path}`;
  }

  /** The same error, thrown by a construct; the innermost construct counts. */
  in(scope: IConstruct): SynthError {
    return this.#scope === undefined ? new SynthError(this.#refusal, propertyName, scope) : this;
  }

  /** The same error, found at a property; a path that is known is kept. */
  at(property: Path): SynthError {
    if (property.length === 0) return this;
    const faults = this.#refusal.faults.map(({ path, text }) =>
      path.length === 0 ? { path: property, text: `: ${text}` } : { path, text },
    );
    return new SynthError({ ...this.#refusal, faults }, propertyName, this.#scope);
  }

  /** The same error with other paths: `domainName` of a site is `site.domainName` of its mirror. */
  moved(to: (path: Path) => Path): SynthError {
    const faults = this.#refusal.faults.map(({ path, text }) => ({ path: path.length === 0 ? path : to(path), text }));
    return new SynthError({ ...this.#refusal, faults }, propertyName, this.#scope);
  }

  /** The same error with other names for the properties. */
  called(nameOf: NameOf): SynthError {
    return new SynthError(this.#refusal, nameOf, this.#scope);
  }
}

function sentence(name: string, text: string): string {
  if (name === '') return text;
  return text.startsWith(':') ? name + text : `${name} ${text}`;
}

/**
 * An error for a wrong property.
 * @param text what follows its name: `is empty`
 * @param hint what to do
 */
export function refused(path: Path, text: string, hint: string, name: ErrorName = 'BadInput'): SynthError {
  return new SynthError({ faults: [{ path, text }], hint, name, misuse: true });
}

/** The same for several properties at once. */
export function refusedAll(faults: readonly Fault[], hint: string): SynthError {
  return new SynthError({ faults, hint, name: 'BadInput', misuse: true });
}

type Hints = { readonly [name in ErrorName]?: string };

/**
 * Runs a check of another room, or of a construct, and makes its errors errors at synth.
 * @param scope the construct that is checked
 * @param path the property that is checked
 * @param hints what to do, by the name of the error @default - the hint of the error
 */
export function atSynth<T>(
  { scope, path = [], hints = {} }: { readonly scope?: IConstruct; readonly path?: Path; readonly hints?: Hints },
  check: () => T,
): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof MirrorError)) throw error;
    const refusal = error instanceof SynthError ? error.at(path) : ofOther(error, path, hints[error.name]);
    throw scope === undefined ? refusal : refusal.in(scope);
  }
}

/** Runs the constructor of a part; `to` returns the path of its property in the props of the whole. */
export function inPart<T>(to: (path: Path) => Path, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw error instanceof SynthError ? error.moved(to) : error;
  }
}

function ofOther({ name, message, misuse, hint: own }: MirrorError, path: Path, hint = own): SynthError {
  const text = path.length === 0 ? message : `: ${message}`;
  return new SynthError({ faults: [{ path, text }], hint, name, misuse });
}
