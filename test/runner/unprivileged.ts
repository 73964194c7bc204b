import { asRootVariable, nobody } from './unprivileged-user';

/**
 * Set-up of `npm run test:fast`: whoever starts it, tests run as the user "nobody", if that one can read this clone. What
 * needs root fails here, too, and not only on the machine of somebody who has none.
 */
if (process.getuid?.() === 0 && process.env[asRootVariable] === undefined) {
  process.setgroups?.([]);
  process.setgid?.(nobody);
  process.setuid?.(nobody);
}
