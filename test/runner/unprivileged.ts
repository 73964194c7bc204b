/**
 * Set-up of `npm run test:fast`: whoever starts it, tests run as the user "nobody". What needs root fails here, too,
 * and not only on the machine of somebody who has none.
 */
export {};

const nobody = 65534;

if (process.getuid?.() === 0) {
  process.setgroups?.([]);
  process.setgid?.(nobody);
  process.setuid?.(nobody);
}
